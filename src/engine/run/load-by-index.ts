import type { WorkEvent } from '../../coordination/work-events.ts'
import { itemId } from '../../coordination/work-item.ts'
import { NO_COUNTS, type SliceRef, type WorkCounts } from '../../coordination/work-store.ts'
import type { IndexLoad, ShardLoad } from '../../report/run-view.ts'
import type { RegisterSnapshotData } from '../../steps/snapshot-totals.ts'

interface Item {
  readonly slice: SliceRef
  counts: WorkCounts
  isDone: boolean
}

/**
 * How far a load is, by index and shard in the order in which they were planned, from the work events of its step. Documents in
 * all are known by index, from `registered`; bytes are those of slices that are done.
 */
export function loadByIndex(events: Iterable<WorkEvent>, registered: RegisterSnapshotData | undefined): IndexLoad[] {
  const items = new Map<string, Item>()
  for (const event of events) {
    if (event.type === 'work-planned') {
      for (const slice of event.slices) items.set(itemId(slice), { slice, counts: NO_COUNTS, isDone: false })
      continue
    }
    const item = items.get(event.item)
    if (item === undefined || event.type === 'work-failed') continue
    item.counts = event.counts
    item.isDone = event.type === 'work-done'
  }
  const byIndex = new Map<string, Map<number, ShardLoad>>()
  for (const item of items.values()) {
    const { index, shard } = item.slice
    const shards = byIndex.get(index) ?? new Map<number, ShardLoad>()
    byIndex.set(index, shards)
    shards.set(shard, withItem(shards.get(shard) ?? emptyShard(shard), item))
  }
  return [...byIndex].map(([index, shards]) => indexLoad(index, [...shards.values()], registered))
}

function emptyShard(shard: number): ShardLoad {
  return { shard, documents: { done: 0 }, bytes: { done: 0, total: 0 }, slices: { done: 0, total: 0 }, rejected: 0 }
}

function withItem({ shard, documents, bytes, slices, rejected }: ShardLoad, item: Item): ShardLoad {
  const { slice, counts, isDone } = item
  return {
    shard,
    documents: { done: documents.done + counts.read },
    bytes: { done: bytes.done + (isDone ? slice.bytes : 0), total: bytes.total + slice.bytes },
    slices: { done: slices.done + (isDone ? 1 : 0), total: slices.total + 1 },
    rejected: rejected + counts.rejected + counts.sourceless,
  }
}

function indexLoad(
  index: string,
  shards: readonly ShardLoad[],
  registered: RegisterSnapshotData | undefined,
): IndexLoad {
  const sum = (number: (shard: ShardLoad) => number): number => shards.reduce((all, shard) => all + number(shard), 0)
  const total = registered?.indices[index]?.documents
  return {
    index,
    documents: { done: sum(({ documents }) => documents.done), ...(total === undefined ? {} : { total }) },
    bytes: { done: sum(({ bytes }) => bytes.done), total: sum(({ bytes }) => bytes.total) },
    rejected: sum(({ rejected }) => rejected),
    shards: shards.toSorted((a, b) => a.shard - b.shard),
  }
}
