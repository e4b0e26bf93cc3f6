import { chunkOfDoc } from '../lucene/chunk-index.ts'
import { readCommit } from '../lucene/commit.ts'
import type { Directory } from '../lucene/directory.ts'
import type { DocumentBatch } from '../source/document-batch.ts'
import { openSegments } from '../source/open-segments.ts'
import { readDocuments } from '../source/read-documents.ts'
import { readShardSources } from '../source/rebuild/read-shard-sources.ts'
import { openRebuilder } from '../source/rebuild/open-rebuilder.ts'
import type { RebuiltIndex, Rebuilder } from '../source/rebuild/rebuilder.ts'
import type { Sourceless } from '../source/rebuild/sourceless.ts'
import type { SegmentSource } from '../source/segment-source.ts'
import { sampleOrdinals } from '../verify/sample.ts'

/** Documents of a shard that are to be compared; valid until the next ones are asked for. */
export interface ChosenDocuments {
  readonly batch: DocumentBatch
  /** What rebuilds sources that are not stored as they were sent, and has begun the batch; undefined when all are. */
  readonly rebuilder: Rebuilder | undefined
  /** The segment of the batch. */
  readonly source: SegmentSource
  /** Places in the batch, ascending. */
  readonly places: Iterable<number>
}

/** Every live document of a shard, sources rebuilt as `sourceless` says; codes as `readShardSources`. */
export async function* allDocuments(
  directory: Directory,
  index: RebuiltIndex,
  sourceless: Sourceless | undefined,
  signal: AbortSignal,
): AsyncGenerator<ChosenDocuments, void> {
  for await (const { batch, rebuilder, source } of readShardSources(directory, index, { sourceless }, signal)) {
    yield { batch, rebuilder, source, places: placesOf(batch) }
  }
}

/**
 * At most `size` live documents of a shard, the same ones for the same seed; only the chunks that hold them are read. A drawn
 * document that is deleted or nested is replaced by the next one of its chunk, if there is one.
 */
export async function* sampledDocuments(
  directory: Directory,
  index: RebuiltIndex,
  sourceless: Sourceless | undefined,
  seed: string,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<ChosenDocuments, void> {
  const commit = await readCommit(directory, signal)
  const sources: SegmentSource[] = []
  for await (const source of openSegments(directory, commit, signal)) sources.push(source)
  const total = sources.reduce((sum, { segment }) => sum + segment.maxDoc, 0)
  const ordinals = sampleOrdinals(seed, total, size)
  let next = 0
  let base = 0
  for (const source of sources) {
    const { index: chunks } = source.stored
    const end = base + source.segment.maxDoc
    if (next === ordinals.length) break
    const rebuilder = await openRebuilder(source, index, sourceless, signal)
    while (next < ordinals.length && ordinals[next]! < end) {
      const chunk = chunkOfDoc(chunks, ordinals[next]! - base)
      const endOfChunk = base + chunks.docBases[chunk + 1]!
      const drawn: number[] = []
      while (next < ordinals.length && ordinals[next]! < endOfChunk) drawn.push(ordinals[next++]! - base)
      const range = { firstChunk: chunk, endChunk: chunk + 1 }
      for await (const batch of readDocuments(source, range, undefined, {}, signal)) {
        await rebuilder?.begin(batch, signal)
        yield { batch, rebuilder, source, places: liveOnes(batch, drawn) }
      }
    }
    base = end
  }
}

function* placesOf({ count }: DocumentBatch): Generator<number, void> {
  for (let place = 0; place < count; place++) yield place
}

/** For each drawn document the first place at or behind it that no other has taken. */
function* liveOnes(batch: DocumentBatch, drawn: readonly number[]): Generator<number, void> {
  let place = 0
  for (const doc of drawn) {
    while (place < batch.count && batch.doc(place) < doc) place++
    if (place === batch.count) return
    yield place++
  }
}
