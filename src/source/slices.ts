import type { ChunkIndex } from '../lucene/chunk-index.ts'

/** A half-open range of stored-field chunks of one segment. */
export interface ChunkRange {
  readonly firstChunk: number
  readonly endChunk: number
}

/** Bytes of stored fields that a slice covers unless a single chunk is larger: small enough to share a shard among many workers. */
export const SLICE_BYTES = 64 * 1024 * 1024

/** Cuts the chunks of a segment into consecutive ranges of about `maxBytes`; pure, so every process cuts alike. */
export function cutSlices(index: ChunkIndex, maxBytes: number): ChunkRange[] {
  const chunkCount = index.pointers.length - 1
  const total = index.pointers[chunkCount]! - index.pointers[0]!
  // Even pieces instead of a small last one.
  const pieces = Math.max(1, Math.ceil(total / maxBytes))
  return groupChunks(index, { firstChunk: 0, endChunk: chunkCount }, Math.ceil(total / pieces))
}

/** Groups the chunks of a range so that no group passes `maxBytes` unless it is a single chunk. */
export function groupChunks(index: ChunkIndex, range: ChunkRange, maxBytes: number): ChunkRange[] {
  const groups: ChunkRange[] = []
  let first = range.firstChunk
  for (let chunk = range.firstChunk; chunk < range.endChunk; chunk++) {
    if (chunk > first && index.pointers[chunk + 1]! - index.pointers[first]! > maxBytes) {
      groups.push({ firstChunk: first, endChunk: chunk })
      first = chunk
    }
  }
  if (first < range.endChunk) groups.push({ firstChunk: first, endChunk: range.endChunk })
  return groups
}
