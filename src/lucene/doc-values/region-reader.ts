import { crc32 } from 'node:zlib'
import { FOOTER_LENGTH, footerChecksum, requireChecksum } from '../../codec/lucene-envelope.ts'
import { checkRange, memorySource, type ByteSource } from '../../core/byte-source.ts'
import type { Region } from './verified-regions.ts'

/** Read beyond what is asked for, so that a column that is gone through in order is read in few pieces. */
const AHEAD_BYTES = 128 * 1024
/** Read beyond what is asked for far from where it was read before. */
const ASIDE_BYTES = 8 * 1024
/** Files up to this size stay in memory after their checksum was verified; larger ones are read again piece by piece. */
const KEPT_BYTES = 8 * 1024 * 1024
const PIECE_BYTES = 4 * 1024 * 1024

/**
 * Reads a file from end to end, verifies its checksum (`BLOB_CORRUPT` when it does not fit), and returns a source for its
 * body: from memory when it is small, else from where it came. Memory while verifying is one piece of 4 MiB.
 */
export async function verifiedBody(source: ByteSource, signal: AbortSignal): Promise<ByteSource> {
  const bodyEnd = source.length - FOOTER_LENGTH
  checkRange(source.name, source.length, bodyEnd, source.length)
  const kept = source.length <= KEPT_BYTES ? new Uint8Array(source.length) : undefined
  let crc = 0
  for (let start = 0; start < source.length; start += PIECE_BYTES) {
    const end = Math.min(start + PIECE_BYTES, source.length)
    const piece = await source.read(start, end, signal)
    crc = crc32(piece.subarray(0, Math.max(0, Math.min(end, source.length - 8) - start)), crc)
    kept?.set(piece, start)
  }
  const footer = await source.read(bodyEnd, source.length, signal)
  requireChecksum(crc, footerChecksum(footer, source.name, source.length), source.name)
  if (kept !== undefined) return memorySource(source.name, kept.subarray(0, bodyEnd))
  return {
    name: source.name,
    length: bodyEnd,
    read: (start, end, abort) => {
      checkRange(source.name, bodyEnd, start, end)
      return source.read(start, end, abort)
    },
  }
}

/** Reads ranges of one region of a file, mostly in ascending order, through one buffer. */
export class RegionReader {
  readonly #source: ByteSource
  readonly #region: Region
  #buffer: Uint8Array = new Uint8Array(0)
  #bufferStart = 0

  /** `BLOB_CORRUPT` when the region does not lie inside the file. */
  constructor(source: ByteSource, region: Region) {
    checkRange(source.name, source.length, region.offset, region.offset + region.length)
    this.#source = source
    this.#region = region
  }

  get name(): string {
    return this.#source.name
  }

  get length(): number {
    return this.#region.length
  }

  /** Offset of the region in its file, for messages. */
  get base(): number {
    return this.#region.offset
  }

  /** Bytes `[start, end)` of the region as a view that stays valid; `BLOB_CORRUPT` when they lie outside it. */
  async read(start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    checkRange(this.name, this.length, start, end)
    if (start === end) return new Uint8Array(0)
    if (start < this.#bufferStart || end > this.#bufferStart + this.#buffer.length) {
      const gap = start - (this.#bufferStart + this.#buffer.length)
      const ahead = gap > -AHEAD_BYTES && gap < ASIDE_BYTES ? AHEAD_BYTES : ASIDE_BYTES
      const until = Math.min(Math.max(end, start + ahead), this.length)
      this.#buffer = await this.#source.read(this.base + start, this.base + until, signal)
      this.#bufferStart = start
    }
    return this.#buffer.subarray(start - this.#bufferStart, end - this.#bufferStart)
  }

  /** The region as a whole. */
  readAll(signal: AbortSignal): Promise<Uint8Array> {
    return this.length === 0
      ? Promise.resolve(new Uint8Array(0))
      : this.#source.read(this.base, this.base + this.length, signal)
  }
}
