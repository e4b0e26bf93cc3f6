import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import type { WorkStore } from '../coordination/work-store.ts'
import type { Plan, PlannedStep } from '../plan/plan.ts'
import type { Clusters } from './clusters.ts'
import type { RejectRecord } from './reject-record.ts'

/** What a step is given. It knows nothing of engines; it may be run again after a crash and then notices what is done. */
export interface StepInput {
  readonly plan: Plan
  readonly step: PlannedStep
  /** Name of the workflow, such as `migration-abc123`. */
  readonly workflow: string
  /** Outputs of the steps that ran before, by step id. */
  readonly outputs: ReadonlyMap<string, StepOutput>
}

/** What a step may use beside its input. */
export interface StepContext {
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly clusters: Clusters
  /** The work items of this step. */
  readonly work: WorkStore
  /** Adds a line to the workflow's log. */
  log(level: 'info' | 'warning' | 'error', message: string): void
  /** Publishes progress; only the last one counts. */
  progress(progress: StepProgress): void
  /**
   * Journals a change on a cluster before it is made, so that it can be put back even after a crash. Changes that are recorded
   * already are not recorded again.
   */
  recordChange(change: RecordedChange): Promise<void>
  /** Changes that were recorded and not yet put back. */
  openChanges(): readonly RecordedChange[]
  /** Notes that a recorded change has been put back. */
  settleChange(id: string): Promise<void>
  /** Documents that a Restore Documents step left out or the target refused; one may come twice. */
  rejects(step: string): AsyncIterable<RejectRecord>
  /** Loads the pending work items of this step with the engine's workers until none is left. */
  loadItems(): Promise<void>
}

/** A change made for the duration of a run, with what is needed to put it back. */
export interface RecordedChange {
  /** Stable: the same change has the same id in every attempt. */
  readonly id: string
  readonly kind: 'repository-registered' | 'snapshot-created' | 'index-settings' | 'target-repository-registered'
  readonly side: 'source' | 'target'
  readonly cluster: string
  /** Repository, `repository/snapshot` or index. */
  readonly subject: string
  /** Earlier values of settings; null for one that was not set. */
  readonly previous?: Readonly<Record<string, string | null>>
}

/** How far a step is. */
export interface StepProgress {
  /** What is being done or waited for, in a few words. */
  readonly message: string
  readonly documents?: { readonly done: number; readonly total: number }
  readonly bytes?: { readonly done: number; readonly total: number }
  readonly rejected?: number
}

/** What a step leaves behind for later steps and for the report; JSON. */
export interface StepOutput {
  /** `rejects` when the step ended but documents were refused or left out; Verify ends with `differences`. */
  readonly result: 'done' | 'rejects' | 'differences'
  /** One sentence for the report. */
  readonly summary: string
  /** Data by step kind; see the step's file. */
  readonly data?: unknown
}

/** A step: idempotent; throws `Failure`; a retryable failure may be tried again by the engine. */
export type Step = (input: StepInput, context: StepContext) => Promise<StepOutput>
