import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure, messageOf } from '../../core/failure.ts'
import type { RunEvent } from '../run/run-events.ts'
import { diskFiles, type JournalFiles } from './journal-files.ts'
import { compactedJournal, journalLine, parseJournal } from './journal-lines.ts'
import { withoutSuperseded } from './superseded-events.ts'

/** A journal grows by this much, and to twice its length, before it is compacted: the work of that is in proportion. */
const COMPACT_BYTES = 8 * 1024 * 1024

/**
 * An append-only file of JSON events, one a line with a checksum. A last line that was torn by a crash is dropped when the
 * journal is opened for writing; damage anywhere else is `STATE_CORRUPT`. {@link Journal.compact} replaces the file as a whole.
 * Only the holder of the workflow's lock writes.
 */
export class Journal {
  readonly #files: JournalFiles
  readonly #path: string
  #file: number
  /** Length of the intact part in bytes. */
  #size: number
  /** Length of the part that is known to be on the disk. */
  #durable: number
  /** Length from which on compacting is worth its while. */
  #compactFrom: number
  /** Why nothing may be appended any more: it could be lost, or stand behind a torn line. */
  #broken: Failure | undefined

  private constructor(files: JournalFiles, path: string, file: number, size: number, compactedBytes: number) {
    this.#files = files
    this.#path = path
    this.#file = file
    this.#size = size
    this.#durable = size
    this.#compactFrom = nextLength(compactedBytes)
  }

  /** Opens (or creates) a journal for appending and returns it with the events in it. `STATE_CORRUPT`, `STATE_UNWRITABLE`, `STORE_FULL`. */
  static open(
    path: string,
    files: JournalFiles = diskFiles,
  ): { readonly journal: Journal; readonly events: readonly RunEvent[] } {
    const file = wrap(path, 'open', () => files.open(path))
    const bytes = wrap(path, 'read', () => files.read(path))
    const { events, validBytes, compactedBytes } = parseJournal(bytes, path)
    if (validBytes < bytes.length) wrap(path, 'mend', () => files.truncate(file, validBytes))
    if (bytes.length === 0) wrap(path, 'create', () => files.syncFolder(dirname(path)))
    return { journal: new Journal(files, path, file, validBytes, compactedBytes), events }
  }

  /** Appends an event. Durable ones are on the disk when this returns; others may be lost by a crash of the machine. */
  append(event: RunEvent, options: { readonly durable: boolean }): void {
    if (this.#broken !== undefined) throw this.#broken
    const line = journalLine(event)
    wrap(this.#path, 'append to', () => {
      try {
        const written = this.#files.write(this.#file, line)
        if (written !== line.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
        if (options.durable) this.#files.sync(this.#file)
      } catch (error) {
        this.#takeBack()
        throw error
      }
    })
    this.#size += line.length
    if (options.durable) this.#durable = this.#size
  }

  /** Brings everything appended so far to the disk without holding up the caller's thread; nothing to do when it is there. */
  async sync(): Promise<void> {
    const reached = this.#size
    if (this.#durable >= reached) return
    try {
      await this.#files.syncAside(this.#file)
    } catch (error) {
      throw unwritable(this.#path, 'sync', error)
    }
    this.#durable = Math.max(this.#durable, reached)
  }

  /** True when so much was appended since the last compaction that another one makes a difference. */
  get isWorthCompacting(): boolean {
    return this.#size >= this.#compactFrom
  }

  /**
   * Replaces the file by one without events that later ones have made meaningless; folds and the log stay the same. The new
   * file is on the disk before it takes the old one's name, so a crash at any moment leaves the one or the other, whole. When it
   * throws, the journal goes on as it was; only when the change of names cannot be brought to the disk, every later append
   * throws as well. Not while a `sync` is under way. Codes as `open`.
   */
  compact(): void {
    // After a failure it is tried again when the journal has doubled.
    this.#compactFrom = nextLength(this.#size)
    const { events } = parseJournal(
      wrap(this.#path, 'read', () => this.#files.read(this.#path).subarray(0, this.#size)),
      this.#path,
    )
    const bytes = compactedJournal(withoutSuperseded(events))
    const file = this.#replace(bytes)
    const old = this.#file
    this.#file = file
    this.#size = bytes.length
    this.#durable = bytes.length
    this.#compactFrom = nextLength(bytes.length)
    try {
      this.#files.syncFolder(dirname(this.#path))
    } catch (error) {
      this.#broken = unwritable(this.#path, 'compact', error)
      throw this.#broken
    } finally {
      wrap(this.#path, 'close', () => this.#files.close(old))
    }
  }

  close(): void {
    this.#files.close(this.#file)
  }

  /** Writes a file and gives it the journal's name; returns it open. Whatever fails, the journal's own file stays. */
  #replace(bytes: Buffer): number {
    const path = `${this.#path}.new`
    const file = wrap(path, 'create', () => this.#files.create(path))
    try {
      for (let written = 0; written < bytes.length;) {
        const more = this.#files.write(file, bytes.subarray(written))
        if (more === 0) throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
        written += more
      }
      this.#files.sync(file)
      this.#files.rename(path, this.#path)
      return file
    } catch (error) {
      this.#files.close(file)
      this.#files.remove(path)
      throw unwritable(path, 'write', error)
    }
  }

  /** A line that was half written must not stand before the next one: that would be damage in the middle. */
  #takeBack(): void {
    try {
      this.#files.truncate(this.#file, this.#size)
    } catch (error) {
      this.#broken = unwritable(this.#path, 'mend', error)
    }
  }
}

/**
 * Reads a journal without changing it; a torn last line is left out. Events whose types begin with one of `without` are left
 * out unparsed, which makes reading quick where they are most of a long run; damage in them is left to the runner to find.
 */
export function readJournal(path: string, without: readonly string[] = []): readonly RunEvent[] {
  const bytes = wrap(path, 'read', () => readFileSync(path))
  const marks = without.map((type) => Buffer.from(`"type":"${type}`))
  return parseJournal(bytes, path, (line) => {
    // The time and the type come first in every line.
    const head = line.subarray(0, TYPE_WITHIN)
    return marks.some((mark) => head.includes(mark))
  }).events
}

/** Bytes within which the type of an event has begun and ended: checksum, `{"at":`, a time and the type. */
const TYPE_WITHIN = 60

function nextLength(bytes: number): number {
  return bytes + Math.max(bytes, COMPACT_BYTES)
}

function wrap<T>(path: string, op: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw unwritable(path, op, cause)
  }
}

function unwritable(path: string, op: string, cause: unknown): Failure {
  if (cause instanceof Failure) return cause
  const code = (cause as NodeJS.ErrnoException).code
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  return new Failure(full ? 'STORE_FULL' : 'STATE_UNWRITABLE', full ? 'no space left' : messageOf(cause), {
    op,
    subject: path,
    cause,
  })
}
