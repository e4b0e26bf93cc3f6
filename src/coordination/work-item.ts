import type { SliceRef, WorkCounts } from './work-store.ts'

/** Attempts at an item that may fail before it is given up. */
export const MAX_FAILURES = 5

/** The id of the work item of a slice. */
export function itemId(slice: SliceRef): string {
  return `${slice.index}/${slice.shard}/${slice.segment}/${slice.firstChunk}`
}

/** Invariant 1: a slice is done only when every document read is accounted for. */
export function requireBalanced(id: string, counts: WorkCounts): void {
  const accounted = counts.acknowledged + counts.rejected + counts.skipped + counts.sourceless
  if (counts.read === accounted) return
  throw new Error(`work item ${id}: ${counts.read} documents read, ${accounted} accounted for`)
}
