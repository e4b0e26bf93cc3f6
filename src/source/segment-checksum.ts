import { crc32 } from 'node:zlib'
import { combineCrc32 } from '../codec/crc32.ts'
import { requireChecksum } from '../codec/lucene-envelope.ts'
import type { StoredFields } from '../lucene/stored-fields.ts'
import { Failure } from '../core/failure.ts'
import type { ChunkRange } from './slices.ts'

/** A slice that has been read to its end, with the CRC-32 of its bytes. */
export interface ReadSlice extends ChunkRange {
  readonly checksum: number
}

/** Length of the recorded checksum at the end of a footer, which is not part of itself. */
const RECORDED_BYTES = 8

/**
 * Verifies the stored-fields file of a segment from the checksums of its slices, which together must cover every chunk once;
 * `BLOB_CORRUPT` when a single bit of the file differs from what was written. Files of Lucene before 4.8 carry no checksum.
 */
export function verifySegmentChecksum(stored: StoredFields, slices: readonly ReadSlice[]): void {
  const { index, chunkCount, fdt, head, tail, checksum } = stored
  let combined = crc32(head)
  let next = 0
  for (const slice of slices.toSorted((a, b) => a.firstChunk - b.firstChunk)) {
    if (slice.firstChunk !== next) throw gap(fdt.name, next, slice.firstChunk)
    combined = combineCrc32(
      combined,
      slice.checksum,
      index.pointers[slice.endChunk]! - index.pointers[slice.firstChunk]!,
    )
    next = slice.endChunk
  }
  if (next !== chunkCount) throw gap(fdt.name, next, chunkCount)
  if (checksum === undefined) return
  const end = tail.subarray(0, tail.length - RECORDED_BYTES)
  requireChecksum(combineCrc32(combined, crc32(end), end.length), checksum, fdt.name)
}

/** Slices that leave chunks out or overlap are a fault of the bookkeeping, never to be taken for a finished segment. */
function gap(subject: string, expected: number, found: number): Failure {
  return new Failure(
    'STATE_CORRUPT',
    `the slices that were read leave off at chunk ${expected} and go on at ${found}`,
    {
      op: 'verify',
      subject,
    },
  )
}
