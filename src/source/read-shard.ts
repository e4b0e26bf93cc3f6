import { readCommit } from '../lucene/commit.ts'
import type { Directory } from '../lucene/directory.ts'
import type { DocumentBatch } from './document-batch.ts'
import { readDocuments, type ReadOptions } from './read-documents.ts'
import { openSegments } from './open-segments.ts'
import { verifySegmentChecksum } from './segment-checksum.ts'

/**
 * Reads all live root documents of a shard, segment by segment, and verifies the checksum of every file it read before it
 * returns. A batch is valid until the next one is asked for. Codes as `readDocuments` and `openSegments`.
 */
export async function* readShard(
  directory: Directory,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<DocumentBatch, void> {
  const commit = await readCommit(directory, signal)
  for await (const source of openSegments(directory, commit, signal)) {
    const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
    const checksum = yield* readDocuments(source, whole, undefined, options, signal)
    verifySegmentChecksum(source.stored, [{ ...whole, checksum }])
  }
}
