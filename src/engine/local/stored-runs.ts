import { existsSync } from 'node:fs'
import type { Clock } from '../../core/clock.ts'
import { isFailure } from '../../core/failure.ts'
import { foldEvents } from '../run/run-state.ts'
import type { EarlierRun } from '../run/unchanged-groups.ts'
import { readJournal } from './journal.ts'
import { readLock } from './lock.ts'
import { listWorkflows, readPlan, workflowFolder, workflowNotFound, type WorkflowFolder } from './workflow-folder.ts'

/** A run as its folder has it. */
export interface StoredRun extends EarlierRun {
  readonly folder: WorkflowFolder
  /** True while a runner works on it. */
  readonly alive: boolean
}

/** The runs of a state folder. */
export class StoredRuns {
  readonly #home: string
  readonly #clock: Clock

  constructor(home: string, clock: Clock) {
    this.#home = home
    this.#clock = clock
  }

  /** Names of all workflows that have a folder. */
  names(): readonly string[] {
    return listWorkflows(this.#home)
  }

  /** A run by its name. `WORKFLOW_NOT_FOUND`, `STATE_CORRUPT`. */
  read(name: string): StoredRun {
    const folder = workflowFolder(this.#home, name)
    // The lock first: a runner that ends in between is then seen as ended, never as dead.
    const alive = readLock(folder.path, this.#clock)?.alive ?? false
    const plan = readPlan(folder)
    return { name: folder.name, folder, plan, state: foldEvents(readJournal(folder.journal, ['work-'])), alive }
  }

  /** Every run that can be read, the newest first; one that cannot must not hide the others. */
  newestFirst(): StoredRun[] {
    const runs = this.names().flatMap((name) => {
      try {
        return [this.read(name)]
      } catch (error) {
        if (isFailure(error, 'STATE_CORRUPT', 'WORKFLOW_NOT_FOUND')) return []
        throw error
      }
    })
    return runs.toSorted((a, b) => b.state.submittedAt - a.state.submittedAt)
  }

  /** The run of that name; without one the running run, else the latest. Codes as `read`. */
  find(name: string | undefined): StoredRun {
    if (name !== undefined) {
      const folder = workflowFolder(this.#home, name)
      if (!existsSync(folder.journal)) throw workflowNotFound(name, this.names().toSorted())
      return this.read(name)
    }
    const runs = this.newestFirst()
    const newest = runs.find((run) => run.alive) ?? runs[0]
    if (newest === undefined) throw workflowNotFound(undefined, [])
    return newest
  }
}
