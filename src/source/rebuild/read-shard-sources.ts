import { readCommit } from '../../lucene/commit.ts'
import type { Directory } from '../../lucene/directory.ts'
import type { DocumentBatch } from '../document-batch.ts'
import { openSegments } from '../open-segments.ts'
import { readDocuments, type ReadOptions } from '../read-documents.ts'
import { verifySegmentChecksum } from '../segment-checksum.ts'
import type { SegmentSource } from '../segment-source.ts'
import { openRebuilder } from './open-rebuilder.ts'
import type { Rebuilder, RebuiltIndex } from './rebuilder.ts'
import type { Sourceless } from './sourceless.ts'

/** A batch of documents with what rebuilds their sources, ready for it. */
export interface RebuildableBatch {
  readonly batch: DocumentBatch
  readonly rebuilder: Rebuilder | undefined
  /** The segment of the batch. */
  readonly source: SegmentSource
}

/**
 * Reads all live root documents of a shard as `readShard` does, together with what rebuilds sources that are not stored as
 * they were sent, as `sourceless` says. `finished` is told of every rebuilder when its segment has been read.
 */
export async function* readShardSources(
  directory: Directory,
  index: RebuiltIndex,
  options: ReadOptions & {
    readonly sourceless: Sourceless | undefined
    readonly finished?: (rebuilder: Rebuilder) => void
  },
  signal: AbortSignal,
): AsyncGenerator<RebuildableBatch, void> {
  const commit = await readCommit(directory, signal)
  for await (const source of openSegments(directory, commit, signal)) {
    const rebuilder = await openRebuilder(source, index, options.sourceless, signal)
    const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
    const documents = readDocuments(source, whole, undefined, options, signal)
    try {
      let next = await documents.next()
      for (; next.done !== true; next = await documents.next()) {
        await rebuilder?.begin(next.value, signal)
        yield { batch: next.value, rebuilder, source }
      }
      verifySegmentChecksum(source.stored, [{ ...whole, checksum: next.value }])
    } finally {
      await documents.return(0)
    }
    if (rebuilder !== undefined) options.finished?.(rebuilder)
  }
}
