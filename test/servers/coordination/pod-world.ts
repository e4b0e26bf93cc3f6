import { systemClock } from '../../../src/core/clock.ts'
import { systemRandom } from '../../../src/core/random.ts'
import { Secret } from '../../../src/core/secret.ts'
import { readJournals } from '../../../src/engine/argo/journal-object.ts'
import type { LoadPart } from '../../../src/engine/argo/load-parts.ts'
import { planPartManifest, planParts } from '../../../src/engine/argo/plan-objects.ts'
import { parseRoot, rootManifest } from '../../../src/engine/argo/run-root.ts'
import { runStep, type StepEnd } from '../../../src/engine/argo/run-step.ts'
import { inlineStarter } from '../../../src/engine/load/inline-loader.ts'
import type { StartLoader } from '../../../src/engine/load/load-thread.ts'
import { foldEvents, type RunState } from '../../../src/engine/run/run-state.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { STEPS } from '../../../src/steps/all-steps.ts'
import { connectClusters } from '../../../src/steps/clusters.ts'
import type { StepProgress } from '../../../src/steps/step.ts'
import { MemoryKubernetes } from '../../unit/kubernetes/memory-kubernetes.ts'

/** What one pod is given beside its step. */
export interface PodOptions {
  readonly signal?: AbortSignal
  readonly worker?: number
  readonly start?: StartLoader
}

/** Loads in the process of the test itself. */
export const inline = inlineStarter({
  reveal: () => Promise.resolve(new Secret('')),
  clock: systemClock,
  random: systemRandom,
})

/** A run whose steps run as they do in pods, each with nothing but the objects of the cluster and the target. */
export class PodWorld {
  readonly kubernetes = new MemoryKubernetes()
  readonly run: string
  readonly printed: string[] = []
  readonly published: StepProgress[] = []
  /** How many workers the planned load asked for last. */
  workers = 0
  #pods = 0

  private constructor(run: string) {
    this.run = run
  }

  static async open(run: string, plan: Plan): Promise<PodWorld> {
    const world = new PodWorld(run)
    const parts = planParts(plan)
    const submittedAt = systemClock.now()
    const made = await world.kubernetes.create(
      rootManifest({ name: run, configDigest: plan.configDigest, submittedAt, planParts: parts.length }),
    )
    for (const [n, bytes] of parts.entries()) {
      await world.kubernetes.create(planPartManifest(parseRoot(made), n, bytes))
    }
    return world
  }

  pod(step: string, part?: LoadPart, options: PodOptions = {}): Promise<StepEnd> {
    const { signal = new AbortController().signal, worker = 0, start = inline } = options
    const reveal = (): Promise<Secret> => Promise.resolve(new Secret(''))
    return runStep(
      { run: this.run, step, worker, ...(part === undefined ? {} : { part }) },
      {
        kubernetes: this.kubernetes,
        clock: systemClock,
        random: systemRandom,
        signal,
        steps: { ...STEPS, initialize: () => Promise.resolve({ result: 'done', summary: 'not here' }) },
        connect: (plan) => connectClusters(plan, reveal, systemClock, systemRandom, new AbortController().signal),
        startLoader: start,
        startSmallLoader: start,
        loaders: 1,
        process: `pod-${++this.#pods}`,
        print: (line) => void this.printed.push(line),
        publish: (progress) => void this.published.push(progress),
        onWorkers: (workers) => {
          this.workers = workers
          return Promise.resolve()
        },
      },
    )
  }

  async state(): Promise<RunState> {
    return foldEvents(await readJournals(this.kubernetes, this.run))
  }
}
