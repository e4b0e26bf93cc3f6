import { mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure, messageOf } from '../../core/failure.ts'
import type { RejectSink } from '../load/reject-sink.ts'

/** The file of the rejects of a step in a folder of such files. */
export function rejectFilePath(folder: string, step: string): string {
  return join(folder, `${step.replaceAll('/', '.')}.ndjson`)
}

/** Appends rejects to a file; what `append` has returned from is on the disk. One writer a file. */
export class RejectFile implements RejectSink {
  readonly #path: string
  #handle: FileHandle | undefined
  #size = 0
  #tail: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** Calls may overlap and keep their order. `STORE_FULL`, `STATE_UNWRITABLE`; then nothing of these lines is in the file. */
  append(lines: Uint8Array): Promise<void> {
    const done = this.#tail.then(() => this.#append(lines))
    this.#tail = done.catch(() => undefined)
    return done
  }

  async close(): Promise<void> {
    await this.#tail
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #append(lines: Uint8Array): Promise<void> {
    try {
      const handle = (this.#handle ??= await this.#open())
      try {
        await handle.appendFile(lines)
        await handle.datasync()
      } catch (error) {
        await handle.truncate(this.#size)
        throw error
      }
      this.#size += lines.length
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      const full = code === 'ENOSPC' || code === 'EDQUOT'
      throw new Failure(full ? 'STORE_FULL' : 'STATE_UNWRITABLE', full ? 'no space left' : messageOf(cause), {
        op: 'append to',
        subject: this.#path,
        cause,
      })
    }
  }

  /** Created with the first reject. A last line torn by a crash is cut off: its documents are read and refused again. */
  async #open(): Promise<FileHandle> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    const handle = await open(this.#path, 'a+', 0o600)
    const { size } = await handle.stat()
    this.#size = await endOfLastLine(handle, size)
    if (this.#size < size) await handle.truncate(this.#size)
    return handle
  }
}

async function endOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const piece = Buffer.alloc(64 * 1024)
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - piece.length)
    const { bytesRead } = await handle.read(piece, 0, end - start, start)
    const newline = piece.subarray(0, bytesRead).lastIndexOf(0x0a)
    if (newline !== -1) return start + newline + 1
    end = start
  }
  return 0
}

/** Opens the file of the rejects of a step in a folder of such files. */
export function rejectFiles(folder: string): (step: string) => RejectSink {
  return (step) => new RejectFile(rejectFilePath(folder, step))
}
