import { Failure } from '../../core/failure.ts'
import { counted, formatCount } from '../../core/units.ts'
import { RenewedWork } from '../../coordination/renewed-work.ts'
import type { WorkSummary } from '../../coordination/work-store.ts'
import { groupOf, migrationOf, outputOf } from '../../steps/plan-parts.ts'
import { planGeneration, planLoad } from '../../steps/plan-load.ts'
import { reconcileLoad } from '../../steps/reconcile-load.ts'
import type { RegisterSnapshotData } from '../../steps/register-snapshot.ts'
import { generationCount, laterGenerationBytes } from '../../steps/stream-generations.ts'
import type { Step, StepContext, StepInput, StepOutput, StepProgress } from '../../steps/step.ts'
import { NO_FREE_WORKER, openLoadPool } from '../load/load-pool.ts'
import type { StartLoader } from '../load/load-thread.ts'
import { generationsItem, generationsStep, loadGenerations } from './later-generations.ts'
import { RejectIndex } from './reject-index.ts'
import { podContext, type PodContextParts } from './step-context.ts'
import { shareWork, type SharedWork } from './work-state.ts'
import { workerCount } from './worker-count.ts'

/** The parts of a Restore Documents step that run in pods of their own, in this order; there are many of `work`. */
export type LoadPart = 'plan' | 'work' | 'reconcile'

/** What loading takes beside the context of the step. */
export interface LoadOptions {
  readonly startLoader: StartLoader
  readonly startSmallLoader: StartLoader
  readonly process: string
  readonly worker: number
  /** Slices that a worker loads at once. */
  readonly loaders: number
}

/** How often a worker looks at the sum of all: the first one to report it, the others to notice the limit of rejects. */
const FIRST_LOOKS_MS = 5000
const OTHERS_LOOK_MS = 30_000

/** The load of a step whose work items lie on the target, shared with the pods of the same step. */
export class LoadParts {
  readonly #parts: PodContextParts
  readonly #input: StepInput
  readonly #options: LoadOptions
  readonly #shared: SharedWork
  readonly #work: RenewedWork
  /** Where the generations of data streams are planned. */
  readonly #planning: RenewedWork
  /** Generations of data streams, which are loaded one after the other. */
  readonly #generations: number

  private constructor(
    parts: PodContextParts,
    input: StepInput,
    options: LoadOptions,
    shared: SharedWork,
    planning: SharedWork,
  ) {
    this.#parts = parts
    this.#input = input
    this.#options = options
    this.#shared = shared
    this.#work = new RenewedWork(shared.store, parts.clock, parts.random)
    this.#planning = new RenewedWork(planning.store, parts.clock, parts.random)
    this.#generations = generationCount(groupOf(input.plan, input.step).indices)
  }

  /** Connects to the target of the step. Codes as `openCluster`. */
  static async open(parts: PodContextParts, input: StepInput, options: LoadOptions): Promise<LoadParts> {
    const { clock, random, signal, cut, journal, clusters, run } = parts
    const cluster = await clusters.target(migrationOf(input.plan, input.step).target)
    const step = input.step.id
    const onFailed = (item: string, reason: string): void => {
      parts.print(`work item ${item} failed: ${reason}`)
      journal.note({ type: 'work-failed', step, item, reason })
    }
    const { process } = options
    const world = { clock, random, stop: signal, cut }
    const share = (of: string): SharedWork => shareWork(cluster, run.root.name, { step: of, process, onFailed }, world)
    return new LoadParts(parts, input, options, share(step), share(generationsStep(step)))
  }

  /** Writes the work items; resolves to the number of pods that they are worth. Codes as `planLoad`. */
  async plan(): Promise<number> {
    await this.#prepare()
    await planLoad(this.#input, this.#context())
    if (this.#generations > 1) await this.#planning.plan([generationsItem()])
    await this.#shared.index.refresh() // Of what was just planned, some may not be seen yet.
    const totals = await this.#shared.store.totals()
    const { items } = totals
    const { plan, step } = this.#input
    const all = Object.values(items).reduce((sum, count) => sum + count, 0)
    this.#parts.journal.note({
      type: 'log',
      level: 'info',
      step: step.id,
      message: `${counted(all, 'work item')} planned, ${formatCount(items.done)} of them done before`,
    })
    const { indices, backfill } = groupOf(plan, step)
    const later = laterGenerationBytes(indices, registeredBytes(this.#input))
    return workerCount(totals, { parallelism: plan.parallelism, wanted: backfill.workers, later })
  }

  /** Loads work items until all of all workers are done. Codes as the load pool. */
  async work(): Promise<void> {
    const limit = new AbortController()
    const over = new AbortController()
    let own: StepProgress | undefined
    const signal = AbortSignal.any([this.#parts.signal, limit.signal])
    const context: StepContext = { ...this.#context(signal), progress: (progress) => void (own = progress) }
    const watching = this.#watch(context, () => own, limit, over.signal)
    try {
      await this.#loadAll(context)
    } finally {
      over.abort()
      await watching
    }
  }

  /** Reconciles the work items with the snapshot. Codes as `reconcileLoad`. */
  reconcile(): Promise<StepOutput> {
    return reconcileLoad(this.#input, this.#context())
  }

  /** Plans, loads and reconciles in this process. */
  async whole(restore: Step): Promise<StepOutput> {
    await this.#prepare()
    return restore(this.#input, this.#context())
  }

  /** Lets go of everything; what is still leased is taken over by others after a while. */
  close(): void {
    this.#work.close()
    this.#planning.close()
  }

  async #prepare(): Promise<void> {
    await this.#shared.index.open()
    await this.#shared.store.reopen()
  }

  #context(signal = this.#parts.signal): StepContext {
    const loadItems = (context: StepContext): Promise<void> => this.#loadItems(context, this.#input.plan.parallelism)
    return podContext({ ...this.#parts, signal }, { work: this.#work, loadItems })
  }

  #loadAll(context: StepContext): Promise<void> {
    const load = (): Promise<void> => this.#loadItems(context, this.#options.loaders)
    if (this.#generations === 1) return load()
    const { clock, signal } = context
    return loadGenerations({
      count: this.#generations,
      planning: this.#planning,
      work: this.#work,
      clock,
      signal,
      load,
      plan: async (generation) => {
        await planGeneration(this.#input, generation, context)
        await this.#shared.index.refresh()
      },
    })
  }

  async #loadItems(context: StepContext, parallelism: number): Promise<void> {
    const { run, clusters, cut } = this.#parts
    const cluster = await clusters.target(migrationOf(this.#input.plan, this.#input.step).target)
    const { startLoader: start, startSmallLoader: startSmall } = this.#options
    const { loader } = this.#shared
    const pool = openLoadPool({
      parallelism,
      start,
      startSmall,
      shared: true,
      rejects: (step) => new RejectIndex(cluster, loader, run.root.name, step, cut),
    })
    await pool(this.#input, context)
  }

  /** Looks at the sum of all workers now and again until `over`. */
  async #watch(
    context: StepContext,
    own: () => StepProgress | undefined,
    limit: AbortController,
    over: AbortSignal,
  ): Promise<void> {
    const isFirst = this.#options.worker === 0
    for (;;) {
      try {
        await context.clock.sleep(isFirst ? FIRST_LOOKS_MS : OTHERS_LOOK_MS, over)
      } catch {
        break
      }
      await this.#look(own(), limit, isFirst).catch(() => undefined) // The next look may succeed; loading goes on.
    }
    if (isFirst) await this.#look(own(), limit, true).catch(() => undefined)
  }

  async #look(own: StepProgress | undefined, limit: AbortController, publish: boolean): Promise<void> {
    const totals = await this.#shared.store.totals()
    const { step } = this.#input
    const left = totals.counts.rejected + totals.counts.sourceless
    const accepted = groupOf(this.#input.plan, step).backfill.maxRejects ?? Infinity
    if (left > accepted) {
      const detail = `${counted(left, 'document')}, at most ${formatCount(accepted)} accepted`
      const hint = 'See them with workflow rejects; correct the cause or raise maxRejects, then submit again.'
      limit.abort(new Failure('DOCUMENTS_REJECTED', detail, { op: 'load', subject: step.id, hint }))
    }
    if (!publish) return
    const progress = progressOf(totals, own)
    this.#parts.publish(progress)
    this.#parts.journal.note({ type: 'step-progress', step: step.id, progress })
  }
}

/** Bytes of the files of each index in the snapshot, as Register Snapshot found them. */
function registeredBytes(input: StepInput): (index: string) => number {
  const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData | undefined
  return (index) => registered?.indices[index]?.bytes ?? 0
}

/** The progress of all workers, with what the first one has to say. */
function progressOf({ counts, bytes }: WorkSummary, own: StepProgress | undefined): StepProgress {
  const { read, rejected, sourceless } = counts
  return {
    // That this one is idle says nothing of the others.
    message: own === undefined || own.message === NO_FREE_WORKER ? '' : own.message,
    documents: { done: read, total: Math.max(read, own?.documents?.total ?? 0) },
    bytes,
    rejected: rejected + sourceless,
  }
}
