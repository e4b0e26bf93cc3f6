import { crc32 } from 'node:zlib'
import { throwIfAborted } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import { chunkOfDoc } from '../lucene/chunk-index.ts'
import { decodeChunk } from '../lucene/stored-fields.ts'
import { openDerivedIds } from './derived-ids.ts'
import { DocumentBatch, documentFields, type Position } from './document-batch.ts'
import { readAhead } from './read-ahead.ts'
import { ReadMemory } from './read-memory.ts'
import type { SegmentSource } from './segment-source.ts'
import { groupChunks, type ChunkRange } from './slices.ts'

/** How the repository is read. */
export interface ReadOptions {
  /** Bytes of one ranged read; a single chunk may be larger. Default: 4 MiB. */
  readonly readBytes?: number
  /** Reads under way while an earlier one is being decoded. Default: 2. */
  readonly ahead?: number
  /** That of the readers before, to be used again. */
  readonly memory?: ReadMemory
}

const READ_BYTES = 4 * 1024 * 1024
const READS_AHEAD = 2

/**
 * Reads the live root documents of a slice in Lucene's order from a position (the slice's beginning when left out), one batch
 * a chunk. A batch is valid until the next one is asked for. Returns the CRC-32 of the slice's bytes, which
 * `verifySegmentChecksum` needs: only then are the bytes proven to be those that were written.
 *
 * Memory is bounded by `(ahead + 2) × readBytes` and two of the largest chunks, compressed and not. Nothing is written to disk.
 * Throws `BLOB_CORRUPT`, `BLOB_NOT_FOUND`, `STORE_*`, `ABORTED`.
 */
export async function* readDocuments(
  source: SegmentSource,
  slice: ChunkRange,
  from: Position | undefined,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<DocumentBatch, number> {
  const { stored, live } = source
  const { index } = stored
  const start = from ?? { doc: index.docBases[slice.firstChunk]!, checksum: 0 }
  const firstChunk = startChunk(source, slice, start)
  const { readBytes = READ_BYTES, ahead = READS_AHEAD, memory = new ReadMemory() } = options
  const groups = groupChunks(index, { firstChunk, endChunk: slice.endChunk }, readBytes)
  const bytesOf = (group: ChunkRange): number => index.pointers[group.endChunk]! - index.pointers[group.firstChunk]!
  const reads = readAhead(groups, { ahead, maxBytes: (ahead + 1) * readBytes, bytesOf }, async (group) => {
    const room = memory.take(bytesOf(group))
    const [first, end] = [index.pointers[group.firstChunk]!, index.pointers[group.endChunk]!]
    return { group, room, bytes: await stored.fdt.read(first, end, signal, room) }
  })

  const ids = await openDerivedIds(source, signal)
  const batch = new DocumentBatch(documentFields(source), ids)
  const isLive = (doc: number): boolean => live.isLive(doc)
  let checksum = start.checksum
  for await (const { group, room, bytes } of reads) {
    const base = index.pointers[group.firstChunk]!
    for (let chunk = group.firstChunk; chunk < group.endChunk; chunk++) {
      throwIfAborted(signal)
      const raw = bytes.subarray(index.pointers[chunk]! - base, index.pointers[chunk + 1]! - base)
      const before = checksum
      checksum = crc32(raw, checksum)
      await ids?.load(index.docBases[chunk]!, index.docBases[chunk + 1]!, signal)
      batch.fill(decodeChunk(stored, raw, chunk, memory.scratch), isLive, start.doc, { before, after: checksum })
      if (batch.count > 0) yield batch
    }
    memory.give(room)
  }
  return checksum
}

/** The chunk that holds the position; a position outside of the slice is a fault of whoever stored it. */
function startChunk(source: SegmentSource, slice: ChunkRange, start: Position): number {
  const { index, fdt } = source.stored
  const firstDoc = index.docBases[slice.firstChunk]!
  const endDoc = index.docBases[slice.endChunk]!
  if (start.doc < firstDoc || start.doc > endDoc) {
    throw new Failure('STATE_CORRUPT', `position ${start.doc} is not in documents ${firstDoc} to ${endDoc}`, {
      op: 'resume',
      subject: fdt.name,
    })
  }
  return start.doc === endDoc ? slice.endChunk : chunkOfDoc(index, start.doc)
}
