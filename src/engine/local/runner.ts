import { hostname } from 'node:os'
import type { Clock } from '../../core/clock.ts'
import { Failure, isFailure, messageOf } from '../../core/failure.ts'
import { currentPid } from '../../core/process.ts'
import type { Random } from '../../core/random.ts'
import { LocalWorkStore } from '../../coordination/local-work-store.ts'
import type { Plan, PlannedStep, StepKind } from '../../plan/plan.ts'
import type { Clusters } from '../../steps/clusters.ts'
import type { Step, StepContext, StepInput, StepOutput } from '../../steps/step.ts'
import type { ItemLoader } from '../load/item-loader.ts'
import { Journal } from './journal.ts'
import { KeptWork } from './kept-work.ts'
import { acquireLock } from './lock.ts'
import { rejectFilePath } from './reject-file.ts'
import { readRejects } from './reject-lines.ts'
import { isWorkEvent, type RunEvent, type RunEventBody } from '../run/run-events.ts'
import { runGraph } from './run-graph.ts'
import { applyEvent, foldEvents, type RunState } from '../run/run-state.ts'
import { clearStopRequest, isApproved, readPlan, stopRequested, type WorkflowFolder } from './workflow-folder.ts'

/** What a runner is made of. */
export interface RunnerParts {
  readonly clock: Clock
  readonly random: Random
  /** Fires when the process is asked to end. */
  readonly signal: AbortSignal
  readonly steps: Readonly<Record<StepKind, Step>>
  readonly clusters: Clusters
  readonly loadItems: ItemLoader
  /** Puts back what was changed for the duration of the load; called when a run ends before its Cleanup. */
  readonly putBack: (context: StepContext) => Promise<unknown>
}

const BEAT_MS = 2000
/** How often wishes of other processes are looked for. */
const POLL_MS = 250

/** Acknowledged positions are on the disk within this; a crash of the machine, not of the program, may lose younger ones. */
const SYNC_MS = 1000

/**
 * Events that are not waited for: nothing outside depends on them, and waiting for the disk at each position would slow the
 * load. Without the last positions some documents are sent once more, which is harmless. All others are on the disk at once.
 */
const VOLATILE: ReadonlySet<RunEventBody['type']> = new Set(['step-progress', 'log', 'work-advanced'])

/**
 * Runs a workflow in this process from where its journal ends, until it is finished, has failed or is stopped. At most one
 * runner works on a workflow: `WORKFLOW_LOCKED`. Safe to call again after any crash.
 */
export async function runWorkflow(
  folder: WorkflowFolder,
  parts: RunnerParts,
): Promise<'finished' | 'failed' | 'stopped'> {
  const lock = acquireLock(folder.path, parts.clock, parts.random)
  try {
    const plan = readPlan(folder)
    const { journal, events } = Journal.open(folder.journal)
    try {
      return await new Run(folder, parts, plan, journal, events).execute(() => lock.beat())
    } finally {
      journal.close()
    }
  } finally {
    lock.release()
  }
}

/** One execution of a workflow: the journal, the state folded from it, and the world for its steps. */
class Run {
  readonly #folder: WorkflowFolder
  readonly #parts: RunnerParts
  readonly #plan: Plan
  readonly #journal: Journal
  /** A step that is tried again starts from what its earlier attempts achieved. */
  readonly #work = new KeptWork()
  readonly #stop = new AbortController()
  #state: RunState

  constructor(folder: WorkflowFolder, parts: RunnerParts, plan: Plan, journal: Journal, events: readonly RunEvent[]) {
    this.#folder = folder
    this.#parts = parts
    this.#plan = plan
    this.#journal = journal
    this.#state = foldEvents(events)
    for (const event of events) this.#keep(event)
  }

  async execute(beat: () => void): Promise<'finished' | 'failed' | 'stopped'> {
    const { clock, random } = this.#parts
    this.#record({ type: 'runner-started', pid: currentPid(), host: hostname() })
    const background = new AbortController()
    const watch = Promise.all([
      this.#watchForStop(background.signal),
      this.#beat(beat, background.signal),
      this.#syncPositions(background.signal),
    ])
    try {
      const outcome = await runGraph(this.#plan.steps, {
        clock,
        random,
        signal: this.#stop.signal,
        state: () => this.#state,
        record: (event) => this.#record(event),
        runStep: (step) => this.#runStep(step),
        approval: (step) => this.#approval(step),
      })
      if (outcome !== 'finished') await this.#putBack()
      this.#record({ type: 'runner-ended', outcome })
      clearStopRequest(this.#folder)
      return outcome
    } finally {
      background.abort()
      await watch
    }
  }

  #runStep(step: PlannedStep): Promise<StepOutput> {
    const context = this.#context(step)
    return this.#parts.steps[step.kind](this.#input(step), context)
  }

  async #approval(step: PlannedStep): Promise<void> {
    while (!isApproved(this.#folder, step.id)) await this.#parts.clock.sleep(POLL_MS, this.#stop.signal)
  }

  #input(step: PlannedStep): StepInput {
    const outputs = new Map<string, StepOutput>()
    for (const [id, state] of this.#state.steps) if (state.output !== undefined) outputs.set(id, state.output)
    return { plan: this.#plan, step, workflow: this.#state.name, outputs }
  }

  #context(step: PlannedStep, signal: AbortSignal = this.#stop.signal): StepContext {
    const work = new LocalWorkStore(step.id, this.#work.of(step.id), (event) => {
      this.#record(event)
      return Promise.resolve()
    })
    const context: StepContext = {
      clock: this.#parts.clock,
      random: this.#parts.random,
      signal,
      clusters: this.#parts.clusters,
      work,
      log: (level, message) => this.#record({ type: 'log', level, step: step.id, message }),
      progress: (progress) => this.#record({ type: 'step-progress', step: step.id, progress }),
      recordChange: (change) => {
        if (!this.#state.openChanges.has(change.id)) this.#record({ type: 'change-recorded', change })
        return Promise.resolve()
      },
      openChanges: () => [...this.#state.openChanges.values()],
      settleChange: (id) => {
        this.#record({ type: 'change-settled', id })
        return Promise.resolve()
      },
      rejects: (restoreStep) => readRejects(rejectFilePath(this.#folder.rejects, restoreStep)),
      loadItems: () => this.#parts.loadItems(this.#input(step), context),
    }
    return context
  }

  /** A failed or stopped run leaves the clusters as they were, but keeps the snapshot, so that it can go on. */
  async #putBack(): Promise<void> {
    const cleanup = this.#plan.steps.at(-1)
    if (cleanup === undefined || this.#state.openChanges.size === 0) return
    const context = this.#context(cleanup, new AbortController().signal)
    try {
      await this.#parts.putBack(context)
    } catch (error) {
      const hint = isFailure(error) ? (error.hint ?? '') : ''
      context.log(
        'error',
        `Settings could not be put back: ${messageOf(error)} ${hint} They are kept for the next resume.`,
      )
    }
  }

  #record(body: RunEventBody): void {
    const event: RunEvent = { at: this.#parts.clock.now(), ...body }
    this.#journal.append(event, { durable: !VOLATILE.has(body.type) })
    this.#state = applyEvent(this.#state, event)
    this.#keep(event)
  }

  #keep(event: RunEvent): void {
    if (isWorkEvent(event)) this.#work.add(event)
    else if (event.type === 'step-ended') this.#work.forget(event.step)
  }

  async #watchForStop(signal: AbortSignal): Promise<void> {
    const stopNow = (): void => {
      if (this.#stop.signal.aborted) return
      this.#record({ type: 'stop-requested' })
      this.#stop.abort(
        new Failure('ABORTED', 'a stop was requested', { op: 'run', subject: `workflow ${this.#state.name}` }),
      )
    }
    if (this.#parts.signal.aborted) stopNow()
    this.#parts.signal.addEventListener('abort', stopNow, { once: true })
    await every(POLL_MS, this.#parts.clock, signal, () => {
      if (stopRequested(this.#folder)) stopNow()
    })
    this.#parts.signal.removeEventListener('abort', stopNow)
  }

  /** A disk that cannot be written to any more stops the run: it could not be resumed rightly. */
  async #syncPositions(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#parts.clock.sleep(SYNC_MS, signal)
      } catch {
        return
      }
      try {
        await this.#journal.sync()
        if (this.#journal.isWorthCompacting) this.#compact()
      } catch (error) {
        this.#stop.abort(error)
        return
      }
    }
  }

  /** A journal that could not be made shorter is as good as before, unless the next event finds it broken. */
  #compact(): void {
    try {
      this.#journal.compact()
    } catch (error) {
      if (!isFailure(error)) throw error
      const message = `The journal goes on growing, since it could not be compacted: ${error.detail}`
      this.#record({ type: 'log', level: 'warning', message })
    }
  }

  #beat(beat: () => void, signal: AbortSignal): Promise<void> {
    return every(BEAT_MS, this.#parts.clock, signal, beat)
  }
}

async function every(ms: number, clock: Clock, signal: AbortSignal, action: () => void): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(ms, signal)
    } catch {
      return
    }
    action()
  }
}
