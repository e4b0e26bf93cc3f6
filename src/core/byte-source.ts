import { Failure } from './failure.ts'

/**
 * A file of known length that can be read in ranges: a blob, several blob parts in a row, or a region of another source.
 * `read` may be called concurrently and repeatedly; it returns exactly `end - start` bytes or throws (`BLOB_NOT_FOUND`,
 * `BLOB_CORRUPT` when the blob is shorter than its recorded length, `STORE_*`). They may lie in `memory`, which then belongs to
 * the reader until the call ends, and after a failure must never be used again: an attempt that was given up may still write.
 */
export interface ByteSource {
  /** The name that messages use: the physical file name and where it lies. */
  readonly name: string
  readonly length: number
  read(start: number, end: number, signal: AbortSignal, memory?: Uint8Array): Promise<Uint8Array>
}

/** A file that is already in memory, such as one whose content the snapshot's metadata carries. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    length: bytes.length,
    read: (start, end) => {
      checkRange(name, bytes.length, start, end)
      return Promise.resolve(bytes.subarray(start, end))
    },
  }
}

/** The region `[offset, offset + length)` of another source, as a source of its own (a file inside a compound file). */
export function regionSource(outer: ByteSource, name: string, offset: number, length: number): ByteSource {
  checkRange(outer.name, outer.length, offset, offset + length)
  return {
    name,
    length,
    read: (start, end, signal, memory) => {
      checkRange(name, length, start, end)
      return outer.read(offset + start, offset + end, signal, memory)
    },
  }
}

/** The whole content of a source that must not pass `maxBytes`; `BLOB_CORRUPT` when it does. */
export async function readAll(source: ByteSource, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  if (source.length > maxBytes) {
    throw new Failure('BLOB_CORRUPT', `${source.length} bytes long, at most ${maxBytes} can be right`, {
      op: 'read',
      subject: source.name,
    })
  }
  return source.length === 0 ? new Uint8Array(0) : source.read(0, source.length, signal)
}

/** Throws `BLOB_CORRUPT` unless `[start, end)` lies inside a file of `length` bytes. */
export function checkRange(name: string, length: number, start: number, end: number): void {
  if (start >= 0 && start <= end && end <= length) return
  throw new Failure('BLOB_CORRUPT', `bytes ${start} to ${end} lie outside its ${length} bytes`, {
    op: 'read',
    subject: name,
  })
}
