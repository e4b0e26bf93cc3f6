import type { Plan } from '../plan/plan.ts'
import type { RunView } from '../report/run-view.ts'

/** What executes plans. All reading calls work while a run goes on and long after it ended. */
export interface Engine {
  /** Starts a run and returns its name at once; the same plan resubmitted continues where it was. `WORKFLOW_LOCKED` when a runner works on that name. */
  submit(plan: Plan, options: { readonly name?: string }): Promise<string>
  /** The state of a run; of the running one, else the latest, when no name is given. `WORKFLOW_NOT_FOUND`. */
  view(name: string | undefined): Promise<RunView>
  /** All runs, newest first. */
  list(): Promise<readonly RunView[]>
  /** Asks for a graceful stop; returns when it was asked, not when it happened. */
  stop(name: string | undefined): Promise<RunView>
  /** Goes on after a stop or a crash. */
  resume(name: string | undefined): Promise<RunView>
}
