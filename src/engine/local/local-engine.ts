import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Plan } from '../../plan/plan.ts'
import type { LogLine } from '../../report/log-line.ts'
import type { RunView } from '../../report/run-view.ts'
import type { Engine, HeldItem, Submission, SubmitOptions } from '../engine.ts'
import { Journal, readJournal } from './journal.ts'
import { lockHome } from './lock-home.ts'
import { rejectFilePath } from './reject-file.ts'
import { readRejectLines, readRejects } from './reject-lines.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { StoredRuns, type StoredRun } from './stored-runs.ts'
import { startRunner } from './start-runner.ts'
import type { RejectsRetried } from '../run/run-events.ts'
import { withLoads } from '../run/with-loads.ts'
import type { RunRecord } from '../run/run-record.ts'
import { logOf } from '../run/run-log.ts'
import { outputsOf, stepState } from '../run/run-state.ts'
import { runToView, unreadableView } from '../run/run-to-view.ts'
import { withoutUnchangedGroups } from '../run/unchanged-groups.ts'
import { approve, createWorkflowFolder, requestStop, workflowFolder, type WorkflowFolder } from './workflow-folder.ts'

/** What the local engine is made of. */
export interface LocalEngineParts {
  /** The state folder. */
  readonly home: string
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  /** Starts a process of its own that runs the workflow; resolves to its process id. */
  startRunner(folder: WorkflowFolder): Promise<number>
}

/** Events that have no line in the log. */
const UNLOGGED = ['work-advanced', 'work-done', 'step-progress']
const START_POLL_MS = 20
/** Loading the program on a busy machine takes seconds; a runner that is slower than this goes on unwatched. */
const START_PATIENCE_MS = 15_000

/** Runs workflows on this machine: a folder each under the state folder, a detached process each while they run. */
export class LocalEngine implements Engine {
  readonly #parts: LocalEngineParts
  readonly #runs: StoredRuns

  constructor(parts: LocalEngineParts) {
    this.#parts = parts
    this.#runs = new StoredRuns(parts.home, parts.clock)
  }

  async submit(plan: Plan, options: SubmitOptions): Promise<Submission> {
    const { home, clock } = this.#parts
    const lock = await lockHome(this.#parts)
    try {
      const runs = this.#runs.newestFirst()
      const found = this.#earlierRun(plan, options, runs)
      if (found !== undefined) {
        const earlier = await this.#atRest(found)
        if (earlier.alive) throw alreadyRunning(earlier)
        if (earlier.state.outcome === 'finished') return { name: earlier.folder.name, kind: 'unchanged' }
        // Nothing was done by the old plan yet, so the new one, which knows the clusters as they are now, takes its place.
        if (stepState(earlier.state, 'initialize').phase !== 'ended') {
          createWorkflowFolder(earlier.folder, withoutUnchangedGroups(plan, runs))
        }
        await startRunner(earlier.folder, this.#parts)
        return { name: earlier.folder.name, kind: 'continued' }
      }
      const name = options.name ?? this.#freeName()
      const folder = workflowFolder(home, name)
      const due = options.fresh === true ? plan : withoutUnchangedGroups(plan, runs)
      createWorkflowFolder(folder, due)
      const { journal } = Journal.open(folder.journal)
      try {
        const event = { at: clock.now(), type: 'submitted', name, configDigest: plan.configDigest } as const
        journal.append(event, { durable: true })
      } finally {
        journal.close()
      }
      await startRunner(folder, this.#parts)
      const skipped = skippedGroups(due)
      return { name, kind: 'started', ...(skipped === 0 ? {} : { skippedGroups: skipped }) }
    } finally {
      lock.release()
    }
  }

  view(name: string | undefined, { loads = false } = {}): Promise<RunView> {
    return attempt(() => {
      const run = this.#runs.find(name)
      const view = this.#viewOf(run)
      return loads ? withLoads(view, run.plan, run.state, readJournal(run.folder.journal, ['step-', 'log'])) : view
    })
  }

  list(): Promise<readonly RunView[]> {
    return attempt(() => {
      const views = this.#runs.names().map((name) => {
        try {
          return this.#viewOf(this.#runs.read(name))
        } catch (error) {
          if (!isFailure(error)) throw error
          return unreadableView(name, error, 'local')
        }
      })
      return views.toSorted((a, b) => compare(b.submittedAt, a.submittedAt) || compare(a.name, b.name))
    })
  }

  log(name: string | undefined, from: number): Promise<readonly LogLine[]> {
    return attempt(() => logOf(readJournal(this.#runs.find(name).folder.journal, UNLOGGED)).slice(from))
  }

  heldItems(name: string | undefined): Promise<readonly HeldItem[]> {
    return attempt(() => {
      this.#runs.find(name)
      return []
    })
  }

  async *rejects(name: string | undefined): AsyncGenerator<string> {
    const { folder } = this.#runs.find(name)
    const files = existsSync(folder.rejects) ? readdirSync(folder.rejects).sort() : []
    for (const file of files) yield* readRejectLines(join(folder.rejects, file))
  }

  record(name: string | undefined): Promise<RunRecord> {
    return attempt(() => {
      const { folder, plan, state } = this.#runs.find(name)
      return {
        name: folder.name,
        plan,
        outputs: outputsOf(state),
        rejects: (step) => readRejects(rejectFilePath(folder.rejects, step)),
      }
    })
  }

  async retryRejects(name: string | undefined, clusters: Clusters): Promise<readonly RejectsRetried[]> {
    const { folder } = this.#runs.find(name)
    const { retryRejects } = await import('./retry-rejects.ts')
    return retryRejects(folder, { ...this.#parts, clusters })
  }

  approve(name: string | undefined, steps: readonly string[]): Promise<readonly string[]> {
    return attempt(() => {
      const { folder, plan, state } = this.#runs.find(name)
      const waiting = plan.steps.filter(({ id }) => stepState(state, id).phase === 'waiting').map(({ id }) => id)
      const wanted = steps.length === 0 ? waiting : steps
      for (const id of wanted) {
        if (plan.steps.find((step) => step.id === id)?.approval === true) continue
        throw new Failure('USAGE', 'it has no gate', {
          op: 'approve',
          subject: `step ${id} of workflow ${folder.name}`,
        })
      }
      for (const id of wanted) approve(folder, id)
      return wanted
    })
  }

  stop(name: string | undefined): Promise<RunView> {
    return attempt(() => {
      const run = this.#runs.find(name)
      if (!run.alive) return this.#viewOf(run)
      requestStop(run.folder)
      return this.#viewOf({ ...run, state: { ...run.state, stopRequested: true } })
    })
  }

  async resume(name: string | undefined): Promise<RunView> {
    const lock = await lockHome(this.#parts)
    try {
      const run = await this.#atRest(this.#runs.find(name))
      if (run.alive) throw alreadyRunning(run)
      if (run.state.outcome === 'finished') return this.#viewOf(run)
      await startRunner(run.folder, this.#parts)
      return this.#viewOf(this.#runs.read(run.folder.name))
    } finally {
      lock.release()
    }
  }

  /** The run that a submission would repeat; `runs` are the newest first. */
  #earlierRun(plan: Plan, { name, fresh = false }: SubmitOptions, runs: readonly StoredRun[]): StoredRun | undefined {
    if (name !== undefined) {
      if (!this.#runs.names().includes(workflowFolder(this.#parts.home, name).name)) return undefined
      const run = this.#runs.read(name)
      if (run.alive && run.state.outcome === undefined) throw alreadyRunning(run)
      if (!fresh && run.state.configDigest === plan.configDigest) return run
      throw new Failure('USAGE', fresh ? 'it exists already' : 'it was made from another configuration', {
        op: 'submit',
        subject: `workflow ${name}`,
        hint: 'Choose another name with --name, or leave it out.',
      })
    }
    const same = runs.filter((run) => run.state.configDigest === plan.configDigest)
    const running = same.find((run) => run.alive && run.state.outcome === undefined)
    if (running !== undefined) return running
    return fresh ? undefined : same[0]
  }

  /** The run once its runner is really gone or really at work: it says that it has ended a moment before it lets go of the lock. */
  async #atRest(run: StoredRun): Promise<StoredRun> {
    const { clock, signal } = this.#parts
    const deadline = clock.monotonic() + START_PATIENCE_MS
    let current = run
    while (current.alive && current.state.outcome !== undefined && clock.monotonic() < deadline) {
      await clock.sleep(START_POLL_MS, signal)
      current = this.#runs.read(run.folder.name)
    }
    return current
  }

  #viewOf({ plan, state, alive }: StoredRun): RunView {
    const running = alive && state.outcome === undefined
    return runToView(plan, state, running, this.#parts.clock.now(), 'local')
  }

  #freeName(): string {
    const taken = new Set(this.#runs.names())
    for (;;) {
      const name = `migration-${this.#parts.random.hex(3)}`
      if (!taken.has(name)) return name
    }
  }
}

function skippedGroups({ migrations }: Plan): number {
  return migrations.flatMap(({ groups }) => groups).filter(({ doneBefore }) => doneBefore !== undefined).length
}

function alreadyRunning({ folder }: StoredRun): Failure {
  return new Failure('WORKFLOW_LOCKED', 'it is running', {
    op: 'start',
    subject: `workflow ${folder.name}`,
    hint: `Look at it with workflow status ${folder.name}; end it with workflow stop ${folder.name}.`,
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The file system calls underneath are synchronous; what they throw becomes a rejection all the same. */
function attempt<T>(action: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(action())
  })
}
