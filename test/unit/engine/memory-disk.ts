import { dirname } from 'node:path'
import type { JournalFiles } from '../../../src/engine/local/journal-files.ts'

/** What goes wrong at a call: the machine loses its power, before or after it did what was asked, or the call fails. */
export type DiskFault = 'crash' | 'crash-after' | 'ENOSPC' | 'EIO'

/** The machine has lost its power: nothing that runs on it goes on. */
export class PowerLoss extends Error {}

interface File {
  bytes: Buffer
  /** What is on the disk for sure. */
  synced: Buffer
}

/**
 * A disk in memory that may forget what was not synced: the end of a file, and names that were given since the folder was
 * synced last. `fault` decides about each call, counted from 1.
 */
export class MemoryDisk implements JournalFiles {
  fault: (call: number, name: string) => DiskFault | undefined = () => undefined
  calls = 0
  #isOff = false
  #names = new Map<string, File>()
  #syncedNames = new Map<string, File>()
  readonly #open = new Map<number, File>()

  /** Names of all files. */
  get names(): readonly string[] {
    return [...this.#names.keys()]
  }

  /** Every disk that may be found after the power was lost now. */
  *afterPowerLoss(): Generator<MemoryDisk> {
    for (const names of [this.#syncedNames, this.#names]) {
      for (const share of [0, 0.5, 1]) {
        const disk = new MemoryDisk()
        for (const [name, { bytes, synced }] of names) {
          const kept = Buffer.from(
            bytes.subarray(0, synced.length + Math.floor((bytes.length - synced.length) * share)),
          )
          const file = { bytes: kept, synced: kept }
          disk.#names.set(name, file)
          disk.#syncedNames.set(name, file)
        }
        yield disk
      }
    }
  }

  /** The same disk, as a machine that was not interrupted goes on with it. */
  copy(): MemoryDisk {
    const [, , , , , whole] = this.afterPowerLoss()
    return whole!
  }

  open(path: string): number {
    return this.#call('open', () => this.#handle(this.#names.get(path) ?? this.#made(path)))
  }

  create(path: string): number {
    return this.#call('create', () => this.#handle(this.#made(path)))
  }

  read(path: string): Buffer {
    return this.#call('read', () => Buffer.from(this.#names.get(path)!.bytes))
  }

  write(file: number, bytes: Uint8Array): number {
    const append = (part: Uint8Array): number => {
      const at = this.#open.get(file)!
      at.bytes = Buffer.concat([at.bytes, part])
      return part.length
    }
    const before = this.#open.get(file)!.bytes.length
    try {
      return this.#call('write', () => append(bytes))
    } catch (error) {
      // A write that fails may have written a part; the one that came to its end just before the crash has written all.
      if (this.#open.get(file)!.bytes.length === before) append(bytes.subarray(0, bytes.length >> 1))
      throw error
    }
  }

  truncate(file: number, bytes: number): void {
    this.#call('truncate', () => {
      const at = this.#open.get(file)!
      at.bytes = at.bytes.subarray(0, bytes)
      at.synced = at.synced.subarray(0, bytes)
    })
  }

  sync(file: number): void {
    this.#call('sync', () => {
      const at = this.#open.get(file)!
      at.synced = at.bytes
    })
  }

  syncAside(file: number): Promise<void> {
    return new Promise((resolve) => {
      this.sync(file)
      resolve()
    })
  }

  syncFolder(path: string): void {
    this.#call('syncFolder', () => {
      if ([...this.#names.keys()].some((name) => dirname(name) !== path)) throw new Error('this disk has one folder')
      this.#syncedNames = new Map(this.#names)
    })
  }

  rename(from: string, to: string): void {
    this.#call('rename', () => {
      const file = this.#names.get(from)!
      // As a whole: both names are never there, nor neither.
      const names = new Map(this.#names)
      names.delete(from)
      this.#names = names.set(to, file)
    })
  }

  remove(path: string): void {
    this.#call('remove', () => {
      const names = new Map(this.#names)
      names.delete(path)
      this.#names = names
    })
  }

  close(file: number): void {
    this.#call('close', () => void this.#open.delete(file))
  }

  #made(path: string): File {
    const file = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) }
    this.#names = new Map(this.#names).set(path, file)
    return file
  }

  #handle(file: File): number {
    const handle = this.#open.size + this.calls + 1
    this.#open.set(handle, file)
    return handle
  }

  #call<T>(name: string, action: () => T): T {
    if (this.#isOff) throw new PowerLoss(name)
    const fault = this.fault(++this.calls, name)
    if (fault === undefined) return action()
    if (fault === 'crash' || fault === 'crash-after') {
      if (fault === 'crash-after') action()
      this.#isOff = true
      throw new PowerLoss(name)
    }
    throw Object.assign(new Error(`${fault}: ${name}`), { code: fault })
  }
}
