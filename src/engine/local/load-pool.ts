import { semaphore, type Semaphore } from '../../blob/semaphore.ts'
import { addCounts, NO_COUNTS, type WorkCounts, type WorkItem } from '../../coordination/work-store.ts'
import { aborted, throwIfAborted } from '../../core/clock.ts'
import { Failure, isFailure, messageOf } from '../../core/failure.ts'
import { formatCount } from '../../core/units.ts'
import { groupOf, migrationOf, outputOf, snapshotName } from '../../steps/plan-parts.ts'
import type { RegisterSnapshotData } from '../../steps/register-snapshot.ts'
import type { StepContext, StepInput } from '../../steps/step.ts'
import { packFailure, unpackFailure, type LoadTask } from './load-messages.ts'
import type { LoadThread, StartLoader } from './load-thread.ts'
import { RejectFile, rejectFilePath } from './reject-file.ts'
import type { ItemLoader } from './runner.ts'

/** What a pool is made of. */
export interface LoadPoolParts {
  /** Slices loaded at once, over all steps. */
  readonly parallelism: number
  /** Folder of the reject files. */
  readonly rejects: string
  readonly start: StartLoader
  /** Used instead of `start` where a thread is not worth it. */
  readonly startSmall?: StartLoader
}

/** Bytes of all files of a group's indices in the snapshot, up to which the load is over before a thread has started. */
const SMALL_BYTES = 2 * 1024 * 1024
const PUBLISH_MS = 500
/** How often an idle worker looks for items that were planned meanwhile. */
const IDLE_MS = 250

/** The loader of work items of the local engine: as many loaders at once as the plan allows, each with one item at a time. */
export function openLoadPool(parts: LoadPoolParts): ItemLoader {
  const places = semaphore(parts.parallelism)
  return (input, context) => new StepLoad(parts, places, input, context).run()
}

/** The load of one step: leases items to loaders and records what they report. */
class StepLoad {
  readonly #places: Semaphore
  readonly #input: StepInput
  readonly #context: StepContext
  readonly #rejects: RejectFile
  readonly #maxRejects: number
  readonly #maxWorkers: number
  readonly #task: LoadTask
  readonly #totalDocuments: number
  /** Fires when no more items are to be started. */
  readonly #stop = new AbortController()
  readonly #loaders = new Set<LoadThread>()
  readonly #start: StartLoader
  readonly #idlers = new Set<() => void>()
  /** Workers that hold a place. */
  #active = 0
  #counts: WorkCounts = NO_COUNTS
  #bytesDone = 0
  #bytesTotal = 0
  #waiting = ''
  #publishedAt = -Infinity
  /** Failures since anything last went forward. */
  #fruitless = 0
  #failure: Error | undefined
  #ended = false

  constructor(parts: LoadPoolParts, places: Semaphore, input: StepInput, context: StepContext) {
    const migration = migrationOf(input.plan, input.step)
    const group = groupOf(input.plan, input.step)
    this.#places = places
    this.#input = input
    this.#context = context
    this.#rejects = new RejectFile(rejectFilePath(parts.rejects, input.step.id))
    this.#maxRejects = group.backfill.maxRejects ?? Infinity
    this.#maxWorkers = Math.min(parts.parallelism, group.backfill.workers ?? Infinity)
    this.#task = {
      target: input.plan.targets[migration.target]!,
      repository: migration.repository,
      snapshot: snapshotName(input, migration),
      backfill: group.backfill,
    }
    // Written by Register Snapshot of this same program.
    const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData | undefined
    const totals = group.indices.map(({ name }) => registered?.indices[name])
    this.#totalDocuments = totals.reduce((total, index) => total + (index?.documents ?? 0), 0)
    const bytes = totals.reduce((total, index) => total + (index?.bytes ?? Infinity), 0)
    this.#start = bytes <= SMALL_BYTES ? (parts.startSmall ?? parts.start) : parts.start
  }

  async run(): Promise<void> {
    const { signal, work } = this.#context
    const { items, total } = await work.summary()
    this.#counts = total.counts
    for (const { slice, state } of items) {
      this.#bytesTotal += slice.bytes
      if (state === 'done') this.#bytesDone += slice.bytes
    }
    const stop = (): void => this.#stopLoaders()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    this.#requireFewRejects()
    try {
      this.#publish()
      await Promise.all(Array.from({ length: this.#maxWorkers }, (_, n) => this.#work(`worker-${n + 1}`)))
    } finally {
      signal.removeEventListener('abort', stop)
      await this.#rejects.close()
      this.#ended = true
      this.#publish(true)
    }
    if (this.#failure !== undefined) throw this.#failure
    throwIfAborted(signal)
  }

  /** One worker: has one item after the other loaded, until none is pending and none can become so. */
  async #work(owner: string): Promise<void> {
    let loader: LoadThread | undefined
    try {
      for (;;) {
        const leave = await this.#enter()
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
          }
        } finally {
          this.#active--
          leave()
        }
        if (item !== undefined) this.#wakeIdle()
        else if (this.#active === 0 || !(await this.#idle())) break
      }
    } catch (error) {
      // Leaving the item leased is right: nothing more is leased from this store, and a new one has no leases.
      this.#fail(error)
    }
    this.#wakeIdle()
    if (loader !== undefined) await this.#endLoader(loader)
  }

  /** Waits for a place of the pool, which is held for one item; undefined when no more is to be started. */
  async #enter(): Promise<(() => void) | undefined> {
    if (this.#stop.signal.aborted) return undefined
    try {
      return await this.#places.enter(this.#stop.signal)
    } catch (error) {
      if (isFailure(error, 'ABORTED')) return undefined
      throw error
    }
  }

  /** Waits until items may have come up: another worker is through with its own, or time has passed. False after a stop. */
  async #idle(): Promise<boolean> {
    const awake = new AbortController()
    const wake = (): void => awake.abort()
    this.#idlers.add(wake)
    try {
      await this.#context.clock.sleep(IDLE_MS, AbortSignal.any([awake.signal, this.#stop.signal]))
    } catch {
      // Woken early, or stopped.
    } finally {
      this.#idlers.delete(wake)
    }
    return !this.#stop.signal.aborted
  }

  #wakeIdle(): void {
    for (const wake of this.#idlers) wake()
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
      this.#counts = addCounts(this.#counts, minus(next, counts))
      counts = next
      this.#fruitless = 0
      this.#waiting = ''
      this.#publish()
    }
    loader.post({ type: 'load', item })
    for (;;) {
      const message = await loader.next()
      switch (message.type) {
        case 'rejects':
          await answer(loader, () => this.#rejects.append(message.lines))
          break
        case 'advance':
          await answer(loader, () => work.advance(item.id, owner, message.position, message.counts))
          count(message.counts)
          this.#requireFewRejects()
          break
        case 'waiting':
          this.#waiting = message.reason
          this.#publish()
          break
        case 'done': {
          const { checksum, counts: all, rebuilt } = message
          const more = rebuilt === undefined ? {} : { rebuilt }
          await work.finish(item.id, owner, { kind: 'done', checksum, counts: all, ...more })
          this.#bytesDone += item.slice.bytes
          count(all)
          this.#requireFewRejects()
          return true
        }
        case 'released':
          await work.finish(item.id, owner, { kind: 'released' })
          return true
        case 'failed':
          await this.#itemFailed(item, owner, unpackFailure(message.failure))
          return true
        case 'ended': {
          const detail = `its loader died: ${message.reason ?? 'no reason is known'}`
          const died = new Failure('TIMEOUT', detail, { op: 'load', subject: item.id, retryable: true })
          await this.#itemFailed(item, owner, died)
          return false
        }
      }
    }
  }

  async #itemFailed(item: WorkItem, owner: string, error: Error): Promise<void> {
    await this.#context.work.finish(item.id, owner, { kind: 'failed', reason: messageOf(error) })
    this.#fruitless++
    // With every place failing twice in a row the cause is not in an item: the step is tried again later, with a pause.
    if (!isFailure(error) || !error.retryable || this.#fruitless > 2 * this.#maxWorkers) this.#fail(error)
  }

  #requireFewRejects(): void {
    const { rejected, sourceless } = this.#counts
    const left = rejected + sourceless
    if (left <= this.#maxRejects) return
    this.#fail(
      new Failure(
        'DOCUMENTS_REJECTED',
        `${formatCount(left)} documents, ${formatCount(this.#maxRejects)} are accepted`,
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

  #publish(now = false): void {
    const { clock } = this.#context
    if (!now && clock.monotonic() - this.#publishedAt < PUBLISH_MS) return
    this.#publishedAt = clock.monotonic()
    const { read, rejected, sourceless } = this.#counts
    this.#context.progress({
      message: this.#message(),
      documents: { done: read, total: Math.max(read, this.#totalDocuments) },
      bytes: { done: this.#bytesDone, total: this.#bytesTotal },
      rejected: rejected + sourceless,
    })
  }

  #message(): string {
    if (this.#ended) return ''
    if (this.#stop.signal.aborted) return 'finishing what has been sent'
    if (this.#active === 0) return 'waiting for a free worker'
    return this.#waiting === '' ? '' : `waiting: ${this.#waiting}`
  }
}

/** Records something a loader reported, and tells it how that went. */
async function answer(loader: LoadThread, record: () => Promise<void>): Promise<void> {
  try {
    await record()
  } catch (error) {
    loader.post({ type: 'unrecorded', failure: packFailure(error) })
    throw error
  }
  loader.post({ type: 'recorded' })
}

function minus(a: WorkCounts, b: WorkCounts): WorkCounts {
  return {
    read: a.read - b.read,
    acknowledged: a.acknowledged - b.acknowledged,
    rejected: a.rejected - b.rejected,
    skipped: a.skipped - b.skipped,
    sourceless: a.sourceless - b.sourceless,
    bytes: a.bytes - b.bytes,
  }
}
