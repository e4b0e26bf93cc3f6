import type { SliceRef } from '../coordination/work-store.ts'
import { readCommit } from '../lucene/commit.ts'
import type { IndexMetadata } from '../repository/index-metadata.ts'
import type { ShardSnapshot } from '../repository/shard-snapshot.ts'
import { findDuplicateIds } from '../source/duplicate-ids.ts'
import { openSegments } from '../source/open-segments.ts'
import type { GroupShard } from './snapshot-shards.ts'
import { cutSlices, SLICE_BYTES } from '../source/slices.ts'

/** The slices of a shard: always the same for one snapshot. Codes as `openSegments` and `findDuplicateIds`. */
export async function planSlices(
  shard: ShardSnapshot,
  { index, delivery }: Pick<GroupShard, 'index' | 'delivery'>,
  signal: AbortSignal,
): Promise<SliceRef[]> {
  const { directory } = shard
  const duplicates =
    hasSeveralTypes(index) && delivery?.split !== true ? await findDuplicateIds(directory, signal) : undefined
  const commit = await readCommit(directory, signal)
  const slices: SliceRef[] = []
  for await (const { segment, stored } of openSegments(directory, commit, signal)) {
    const { index: chunks } = stored
    const repeated = duplicates?.get(segment.name) ?? []
    for (const range of cutSlices(chunks, SLICE_BYTES)) {
      const bytes = chunks.pointers[range.endChunk]! - chunks.pointers[range.firstChunk]!
      const [from, to] = [chunks.docBases[range.firstChunk]!, chunks.docBases[range.endChunk]!]
      const own = repeated.filter((doc) => doc >= from && doc < to)
      slices.push({
        index: shard.indexName,
        shard: shard.shard,
        segment: segment.name,
        ...range,
        bytes,
        ...(own.length > 0 && { duplicates: own }),
        ...(delivery !== undefined && { delivery }),
      })
    }
  }
  return slices
}

/** Several types share an index without types after the migration, and with it the space of their ids. */
function hasSeveralTypes({ mappings }: IndexMetadata): boolean {
  return mappings.filter(({ type }) => type !== '_default_').length > 1
}
