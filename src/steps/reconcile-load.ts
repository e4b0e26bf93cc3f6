import { addToGroup } from '../core/groups.ts'
import { Failure } from '../core/failure.ts'
import { counted } from '../core/units.ts'
import { addCounts, NO_COUNTS, type RebuiltSources, type WorkItem } from '../coordination/work-store.ts'
import { readCommit } from '../lucene/commit.ts'
import type { ShardSnapshot } from '../repository/shard-snapshot.ts'
import { openSegments } from '../source/open-segments.ts'
import { verifySegmentChecksum, type ReadSlice } from '../source/segment-checksum.ts'
import { countsInWords } from './counts-in-words.ts'
import type { LoadedIndex, RestoreDocumentsData } from './loaded-documents.ts'
import { relieveTargets } from './load-settings.ts'
import { groupOf } from './plan-parts.ts'
import { addRebuilt } from './rebuilt-sources.ts'
import { forEachShard, groupShards, type GroupShard } from './snapshot-shards.ts'
import type { StepContext, StepInput, StepOutput } from './step.ts'

/** What the reconcile keeps of an item; there may be millions. */
type DoneSlice = ReadSlice & { readonly segment: string }

/**
 * The last part of a load: reconciles the work items with the snapshot's own shard list (every slice of every segment is done,
 * every file's checksum is right, every document is accounted for) and puts settings back. `shards` are looked up when left
 * out. `TIMEOUT`, retryable, names an item that is not done; `STATE_CORRUPT`, `BLOB_CORRUPT`.
 */
export async function reconcileLoad(
  input: StepInput,
  context: StepContext,
  shards?: readonly GroupShard[],
): Promise<StepOutput> {
  const { byShard, indices, rebuilt } = await readItems(input, context)
  await forEachShard(
    shards ?? (await groupShards(input, context)),
    async (shard, { index, number }) => {
      const key = shardKey(index.name, number)
      await reconcile(shard, byShard.get(key) ?? [], context.signal)
      byShard.delete(key)
    },
    context.signal,
  )
  const [stray] = byShard
  if (stray !== undefined) throw foreign(stray[1].length, `shard ${stray[0].replace(' ', ' of ')}`)
  await relieveTargets(input, context)

  const data: RestoreDocumentsData = {
    indices,
    ...(rebuilt.size === 0 ? {} : { rebuilt: Object.fromEntries(rebuilt) }),
  }
  const total = Object.values(indices).reduce(addCounts, NO_COUNTS)
  return {
    result: total.rejected + total.sourceless === 0 ? 'done' : 'rejects',
    summary: countsInWords(total),
    data,
  }
}

async function readItems(
  input: StepInput,
  { work }: StepContext,
): Promise<{
  readonly byShard: Map<string, DoneSlice[]>
  readonly indices: Readonly<Record<string, LoadedIndex>>
  readonly rebuilt: ReadonlyMap<string, RebuiltSources>
}> {
  const byShard = new Map<string, DoneSlice[]>()
  const rebuilt = new Map<string, RebuiltSources>()
  const indices: Record<string, LoadedIndex> = {}
  for (const { name } of groupOf(input.plan, input.step).indices) indices[name] = NO_COUNTS
  for await (const item of work.items()) {
    if (item.state !== 'done') throw unfinished(item)
    const { index, shard, segment, firstChunk, endChunk } = item.slice
    const slice = { segment, firstChunk, endChunk, checksum: item.checksum! }
    const key = shardKey(index, shard)
    addToGroup(byShard, key, slice)
    indices[index] = addCounts(indices[index] ?? NO_COUNTS, item.counts)
    if (item.rebuilt === undefined) continue
    const before = rebuilt.get(index)
    const sum = addRebuilt(before === undefined ? [item.rebuilt] : [before, item.rebuilt])
    if (sum !== undefined) rebuilt.set(index, sum)
  }
  return { byShard, indices, rebuilt }
}

/** Holds the work items of a shard against its files: the items may neither lack a slice nor have one of another snapshot. */
async function reconcile(shard: ShardSnapshot, slices: readonly DoneSlice[], signal: AbortSignal): Promise<void> {
  const commit = await readCommit(shard.directory, signal)
  let seen = 0
  for await (const source of openSegments(shard.directory, commit, signal)) {
    const own = slices.filter((slice) => slice.segment === source.segment.name)
    seen += own.length
    verifySegmentChecksum(source.stored, own)
  }
  if (seen !== slices.length) throw foreign(slices.length - seen, shard.uri)
}

function shardKey(index: string, shard: number): string {
  return `${shard} ${index}`
}

function foreign(count: number, subject: string): Failure {
  return new Failure('STATE_CORRUPT', `${counted(count, 'work item')} of segments that the snapshot does not have`, {
    op: 'reconcile',
    subject,
    hint: 'The work state belongs to another snapshot; submit again under another name.',
  })
}

function unfinished(item: WorkItem): Failure {
  return new Failure('TIMEOUT', `it is ${item.state} after ${counted(item.failures, 'failure')}`, {
    op: 'load',
    subject: `documents of ${item.id}`,
    hint: 'The log has the reason of each failure: workflow output. Then go on with workflow resume.',
    retryable: item.state !== 'failed',
  })
}
