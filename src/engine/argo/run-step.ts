import type { Clock } from '../../core/clock.ts'
import { isFailure, messageOf } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Kubernetes } from '../../kubernetes/kubernetes.ts'
import type { Plan, StepKind } from '../../plan/plan.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { putBack } from '../../steps/put-back.ts'
import type { Step, StepOutput, StepProgress } from '../../steps/step.ts'
import type { StartLoader } from '../load/load-thread.ts'
import { recordFailure } from '../run/recorded-failure.ts'
import { EventTime } from './event-time.ts'
import { LoadParts, type LoadPart } from './load-parts.ts'
import { openPodRun, type PodRun } from './pod-run.ts'
import { isStepOver } from './run-story.ts'
import { podContext, podInput, stateOf, type PodContextParts } from './step-context.ts'
import { StepJournal } from './step-journal.ts'
import { removeWorkState } from './work-state.ts'

/** What is to be run. */
export interface StepCall {
  readonly run: string
  /** Id of the step. */
  readonly step: string
  /** Of a Restore Documents step only this part; the whole step in one process when absent. Other steps have no parts. */
  readonly part?: LoadPart
  /** Number of this worker among those of the step, from 0: the first one reports the progress of all. */
  readonly worker: number
}

/** What a pod's step takes from its surroundings. */
export interface RunStepParts {
  readonly kubernetes: Kubernetes
  readonly clock: Clock
  readonly random: Random
  /** Fires when the pod is to end. */
  readonly signal: AbortSignal
  readonly steps: Readonly<Record<StepKind, Step>>
  /** Connects to the clusters of the plan; the connections outlive a stop. */
  connect(plan: Plan): Clusters
  readonly startLoader: StartLoader
  readonly startSmallLoader: StartLoader
  /** Slices that a pod of a load has under way at once. */
  readonly loaders: number
  /** Unique name of this process. */
  readonly process: string
  readonly print: (line: string) => void
  readonly publish: (progress: StepProgress) => void
  /** Told how many workers a planned load should have. */
  onWorkers(workers: number): Promise<void>
}

/** How a step ended for the pod: what came of the documents is in the journal. */
export type StepEnd = 'ended' | 'stopped' | 'temporary' | 'failed'

/**
 * Runs a step of a run, or a part of it, in this process and records it in the journal of the step. What has ended before is
 * not run again. A failure is recorded and not thrown, unless it is that nothing can be recorded.
 */
export async function runStep(call: StepCall, parts: RunStepParts): Promise<StepEnd> {
  const { kubernetes, clock, random } = parts
  const run = await openPodRun(kubernetes, call.run, call.step)
  const time = new EventTime(clock)
  time.saw(run.root.attempts.map((at) => ({ at })))
  time.saw(run.others)
  const journal = await StepJournal.open({ kubernetes, root: run.root, step: call.step, clock, random, time })
  const clusters = parts.connect(run.plan)
  try {
    const pod = new PodStep(call, parts, run, journal, clusters)
    return await pod.execute()
  } finally {
    await clusters.close()
    await journal.close()
  }
}

class PodStep {
  readonly #call: StepCall
  readonly #parts: RunStepParts
  readonly #run: PodRun
  readonly #journal: StepJournal
  readonly #context: PodContextParts

  constructor(call: StepCall, parts: RunStepParts, run: PodRun, journal: StepJournal, clusters: Clusters) {
    const { clock, random, signal, print, publish } = parts
    this.#call = call
    this.#parts = parts
    this.#run = run
    this.#journal = journal
    const cut = new AbortController().signal // The end of the pod's grace period ends everything.
    this.#context = { run, journal, clusters, clock, random, signal, cut, print, publish }
  }

  async execute(): Promise<StepEnd> {
    const { step } = this.#run
    if (isStepOver(stateOf(this.#run, this.#journal), step.id)) {
      this.#parts.print(`step ${step.id} has ended before`)
      if (step.kind === 'restore-documents' && this.#call.part === 'plan') await this.#parts.onWorkers(1)
      return 'ended'
    }
    try {
      if (step.kind === 'cleanup') return await this.#cleanup()
      if (step.kind === 'restore-documents') return await this.#restore()
      return await this.#whole(() => this.#parts.steps[step.kind](this.#input(), podContext(this.#context)))
    } catch (error) {
      return this.#failed(error)
    }
  }

  async #whole(work: () => Promise<StepOutput>): Promise<StepEnd> {
    await this.#begin()
    return this.#end(await work())
  }

  async #restore(): Promise<StepEnd> {
    const { part, worker } = this.#call
    const { startLoader, startSmallLoader, process, loaders } = this.#parts
    const options = { startLoader, startSmallLoader, process, worker, loaders }
    const load = await LoadParts.open(this.#context, this.#input(), options)
    try {
      switch (part) {
        case 'plan':
          await this.#begin()
          await this.#parts.onWorkers(await load.plan())
          return 'ended'
        case 'work':
          await load.work()
          return 'ended'
        case 'reconcile':
          return await this.#end(await load.reconcile())
        default:
          return await this.#whole(() => load.whole(this.#parts.steps['restore-documents']))
      }
    } finally {
      load.close()
    }
  }

  /** A run that has failed or was stopped leaves the clusters as they were, and keeps what is needed to go on. */
  async #cleanup(): Promise<StepEnd> {
    const { plan, step, root } = this.#run
    const state = stateOf(this.#run, this.#journal)
    const cut = this.#context.cut
    // The exit handler is what is done about a stop, so a stop does not end it.
    const context = podContext({ ...this.#context, signal: cut })
    const open = plan.steps.filter(({ id, skip }) => id !== step.id && skip === undefined && !isStepOver(state, id))
    if (open.length > 0) {
      const done = await putBack(context)
      context.log(
        'info',
        `${open[0]!.title} has not ended: ${done.length === 0 ? 'nothing to put back' : done.join(', ')}`,
      )
      return 'ended'
    }
    return this.#whole(async () => {
      const output = await this.#parts.steps.cleanup(this.#input(), context)
      const { removed, kept } = await removeWorkState(plan, root.name, this.#context.clusters, cut)
      for (const what of removed) context.log('info', `Cleaned up: ${what}`)
      for (const what of kept) context.log('info', `Kept: ${what}`)
      const more = [...removed, ...kept.map((what) => `kept ${what}`)]
      return more.length === 0 ? output : { ...output, summary: `${output.summary}; ${more.join(', ')}` }
    })
  }

  #input(): ReturnType<typeof podInput> {
    return podInput(this.#run, stateOf(this.#run, this.#journal))
  }

  async #begin(): Promise<void> {
    const { root, step } = this.#run
    const since = root.attempts.at(-1) ?? 0
    const earlier = this.#journal.events.filter(({ type, at }) => type === 'step-started' && at >= since)
    await this.#journal.record({ type: 'step-started', step: step.id, attempt: earlier.length + 1 })
  }

  async #end(output: StepOutput): Promise<StepEnd> {
    await this.#journal.record({ type: 'step-ended', step: this.#run.step.id, output })
    this.#parts.print(output.summary)
    return 'ended'
  }

  async #failed(error: unknown): Promise<StepEnd> {
    const { signal, print } = this.#parts
    // As in the local engine: a stop leaves the step as it is, started, neither ended nor failed.
    if (signal.aborted && (isFailure(error, 'ABORTED') || error === signal.reason)) {
      print('stopped')
      return 'stopped'
    }
    const failure = recordFailure(error)
    print(`failed: ${messageOf(error)}${failure.hint === undefined ? '' : `\n${failure.hint}`}`)
    const final = !failure.retryable
    await this.#journal.record({ type: 'step-failed', step: this.#run.step.id, failure, final })
    return final ? 'failed' : 'temporary'
  }
}
