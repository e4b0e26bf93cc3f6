import type { ErrorCode } from '../core/error-codes.ts'
import type { StepProgress } from '../steps/step.ts'
import type { StepKind } from '../plan/plan.ts'

/** Phase of a workflow. */
export type RunPhase =
  'Pending' | 'Running' | 'Stopping' | 'Stopped' | 'Waiting' | 'Succeeded' | 'Rejects' | 'Differences' | 'Failed'

/** Phase of a step. */
export type StepPhase = 'Pending' | 'Running' | 'Waiting' | 'Succeeded' | 'Rejects' | 'Skipped' | 'Failed'

/** What keeps a run or a step from going on. */
export interface Hindrance {
  readonly code: ErrorCode
  readonly message: string
  /** What to do about it. */
  readonly hint: string
}

/** The one data structure that status, JSON output, terminal UI, web page and report render. */
export interface RunView {
  readonly schemaVersion: 1
  readonly name: string
  readonly phase: RunPhase
  /** ISO 8601, UTC, seconds. */
  readonly submittedAt: string
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly engine: 'local' | 'argo'
  /** True when a runner works on it now. */
  readonly alive: boolean
  /** Why the run is not moving, or why it ended. */
  readonly message?: string
  /** What is in its way while it is to go on. */
  readonly hindrance?: Hindrance
  readonly steps: readonly StepView[]
}

/** One step, with its place in the tree. */
export interface StepView {
  readonly id: string
  readonly kind: StepKind
  readonly title: string
  /** Names of the branches from the root to the step, empty for a single migration with a single group. */
  readonly path: readonly string[]
  readonly phase: StepPhase
  readonly startedAt?: string
  readonly finishedAt?: string
  readonly attempt: number
  /** One sentence: output of a finished step, reason of a skipped one, what keeps a pending one from beginning. */
  readonly summary?: string
  /** What is in its way while it is to go on. */
  readonly hindrance?: Hindrance
  readonly progress?: StepProgress & { readonly documentsPerSecond?: number; readonly etaSeconds?: number }
  /**
   * Of a load that has not ended, where the view was asked for it and the engine knows it: how far each index is. What became of
   * the documents of a load that has ended is in `data`.
   */
  readonly indices?: readonly IndexLoad[]
  /** What the step left behind, by its kind; see the step's file. */
  readonly data?: unknown
  readonly failure?: { readonly code: string; readonly message: string; readonly hint?: string }
}

/** How far the load of an index is. */
export interface IndexLoad {
  readonly index: string
  /** Documents read and accounted for, and those in the snapshot. */
  readonly documents: { readonly done: number; readonly total?: number }
  /** Bytes of stored fields of the slices that are done, and of all that are planned. */
  readonly bytes: { readonly done: number; readonly total: number }
  /** Documents that were refused or left out. */
  readonly rejected: number
  readonly shards: readonly ShardLoad[]
}

/** How far the load of a shard is, in the units of {@link IndexLoad}. */
export interface ShardLoad {
  readonly shard: number
  readonly documents: { readonly done: number }
  readonly bytes: { readonly done: number; readonly total: number }
  readonly slices: { readonly done: number; readonly total: number }
  readonly rejected: number
}
