import type { BulkTarget } from './bulk-body.ts'
import type { RejectClass } from './bulk-verdict.ts'

/** A document that the target refused for good. */
export interface Reject extends BulkTarget {
  /** HTTP status of the item, or of the request that held only this document. */
  readonly status: number
  /** The target's name for the error. */
  readonly errorType: string
  readonly reason: string
  readonly class: RejectClass
  /** The document as it was sent. */
  readonly source: Uint8Array
}

/** What became of one body. `documents` is always `created + updated + existing + rejects.length`. */
export interface BulkOutcome {
  readonly documents: number
  readonly created: number
  readonly updated: number
  /** There already, and left as they were (`create` only). */
  readonly existing: number
  readonly rejects: readonly Reject[]
  /** Bytes of the body; what was sent again is not counted. */
  readonly bytes: number
  readonly requests: number
  /** Whole bodies that were sent again. */
  readonly retriedBodies: number
  /** Documents that were sent again out of a body of which others were taken. */
  readonly retriedDocuments: number
  /** Answers that asked to slow down. */
  readonly throttled: number
  /** Milliseconds between sending and answer, all requests together. */
  readonly latencyMs: number
  /** Milliseconds of waiting before sending again. */
  readonly waitedMs: number
}

/** An outcome while it is being counted. */
export type Tally = { -readonly [K in keyof BulkOutcome]: BulkOutcome[K] } & { rejects: Reject[] }

/** A tally of nothing yet. */
export function newTally(documents: number, bytes: number): Tally {
  return {
    documents,
    created: 0,
    updated: 0,
    existing: 0,
    rejects: [],
    bytes,
    requests: 0,
    retriedBodies: 0,
    retriedDocuments: 0,
    throttled: 0,
    latencyMs: 0,
    waitedMs: 0,
  }
}

/** Documents that the target holds now. */
export function acknowledged(outcome: BulkOutcome): number {
  return outcome.created + outcome.updated + outcome.existing
}
