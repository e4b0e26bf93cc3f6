import type { Plan } from '../../plan/plan.ts'
import type { RejectRecord } from '../../steps/reject-record.ts'
import type { StepOutput } from '../../steps/step.ts'

/** What a run has left behind, for commands that work with its results. */
export interface RunRecord {
  readonly name: string
  readonly plan: Plan
  /** Outputs of the steps that have ended, by step id. */
  readonly outputs: ReadonlyMap<string, StepOutput>
  /** Rejects of a Restore Documents step in the order they were recorded. */
  rejects(step: string): AsyncIterable<RejectRecord>
}
