import type { Plan } from '../plan/plan.ts'
import type { LogLine } from '../report/log-line.ts'
import type { RunView } from '../report/run-view.ts'
import type { Clusters } from '../steps/clusters.ts'
import type { RejectsRetried } from './run/run-events.ts'
import type { RunRecord } from './run/run-record.ts'

/** What became of a plan that was submitted. */
export interface Submission {
  readonly name: string
  /**
   * `started`: a new run; `continued`: an unfinished run of the same configuration goes on; `unchanged`: the latest run of the
   * same configuration has finished, nothing was started.
   */
  readonly kind: 'started' | 'continued' | 'unchanged'
  /** Groups of a new run that earlier runs have done as they are wanted now, and that are skipped. */
  readonly skippedGroups?: number
}

/** How to submit. */
export interface SubmitOptions {
  /** Default: `migration-` and six hexadecimal digits. */
  readonly name?: string
  /** Start a new run of everything even if the same configuration, or groups of it, have been run. Default: false. */
  readonly fresh?: boolean
}

/** A work item that a process of a run is loading. */
export interface HeldItem {
  /** Id of the Restore Documents step. */
  readonly step: string
  readonly item: string
  /** The process: on Argo the pod, with what tells its workers apart. */
  readonly holder: string
}

/** What executes plans. All reading calls work while a run goes on and long after it ended. */
export interface Engine {
  /**
   * Starts a run and returns at once; the same configuration resubmitted goes on where its latest run was, and a changed one
   * leaves out the groups that earlier runs on this machine have done unchanged. Nothing that runs is ever touched: `WORKFLOW_LOCKED` when a runner works on it. `USAGE` when the name belongs to a run of another configuration.
   */
  submit(plan: Plan, options: SubmitOptions): Promise<Submission>
  /**
   * The state of a run; of the running one, else the latest, when no name is given. With `loads` also how far each index and
   * shard is, which takes longer and which the argo engine does not know. `WORKFLOW_NOT_FOUND`.
   */
  view(name: string | undefined, options?: { readonly loads?: boolean }): Promise<RunView>
  /** All runs, newest first. */
  list(): Promise<readonly RunView[]>
  /** The log of a run from its line `from` (0 is the first) on. `WORKFLOW_NOT_FOUND`. */
  log(name: string | undefined, from: number): Promise<readonly LogLine[]>
  /** The rejects of a run as lines of NDJSON without line ends, in the order they were recorded. `WORKFLOW_NOT_FOUND`. */
  rejects(name: string | undefined): AsyncGenerator<string>
  /**
   * The work items of a running run that are leased to one of many processes; none where one process loads them all.
   * `WORKFLOW_NOT_FOUND`; codes as `openCluster`.
   */
  heldItems(name: string | undefined): Promise<readonly HeldItem[]>
  /** What a run has left behind so far. `WORKFLOW_NOT_FOUND`. */
  record(name: string | undefined): Promise<RunRecord>
  /**
   * Sends the rejects of a finished run again, step by step, and keeps those that are refused again; returns what came of each
   * step. `WORKFLOW_LOCKED` while it runs, `USAGE` when it has not finished; codes as `openBulkLoader`.
   */
  retryRejects(name: string | undefined, clusters: Clusters): Promise<readonly RejectsRetried[]>
  /** Lets steps pass their gates: the given ones, else all that wait; returns their ids. `USAGE` for a step without a gate. */
  approve(name: string | undefined, steps: readonly string[]): Promise<readonly string[]>
  /** Asks for a graceful stop; returns when it was asked, not when it happened. A run that is not running stays as it is. */
  stop(name: string | undefined): Promise<RunView>
  /** Goes on after a stop, a failure or a crash. `WORKFLOW_LOCKED` when it runs; a finished run stays as it is. */
  resume(name: string | undefined): Promise<RunView>
}
