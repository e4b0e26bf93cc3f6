import type { RebuiltSources, SlicePosition, WorkCounts, WorkItem } from '../../coordination/work-store.ts'
import { Failure } from '../../core/failure.ts'
import type { ErrorCode } from '../../core/error-codes.ts'
import type { PlannedBackfill, PlannedCluster, PlannedRepository } from '../../plan/plan.ts'

/** What a loader has to know of the step it works for; nothing secret, can be sent to another thread. */
export interface LoadTask {
  readonly target: PlannedCluster
  readonly repository: PlannedRepository
  readonly snapshot: string
  readonly backfill: PlannedBackfill
}

/** From the runner to a loader. */
export type ToLoader =
  /** Load this; sent only while the loader has nothing else. */
  | { readonly type: 'load'; readonly item: WorkItem }
  /** What was reported last is on the disk. */
  | { readonly type: 'recorded' }
  /** What was reported last could not be recorded: the item cannot go on. */
  | { readonly type: 'unrecorded'; readonly failure: SentFailure }
  /** Finish what is on its way and give the item back. */
  | { readonly type: 'stop' }
  /** No more work: close and end. */
  | { readonly type: 'end' }

/** From a loader to the runner. `rejects` and `advance` wait for their answer, so at most one of them is open at a time. */
export type FromLoader =
  /** Lines of NDJSON. */
  | { readonly type: 'rejects'; readonly lines: Uint8Array }
  | { readonly type: 'advance'; readonly position: SlicePosition; readonly counts: WorkCounts }
  | { readonly type: 'waiting'; readonly reason: string }
  /** The last message of an item. */
  | {
      readonly type: 'done'
      readonly checksum: number
      readonly counts: WorkCounts
      readonly rebuilt?: RebuiltSources
    }
  | { readonly type: 'failed'; readonly failure: SentFailure }
  | { readonly type: 'released' }

/** A thrown value in a form that survives the way between threads. */
export type SentFailure =
  | {
      readonly kind: 'failure'
      readonly code: ErrorCode
      readonly op: string
      readonly subject: string
      readonly detail: string
      readonly hint: string | undefined
      readonly retryable: boolean
    }
  /** A fault of the program. */
  | { readonly kind: 'fault'; readonly message: string; readonly stack: string | undefined }

/** Packs a thrown value for the way to another thread. */
export function packFailure(error: unknown): SentFailure {
  if (error instanceof Failure) {
    const { code, op, subject, detail, hint, retryable } = error
    return { kind: 'failure', code, op, subject, detail, hint, retryable }
  }
  if (error instanceof Error) return { kind: 'fault', message: error.message, stack: error.stack }
  return { kind: 'fault', message: String(error), stack: undefined }
}

/** The thrown value again, equal in everything that is reported. */
export function unpackFailure(sent: SentFailure): Error {
  if (sent.kind === 'fault') {
    const error = new Error(sent.message)
    if (sent.stack !== undefined) error.stack = sent.stack
    return error
  }
  const { code, detail, op, subject, hint, retryable } = sent
  return new Failure(code, detail, { op, subject, retryable, ...(hint === undefined ? {} : { hint }) })
}
