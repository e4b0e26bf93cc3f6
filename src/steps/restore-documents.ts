import { throwIfAborted } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import {
  addCounts,
  NO_COUNTS,
  type RebuiltSources,
  type WorkCounts,
  type WorkItem,
} from '../coordination/work-store.ts'
import { readCommit } from '../lucene/commit.ts'
import type { ShardSnapshot } from '../repository/shard-snapshot.ts'
import { openSegmentSource } from '../source/segment-source.ts'
import { verifySegmentChecksum } from '../source/segment-checksum.ts'
import { countsInWords } from './counts-in-words.ts'
import { easeTargets, relieveTargets } from './load-settings.ts'
import { groupOf } from './plan-parts.ts'
import { planSlices } from './plan-slices.ts'
import { addRebuilt } from './rebuilt-sources.ts'
import { forEachShard, groupShards, type GroupShard } from './snapshot-shards.ts'
import type { Step, StepContext } from './step.ts'

/** What happened to the documents of one index. */
export type LoadedIndex = WorkCounts

/** What Restore Documents leaves behind: the account of every document, by index. */
export interface RestoreDocumentsData {
  readonly indices: Readonly<Record<string, LoadedIndex>>
  /** What rebuilt sources are worth, by index; those that store all sources are left out. */
  readonly rebuilt?: Readonly<Record<string, RebuiltSources>>
}

/** Loading waits this long for the planning of all shards, which gives the workers the whole picture, and not longer. */
const PLAN_AHEAD_MS = 1000

/**
 * Loads the documents of a group: cuts every shard into slices, has the engine's workers load them, and reconciles the result
 * with the snapshot's own shard list: every slice of every segment is done, every file's checksum is right, every document is
 * accounted for. Run again, it goes on from the acknowledged positions. Ends with `rejects` when documents were left out.
 */
export const restoreDocuments: Step = async (input, context) => {
  const shards = await groupShards(input, context)
  await easeTargets(input, context)
  await planAndLoad(shards, context)

  const { items, total } = await context.work.summary()
  const byShard = new Map<string, WorkItem[]>()
  for (const item of items) {
    if (item.state !== 'done') throw unfinished(item)
    const key = shardKey(item.slice.index, item.slice.shard)
    const known = byShard.get(key)
    if (known === undefined) byShard.set(key, [item])
    else known.push(item)
  }
  await forEachShard(
    shards,
    async (shard, { index, number }) => {
      const key = shardKey(index.name, number)
      await reconcile(shard, byShard.get(key) ?? [], context.signal)
      byShard.delete(key)
    },
    context.signal,
  )
  const [stray] = byShard.values()
  if (stray !== undefined) throw foreign(stray.length, `shard ${stray[0]!.slice.shard} of ${stray[0]!.slice.index}`)
  await relieveTargets(input, context)

  const indices: Record<string, LoadedIndex> = {}
  for (const { name } of groupOf(input.plan, input.step).indices) indices[name] = NO_COUNTS
  for (const { slice, counts } of items) indices[slice.index] = addCounts(indices[slice.index]!, counts)
  const rebuilt = rebuiltByIndex(items)
  const data: RestoreDocumentsData = { indices, ...(rebuilt === undefined ? {} : { rebuilt }) }
  const { rejected, sourceless } = total.counts
  return { result: rejected + sourceless === 0 ? 'done' : 'rejects', summary: countsInWords(total.counts), data }
}

/** Loading begins while shards are still being planned: the first document does not wait for the last shard. */
async function planAndLoad(shards: readonly GroupShard[], context: StepContext): Promise<void> {
  const { work, signal, clock } = context
  const stop = new AbortController()
  let ended = false
  const isPlanned = (): boolean => ended
  const planning = forEachShard(
    shards,
    async (shard, { index }) => work.plan(await planSlices(shard, index, signal)),
    AbortSignal.any([signal, stop.signal]),
  ).finally(() => (ended = true))
  planning.catch(() => undefined) // Thrown by the last line.
  try {
    while (!isPlanned()) {
      const enough = new AbortController()
      const pause = clock.sleep(PLAN_AHEAD_MS, AbortSignal.any([signal, enough.signal])).catch(() => undefined)
      await Promise.race([pause, planning.catch(() => undefined)])
      enough.abort()
      throwIfAborted(signal)
      if (!isPlanned() && (await work.summary()).total.items.pending > 0) await context.loadItems()
    }
    await planning
    await context.loadItems()
  } finally {
    stop.abort()
    await Promise.allSettled([planning])
  }
}

/** Holds the work items of a shard against its files: the items may neither lack a slice nor have one of another snapshot. */
async function reconcile(shard: ShardSnapshot, items: readonly WorkItem[], signal: AbortSignal): Promise<void> {
  const commit = await readCommit(shard.directory, signal)
  let seen = 0
  for (const segment of commit.segments) {
    const source = await openSegmentSource(shard.directory, segment, signal)
    if (source === undefined) continue
    const own = items.filter((item) => item.slice.segment === segment.name)
    seen += own.length
    verifySegmentChecksum(
      source.stored,
      own.map(({ slice, checksum }) => ({ ...slice, checksum: checksum! })),
    )
  }
  if (seen !== items.length) throw foreign(items.length - seen, shard.uri)
}

function rebuiltByIndex(items: readonly WorkItem[]): Readonly<Record<string, RebuiltSources>> | undefined {
  const parts = new Map<string, RebuiltSources[]>()
  for (const { slice, rebuilt } of items) {
    if (rebuilt === undefined) continue
    const known = parts.get(slice.index)
    if (known === undefined) parts.set(slice.index, [rebuilt])
    else known.push(rebuilt)
  }
  const sums = [...parts].flatMap(([index, of]) => {
    const sum = addRebuilt(of)
    return sum === undefined ? [] : [[index, sum] as const]
  })
  return sums.length === 0 ? undefined : Object.fromEntries(sums)
}

function shardKey(index: string, shard: number): string {
  return `${shard} ${index}`
}

function foreign(count: number, subject: string): Failure {
  return new Failure('STATE_CORRUPT', `${count} work items belong to segments that the snapshot does not have`, {
    op: 'reconcile',
    subject,
    hint: 'The work state belongs to another snapshot; submit again under another name.',
  })
}

function unfinished(item: WorkItem): Failure {
  return new Failure('TIMEOUT', `it is ${item.state} after ${item.failures} failures`, {
    op: 'load',
    subject: `documents of ${item.id}`,
    hint: 'The log has the reason of each failure: workflow output. Then go on with workflow resume.',
    retryable: item.state !== 'failed',
  })
}
