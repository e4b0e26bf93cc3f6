import type { WorkEvent } from '../../coordination/work-events.ts'
import type { RecordedChange, StepOutput, StepProgress } from '../../steps/step.ts'

/** A failure as a journal keeps it. */
export interface RecordedFailure {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly retryable: boolean
  /** What the step had done, in the form of its output's data. */
  readonly data?: unknown
}

/** Rejects of a finished load were sent again. What is left is told in absolute numbers, so that telling it twice is harmless. */
export interface RejectsRetried {
  /** The Restore Documents step that they are of. */
  readonly step: string
  /** Documents that the target acknowledged this time. */
  readonly acknowledged: number
  /** Documents that are still not in the target. */
  readonly rejected: number
  /** By index; an index that is not there has no rejects left. */
  readonly indices: Readonly<Record<string, RetriedIndex>>
}

/** What sending the rejects of one index again came to. */
export interface RetriedIndex {
  /** Source bytes of the documents that were acknowledged this time. */
  readonly bytes: number
  /** Documents that turned out to be in the target already, and were left as they were. */
  readonly skipped: number
  /** Documents that are still refused. */
  readonly rejected: number
  /** Documents without a source, which cannot be sent. */
  readonly sourceless: number
}

/** Something that happened in a run. The state of a run is the fold over these and nothing else. */
export type RunEventBody =
  | { readonly type: 'submitted'; readonly name: string; readonly configDigest: string }
  | { readonly type: 'runner-started'; readonly pid: number; readonly host: string }
  | { readonly type: 'runner-ended'; readonly outcome: 'finished' | 'failed' | 'stopped' }
  | { readonly type: 'stop-requested' }
  | { readonly type: 'step-started'; readonly step: string; readonly attempt: number }
  /** A person has to approve before it goes on. */
  | { readonly type: 'step-waiting'; readonly step: string }
  | { readonly type: 'step-approved'; readonly step: string }
  | { readonly type: 'step-progress'; readonly step: string; readonly progress: StepProgress }
  | { readonly type: 'step-skipped'; readonly step: string; readonly reason: string }
  | { readonly type: 'step-ended'; readonly step: string; readonly output: StepOutput }
  | {
      readonly type: 'step-failed'
      readonly step: string
      readonly failure: RecordedFailure
      /** False when another attempt follows. */
      readonly final: boolean
    }
  | ({ readonly type: 'rejects-retried' } & RejectsRetried)
  | { readonly type: 'change-recorded'; readonly change: RecordedChange }
  | { readonly type: 'change-settled'; readonly id: string }
  | {
      readonly type: 'log'
      readonly level: 'info' | 'warning' | 'error'
      readonly step?: string
      readonly message: string
    }
  /** Lines of the log were left out here, for want of space. */
  | { readonly type: 'log-cut'; readonly lines: number }
  | WorkEvent

/** A {@link RunEventBody} with its time in milliseconds since 1970. */
export type RunEvent = { readonly at: number } & RunEventBody

/** True for events of work items. */
export function isWorkEvent(event: RunEvent): event is RunEvent & WorkEvent {
  return (
    event.type === 'work-planned' ||
    event.type === 'work-advanced' ||
    event.type === 'work-done' ||
    event.type === 'work-failed'
  )
}
