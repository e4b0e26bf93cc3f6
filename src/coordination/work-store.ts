import type { TimeName } from '../metadata/time-fields.ts'

/** The unit of work of a load: a range of documents of one segment of one shard, and how far it has come. */
export interface WorkItem {
  /** Unique in its step: `<index>/<shard>/<segment>/<first chunk>`. */
  readonly id: string
  readonly slice: SliceRef
  readonly state: 'pending' | 'leased' | 'done' | 'failed'
  /** Where to go on; undefined before the first acknowledged bulk. */
  readonly position?: SlicePosition
  readonly counts: WorkCounts
  /** Set when done: CRC-32 of the slice's bytes, to be combined over the segment. */
  readonly checksum?: number
  /** Set when done, and sources of its documents were not stored as they were sent. */
  readonly rebuilt?: RebuiltSources
  /** Attempts that ended with a failure. */
  readonly failures: number
}

/** Which slice: enough to find it again in the snapshot. */
export interface SliceRef {
  readonly index: string
  readonly shard: number
  readonly segment: string
  /** Half-open range of stored-field chunks. */
  readonly firstChunk: number
  readonly endChunk: number
  /** Bytes of the stored-fields file that the slice covers. */
  readonly bytes: number
  /** Documents of the segment that must not be sent because another mapping type of their index has the same id. */
  readonly duplicates?: readonly number[]
  /** How its documents get into the target; absent when they are copied into the index of the same name. */
  readonly delivery?: Delivery
}

/** What documents need to fit the target, beside being copied. */
export interface Delivery {
  /** Field that gets the parents and children of `_parent`. */
  readonly joinField?: string
  /** Fields that get the values of `_timestamp` and `_ttl`, by these. */
  readonly times?: Readonly<Partial<Record<TimeName, string>>>
  /** Whether each mapping type has an index of its own. */
  readonly split?: true
  /** Data stream that takes the documents, only as new ones: what it holds already stays. */
  readonly stream?: string
}

/** A resumable position inside a slice: everything before it has been acknowledged or recorded as rejected. */
export interface SlicePosition {
  /** Next document of the segment to read. */
  readonly doc: number
  /** CRC-32 of the slice's bytes before the chunk that holds `doc`. */
  readonly checksum: number
}

/** What happened to the documents of a slice; invariant of a done slice: read = acknowledged + rejected + skipped + sourceless. */
export interface WorkCounts {
  /** Live documents read. */
  readonly read: number
  /** Documents the target acknowledged as created or updated. */
  readonly acknowledged: number
  /** Documents the target refused for good, recorded as rejects. */
  readonly rejected: number
  /** Documents left alone because the target had them already (`onConflict: skip`). */
  readonly skipped: number
  /** Documents without a stored source, recorded as rejects of class `sourceless`. */
  readonly sourceless: number
  /** Source bytes of acknowledged documents. */
  readonly bytes: number
}

/** What putting sources together that are not stored came to. */
export interface RebuiltSources {
  /** Documents that were put together from columns and stored values. */
  readonly rebuilt: number
  /** Documents whose source is exactly what was sent although it was not stored as such. */
  readonly recovered: number
  /** Documents whose filtered source is as it is stored, though fields are missing from it; absent for none. */
  readonly incomplete?: number
  /** Fields whose values in documents put together are not exactly those that were sent, by name. */
  readonly fields: readonly {
    readonly field: string
    readonly level: 'approximated' | 'missing'
    readonly reasons: readonly string[]
  }[]
  /** True when documents that were loaded before an interruption are not in it. */
  readonly resumed?: true
}

/** A sum over work items. */
export interface WorkSummary {
  readonly items: { readonly pending: number; readonly leased: number; readonly done: number; readonly failed: number }
  readonly counts: WorkCounts
  /** Bytes of the slices, of those that are done and of all. */
  readonly bytes: { readonly done: number; readonly total: number }
}

/**
 * The work items of one step. All calls may be repeated; `advance` and `finish` throw `LEASE_LOST` when another owner holds
 * the item. An error while asking is an error, never "no work left".
 */
export interface WorkStore {
  /** Makes the items exist; those that exist already keep their state. */
  plan(slices: readonly SliceRef[]): Promise<void>
  /** Leases a pending item (or one whose holder is gone) to `owner`; undefined when none was found that is free. */
  claim(owner: string): Promise<WorkItem | undefined>
  /** Records a position after its bulk was acknowledged; `counts` are the item's totals up to it. Renews the lease. */
  advance(item: string, owner: string, position: SlicePosition, counts: WorkCounts): Promise<void>
  /** Ends the item as done with its checksum, or gives it back (`failed` when it must not be tried again). */
  finish(item: string, owner: string, outcome: WorkOutcome): Promise<void>
  /** All items, each once, for the reconcile against the snapshot's own shard list; nobody may change them meanwhile. */
  items(): AsyncIterable<WorkItem>
  /**
   * Sums over all items, cheap to ask for however many there are. They may be some seconds old, but that nothing is pending or
   * leased is never said before it is so.
   */
  totals(): Promise<WorkSummary>
}

/** How work on an item ended. */
export type WorkOutcome =
  | {
      readonly kind: 'done'
      readonly checksum: number
      readonly counts: WorkCounts
      readonly rebuilt?: RebuiltSources
    }
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly reason: string }

/** Counts of nothing. */
export const NO_COUNTS: WorkCounts = { read: 0, acknowledged: 0, rejected: 0, skipped: 0, sourceless: 0, bytes: 0 }

/** The sum of two counts. */
export function addCounts(a: WorkCounts, b: WorkCounts): WorkCounts {
  return {
    read: a.read + b.read,
    acknowledged: a.acknowledged + b.acknowledged,
    rejected: a.rejected + b.rejected,
    skipped: a.skipped + b.skipped,
    sourceless: a.sourceless + b.sourceless,
    bytes: a.bytes + b.bytes,
  }
}
