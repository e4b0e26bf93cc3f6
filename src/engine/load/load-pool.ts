import { semaphore, type Semaphore } from '../../blob/semaphore.ts'
import type { WorkCounts, WorkItem, WorkOutcome } from '../../coordination/work-store.ts'
import { aborted, throwIfAborted } from '../../core/clock.ts'
import { Failure, isFailure, messageOf } from '../../core/failure.ts'
import { counted, formatCount } from '../../core/units.ts'
import { groupOf, migrationOf, outputOf, snapshotName } from '../../steps/plan-parts.ts'
import type { RegisterSnapshotData } from '../../steps/register-snapshot.ts'
import type { StepContext, StepInput } from '../../steps/step.ts'
import { IdleWorkers } from './idle-workers.ts'
import type { ItemLoader } from './item-loader.ts'
import { unpackFailure, type LoadTask } from './load-messages.ts'
import { LoadProgress } from './load-progress.ts'
import { answer, type LoadThread, type StartLoader } from './load-thread.ts'
import type { RejectSink } from './reject-sink.ts'

/** What a pool is made of. */
export interface LoadPoolParts {
  /** Slices loaded at once, over all steps. */
  readonly parallelism: number
  /** Where the rejects of a step go; closed when its load ends. */
  readonly rejects: (step: string) => RejectSink
  readonly start: StartLoader
  /** Used instead of `start` where a thread is not worth it. */
  readonly startSmall?: StartLoader
  /** True when other processes load items of the same step: looking for one then takes requests. */
  readonly shared?: boolean
}

/** Bytes of all files of a group's indices in the snapshot, up to which the load is over before a thread has started. */
const SMALL_BYTES = 2 * 1024 * 1024
/** How often an idle worker looks for items that were planned meanwhile. */
const IDLE_MS = 250
/** How often idle workers look whether other processes have given something back. */
const SHARED_IDLE_MS = 4000

/** What progress says while no worker of this process has an item. */
export const NO_FREE_WORKER = 'waiting for a free worker'

/**
 * The loader of work items: as many loaders at once as the plan allows, each with one item at a time. A group with a higher
 * priority gets every place that comes free as long as it has items; others load with the places that it leaves.
 */
export function openLoadPool(parts: LoadPoolParts): ItemLoader {
  const places = semaphore(parts.parallelism)
  return (input, context) => new StepLoad(parts, places, input, context).run()
}

/** The load of one step: leases items to loaders and records what they report. */
class StepLoad {
  readonly #places: Semaphore
  readonly #input: StepInput
  readonly #context: StepContext
  readonly #rejects: RejectSink
  readonly #maxRejects: number
  readonly #maxWorkers: number
  readonly #priority: number
  readonly #task: LoadTask
  readonly #progress: LoadProgress
  /** Fires when no more items are to be started. */
  readonly #stop = new AbortController()
  readonly #loaders = new Set<LoadThread>()
  readonly #start: StartLoader
  readonly #idle: IdleWorkers
  readonly #idleMs: number
  /** Workers that hold a place. */
  #active = 0
  /** Failures since anything last went forward. */
  #fruitless = 0
  #failure: Error | undefined

  constructor(parts: LoadPoolParts, places: Semaphore, input: StepInput, context: StepContext) {
    const migration = migrationOf(input.plan, input.step)
    const group = groupOf(input.plan, input.step)
    this.#places = places
    this.#input = input
    this.#context = context
    this.#rejects = parts.rejects(input.step.id)
    this.#maxRejects = group.backfill.maxRejects ?? Infinity
    this.#idle = new IdleWorkers(context.clock, this.#stop.signal)
    this.#idleMs = parts.shared === true ? SHARED_IDLE_MS : IDLE_MS
    this.#maxWorkers = Math.min(parts.parallelism, group.backfill.workers ?? Infinity)
    this.#priority = group.priority ?? 0
    this.#task = {
      target: input.plan.targets[migration.target]!,
      repository: migration.repository,
      snapshot: snapshotName(input, migration),
      backfill: group.backfill,
    }
    // Written by Register Snapshot of this same program.
    const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData | undefined
    const totals = group.indices.map(({ name }) => registered?.indices[name])
    const documents = totals.reduce((total, index) => total + (index?.documents ?? 0), 0)
    this.#progress = new LoadProgress(context, documents, () => this.#message())
    const bytes = totals.reduce((total, index) => total + (index?.bytes ?? Infinity), 0)
    this.#start = bytes <= SMALL_BYTES ? (parts.startSmall ?? parts.start) : parts.start
  }

  async run(): Promise<void> {
    const { signal, work } = this.#context
    this.#progress.begin(await work.totals())
    const stop = (): void => this.#stopLoaders()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    this.#requireFewRejects()
    try {
      this.#progress.publish()
      await Promise.all(Array.from({ length: this.#maxWorkers }, (_, n) => this.#work(`worker-${n + 1}`)))
    } finally {
      signal.removeEventListener('abort', stop)
      await this.#rejects.close()
      this.#progress.end()
    }
    if (this.#failure !== undefined) throw this.#failure
    throwIfAborted(signal)
  }

  /** One worker: has one item after the other loaded, until none is pending and none can become so. */
  async #work(owner: string): Promise<void> {
    let loader: LoadThread | undefined
    let place = this.#enter()
    try {
      for (;;) {
        const leave = await place
        if (leave === undefined) break
        this.#active++
        let item: WorkItem | undefined
        try {
          item = await this.#context.work.claim(owner)
          if (item !== undefined) {
            loader ??= this.#startLoader()
            if (!(await this.#load(item, owner, loader))) {
              this.#loaders.delete(loader)
              loader = undefined
            }
            // In the queue before the place is given back, which groups of a lower priority would get otherwise.
            place = this.#enter()
          }
        } finally {
          this.#active--
          leave()
        }
        if (item !== undefined) {
          this.#idle.wake()
          continue
        }
        if (this.#active > 0) {
          if (!(await this.#idle.sleep(this.#idleMs))) break
        } else if (!(await this.#mayComeUp()) || !(await this.#idle.sleep(SHARED_IDLE_MS))) break
        place = this.#enter()
      }
    } catch (error) {
      // Leaving the item leased is right: a new store of one process has no leases, and of many processes one notices.
      this.#fail(error)
    }
    this.#idle.wake()
    if (loader !== undefined) await this.#endLoader(loader)
  }

  /** Waits for a place of the pool, which is held for one item; undefined when no more is to be started. */
  async #enter(): Promise<(() => void) | undefined> {
    if (this.#stop.signal.aborted) return undefined
    try {
      return await this.#places.enter(this.#stop.signal, this.#priority)
    } catch (error) {
      if (isFailure(error, 'ABORTED')) return undefined
      throw error
    }
  }

  /** True while other processes have items that they may have to give back. */
  async #mayComeUp(): Promise<boolean> {
    if (this.#stop.signal.aborted) return false
    const { pending, leased } = (await this.#context.work.totals()).items
    return pending + leased > 0
  }

  #startLoader(): LoadThread {
    const loader = this.#start(this.#task)
    this.#loaders.add(loader)
    return loader
  }

  async #endLoader(loader: LoadThread): Promise<void> {
    this.#loaders.delete(loader)
    loader.post({ type: 'end' })
    while ((await loader.next()).type !== 'ended');
  }

  /** Has one item loaded and records what is reported; false when the loader died of it. */
  async #load(item: WorkItem, owner: string, loader: LoadThread): Promise<boolean> {
    const { work } = this.#context
    let counts = item.counts
    const count = (next: WorkCounts): void => {
      this.#progress.count(counts, next)
      counts = next
      this.#fruitless = 0
    }
    let lost = false
    loader.post({ type: 'load', item })
    for (;;) {
      const message = await loader.next()
      switch (message.type) {
        case 'rejects':
          await answer(loader, () => this.#rejects.append(message.lines))
          break
        case 'advance':
          try {
            await answer(loader, () => work.advance(item.id, owner, message.position, message.counts))
          } catch (error) {
            // The loader was told, and gives up on the item with its next message.
            if (!isFailure(error, 'LEASE_LOST')) throw error
            lost = true
            break
          }
          count(message.counts)
          this.#requireFewRejects()
          break
        case 'waiting':
          this.#progress.wait(message.reason)
          break
        case 'done': {
          const { checksum, counts: all, rebuilt } = message
          const more = rebuilt === undefined ? {} : { rebuilt }
          if (!(await this.#finish(item, owner, { kind: 'done', checksum, counts: all, ...more }))) return true
          this.#progress.sliceDone(item.slice.bytes)
          count(all)
          this.#requireFewRejects()
          return true
        }
        case 'released':
          if (!lost) await this.#finish(item, owner, { kind: 'released' })
          return true
        case 'failed':
          if (!lost) await this.#itemFailed(item, owner, unpackFailure(message.failure))
          return true
        case 'ended': {
          if (lost) return false
          const detail = `its loader died: ${message.reason ?? 'no reason is known'}`
          const died = new Failure('TIMEOUT', detail, { op: 'load', subject: item.id, retryable: true })
          await this.#itemFailed(item, owner, died)
          return false
        }
      }
    }
  }

  /** False when another process has taken the item over, which is then its own to finish. */
  async #finish(item: WorkItem, owner: string, outcome: WorkOutcome): Promise<boolean> {
    try {
      await this.#context.work.finish(item.id, owner, outcome)
      return true
    } catch (error) {
      if (!isFailure(error, 'LEASE_LOST')) throw error
      return false
    }
  }

  async #itemFailed(item: WorkItem, owner: string, error: Error): Promise<void> {
    if (!(await this.#finish(item, owner, { kind: 'failed', reason: messageOf(error) }))) return
    this.#fruitless++
    // With every place failing twice in a row the cause is not in an item: the step is tried again later, with a pause.
    if (!isFailure(error) || !error.retryable || this.#fruitless > 2 * this.#maxWorkers) this.#fail(error)
  }

  #requireFewRejects(): void {
    const left = this.#progress.leftOut
    if (left <= this.#maxRejects) return
    this.#fail(
      new Failure(
        'DOCUMENTS_REJECTED',
        `${counted(left, 'document')}, at most ${formatCount(this.#maxRejects)} accepted`,
        {
          op: 'load',
          subject: this.#input.step.id,
          hint: 'See them with workflow rejects; correct the cause or raise maxRejects, then submit again.',
        },
      ),
    )
  }

  /** The first failure counts; the others end what they have begun. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = error instanceof Error ? error : new Error(String(error))
    this.#stopLoaders()
  }

  #stopLoaders(): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(aborted(this.#context.signal))
    for (const loader of this.#loaders) loader.post({ type: 'stop' })
  }

  /** What keeps the load from going forward at full speed; empty when nothing does. */
  #message(): string {
    if (this.#stop.signal.aborted) return 'finishing what has been sent'
    return this.#active === 0 ? NO_FREE_WORKER : ''
  }
}
