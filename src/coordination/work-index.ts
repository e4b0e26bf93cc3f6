import type { WorkDocument } from './work-document.ts'
import type { WorkSummary } from './work-store.ts'

/** Which write a document is of; a write with the guard of an older one is refused. */
export interface Guard {
  readonly seqNo: number
  readonly primaryTerm: number
}

/** A document with its guard. */
export interface Stored {
  readonly document: WorkDocument
  readonly guard: Guard
}

/** A lease as others see it. */
export interface Lease {
  readonly item: string
  readonly owner: string
  readonly guard: Guard
}

/**
 * What the work store uses of the document interface of a cluster. Searches see what was written before the last refresh;
 * `get` and `put` see everything. Whatever is no answer throws; nothing is ever taken for an empty result.
 */
export interface WorkIndex {
  /** Makes the index exist. */
  open(): Promise<void>
  /** Adds documents; those whose id exists stay as they are. */
  add(documents: readonly WorkDocument[]): Promise<void>
  /** Undefined when there is no such document. */
  get(step: string, item: string): Promise<Stored | undefined>
  /** Replaces a document. `conflict` when it was written since, which may have been this very call: answers get lost. */
  put(document: WorkDocument, guard: Guard): Promise<Guard | 'conflict'>
  /** Documents in a state from a place on, in the order of places. */
  search(step: string, state: WorkDocument['state'], fromPlace: number, size: number): Promise<readonly Stored[]>
  /** Leases of a step, at most `size`. */
  leases(step: string, size: number): Promise<readonly Lease[]>
  /** Documents of a step after an item, in the order of items. */
  page(step: string, after: string | undefined, size: number): Promise<readonly WorkDocument[]>
  /** Sums over a step. */
  totals(step: string): Promise<WorkSummary>
  /** Makes everything written so far visible to searches. */
  refresh(): Promise<void>
}
