import { Failure } from '../core/failure.ts'
import { formatBytes, formatCount } from '../core/units.ts'
import { summarise } from '../coordination/local-work-store.ts'
import type { SliceRef, WorkItem } from '../coordination/work-store.ts'
import { readCommit } from '../lucene/commit.ts'
import { openRepository } from '../repository/open.ts'
import type { ShardSnapshot } from '../repository/shard-snapshot.ts'
import { openSegmentSource } from '../source/segment-source.ts'
import { verifySegmentChecksum } from '../source/segment-checksum.ts'
import { cutSlices, SLICE_BYTES } from '../source/slices.ts'
import { openLocation } from './migration-repository.ts'
import { groupOf, migrationOf, outputOf, snapshotName } from './plan-parts.ts'
import type { RegisterSnapshotData } from './register-snapshot.ts'
import type { Step, StepContext, StepInput } from './step.ts'

/** What happened to the documents of one index. */
export interface LoadedIndex {
  readonly read: number
  readonly acknowledged: number
  readonly rejected: number
  readonly skipped: number
  readonly sourceless: number
  readonly bytes: number
}

/** What Restore Documents leaves behind: the account of every document, by index. */
export interface RestoreDocumentsData {
  readonly indices: Readonly<Record<string, LoadedIndex>>
}

/**
 * Loads the documents of a group: cuts every shard into slices, has the engine's workers load them, and reconciles the result
 * with the snapshot's own shard list: every slice of every segment is done, every file's checksum is right, every document is
 * accounted for. Run again, it goes on from the acknowledged positions. Ends with `rejects` when documents were left out.
 */
export const restoreDocuments: Step = async (input, context) => {
  const group = groupOf(input.plan, input.step)
  await forEachShard(input, context, async (shard) => {
    await context.work.plan(await slicesOf(shard, context.signal))
  })
  await context.loadItems()

  const { items } = await context.work.summary()
  const byShard = new Map<string, WorkItem[]>()
  for (const item of items) {
    if (item.state !== 'done') throw unfinished(item)
    const key = `${item.slice.shard} ${item.slice.index}`
    byShard.set(key, [...(byShard.get(key) ?? []), item])
  }
  await forEachShard(input, context, (shard) =>
    reconcile(shard, byShard.get(`${shard.shard} ${shard.indexName}`) ?? [], context.signal),
  )

  const indices: Record<string, LoadedIndex> = {}
  for (const { name } of group.indices) {
    indices[name] = summarise(items.filter((item) => item.slice.index === name)).counts
  }
  const total = summarise(items).counts
  const left = total.rejected + total.sourceless
  const data: RestoreDocumentsData = { indices }
  return {
    result: left === 0 ? 'done' : 'rejects',
    summary:
      `${formatCount(total.acknowledged)} documents (${formatBytes(total.bytes)}) acknowledged` +
      (total.skipped === 0 ? '' : `, ${formatCount(total.skipped)} left as the target had them`) +
      (total.rejected === 0 ? '' : `, ${formatCount(total.rejected)} rejected`) +
      (total.sourceless === 0 ? '' : `, ${formatCount(total.sourceless)} without a stored source`),
    data,
  }
}

/** Calls `action` for every shard of the group that the snapshot has, in order. */
async function forEachShard(
  input: StepInput,
  context: StepContext,
  action: (shard: ShardSnapshot) => Promise<void>,
): Promise<void> {
  const migration = migrationOf(input.plan, input.step)
  const location = await openLocation(migration.repository, context.clock, context.random)
  const repository = await openRepository(location, context.signal)
  const snapshot = await repository.snapshot(snapshotName(input, migration), context.signal)
  // Written by Register Snapshot of this same program.
  const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData | undefined
  for (const { name } of groupOf(input.plan, input.step).indices) {
    const { numberOfShards } = await snapshot.index(name, context.signal)
    const missing = registered?.indices[name]?.missingShards ?? []
    for (let number = 0; number < numberOfShards; number++) {
      if (missing.includes(number)) continue
      await action(await snapshot.shard(name, number, context.signal))
    }
  }
}

async function slicesOf(shard: ShardSnapshot, signal: AbortSignal): Promise<SliceRef[]> {
  const commit = await readCommit(shard.directory, signal)
  const slices: SliceRef[] = []
  for (const segment of commit.segments) {
    const source = await openSegmentSource(shard.directory, segment, signal)
    if (source === undefined) continue
    const { index } = source.stored
    for (const range of cutSlices(index, SLICE_BYTES)) {
      const bytes = index.pointers[range.endChunk]! - index.pointers[range.firstChunk]!
      slices.push({ index: shard.indexName, shard: shard.shard, segment: segment.name, ...range, bytes })
    }
  }
  return slices
}

/** Holds the work items of a shard against its files: the items may neither lack a slice nor have one of another snapshot. */
async function reconcile(shard: ShardSnapshot, items: readonly WorkItem[], signal: AbortSignal): Promise<void> {
  const commit = await readCommit(shard.directory, signal)
  let seen = 0
  for (const segment of commit.segments) {
    const source = await openSegmentSource(shard.directory, segment, signal)
    const own = items.filter((item) => item.slice.segment === segment.name)
    seen += own.length
    if (source === undefined) continue
    verifySegmentChecksum(
      source.stored,
      own.map(({ slice, checksum }) => ({ ...slice, checksum: checksum! })),
    )
  }
  if (seen === items.length) return
  throw new Failure('STATE_CORRUPT', `${items.length - seen} work items belong to segments that it does not have`, {
    op: 'reconcile',
    subject: shard.uri,
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
