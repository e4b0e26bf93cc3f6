import { openBulkLoader, type BulkLoader } from '../../cluster/bulk-loader.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { AdaptiveLimit } from '../../cluster/concurrency.ts'
import type { WorkItem } from '../../coordination/work-store.ts'
import type { Clock } from '../../core/clock.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import { connectOne, type RevealSecret } from '../../steps/clusters.ts'
import { LoadMemory } from '../../steps/load-memory.ts'
import { loadSlice, type LoadOptions, type SliceProgress } from '../../steps/load-slice.ts'
import { openLocation } from '../../steps/migration-repository.ts'
import { rejectLine } from '../../steps/reject-record.ts'
import { SliceSources } from '../../steps/slice-sources.ts'
import { packFailure, unpackFailure, type FromLoader, type LoadTask, type ToLoader } from './load-messages.ts'

/** A loader's end of the line to the runner. */
export interface LoaderPort {
  post(message: FromLoader, transfer?: readonly ArrayBuffer[]): void
  /** Called for each message in order, by one handler for the whole life of the loader. */
  listen(handler: (message: ToLoader) => void): void
}

/** What a loader takes from its surroundings. */
export interface LoaderWorld {
  readonly reveal: RevealSecret
  readonly clock: Clock
  readonly random: Random
}

/** Requests with bulks on their way at once; each loader finds out within this how many the target takes well. */
const REQUESTS_IN_FLIGHT = 4
/** Bytes of bulks on their way in one loader; beyond the size of a body more of them only take memory. */
const BYTES_IN_FLIGHT = 24 * 1024 * 1024
/** How long bulks on their way may still take after a stop. */
const STOP_GRACE_MS = 20_000

interface Opened {
  readonly cluster: Cluster
  readonly loader: BulkLoader
  readonly sources: SliceSources
}

/**
 * Loads one slice after the other as the runner says, each from the first ranged read to the last acknowledged bulk, until told
 * to end. Whatever an item throws is reported as the item's failure; a later item starts afresh with connecting.
 */
export function serveLoads(task: LoadTask, port: LoaderPort, world: LoaderWorld): Promise<void> {
  return new Loads(task, port, world).finished
}

class Loads {
  readonly finished: Promise<void>
  readonly #task: LoadTask
  readonly #port: LoaderPort
  readonly #world: LoaderWorld
  /** Fires when no more is to be read. */
  readonly #stop = new AbortController()
  /** Fires when bulks on their way have had their time. */
  readonly #cut = new AbortController()
  #opened: Opened | undefined
  readonly #memory = new LoadMemory()
  #answer: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined

  constructor(task: LoadTask, port: LoaderPort, world: LoaderWorld) {
    this.#task = task
    this.#port = port
    this.#world = world
    this.finished = new Promise((resolve, reject) => {
      port.listen((message) => {
        switch (message.type) {
          case 'load':
            void this.#load(message.item).then((last) => this.#port.post(last))
            break
          case 'recorded':
            this.#answer?.resolve()
            break
          case 'unrecorded':
            this.#answer?.reject(unpackFailure(message.failure))
            break
          case 'stop':
            this.#stopSoon()
            break
          case 'end':
            // The grace period must not keep a loader that has nothing to do.
            this.#cut.abort(stopped())
            this.#close().then(resolve, reject)
            break
        }
      })
    })
  }

  async #load(item: WorkItem): Promise<FromLoader> {
    try {
      const { cluster, loader, sources } = await this.#open()
      const slice = await sources.slice(item.slice, this.#stop.signal)
      // What has been sent is waited for even when reading has to stop.
      const patient: BulkLoader = { load: (body) => loader.load(body, this.#cut.signal) }
      const options = { ...loadOptions(this.#task, cluster), memory: this.#memory }
      const loaded = await loadSlice(item, slice, patient, options, this.#progress, this.#stop.signal)
      return { type: 'done', ...loaded }
    } catch (error) {
      if (this.#stop.signal.aborted && isFailure(error, 'ABORTED')) return { type: 'released' }
      await this.#close().catch(() => undefined) // The failure that is being reported matters more.
      return { type: 'failed', failure: packFailure(error) }
    }
  }

  readonly #progress: SliceProgress = {
    reject: (records) => {
      const lines = Buffer.from(records.map(rejectLine).join(''), 'utf8')
      // A copy of its own, so that it can be handed over instead of copied again.
      const own = new Uint8Array(lines)
      return this.#report({ type: 'rejects', lines: own }, [own.buffer])
    },
    advance: (position, counts) => this.#report({ type: 'advance', position, counts }),
  }

  /** Reports and waits until the runner has recorded it. */
  async #report(message: FromLoader, transfer: readonly ArrayBuffer[] = []): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      this.#answer = { resolve, reject }
    })
    this.#port.post(message, transfer)
    await answered
  }

  async #open(): Promise<Opened> {
    if (this.#opened !== undefined) return this.#opened
    const { reveal, clock, random } = this.#world
    const { target, repository, snapshot, backfill } = this.#task
    const signal = this.#stop.signal
    const sources = await SliceSources.open(await openLocation(repository, clock, random), snapshot, signal)
    const cluster = await connectOne(target, reveal, clock, random, signal)
    const limit = new AdaptiveLimit({ max: REQUESTS_IN_FLIGHT }, clock)
    const onWait = (reason: string): void => this.#port.post({ type: 'waiting', reason })
    const compression = backfill.compression ?? 'none'
    const loader = openBulkLoader(cluster, limit, { onWait, compression }, clock, random)
    this.#opened = { cluster, loader, sources }
    return this.#opened
  }

  async #close(): Promise<void> {
    const opened = this.#opened
    this.#opened = undefined
    await opened?.cluster.http.close()
  }

  #stopSoon(): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(stopped())
    this.#world.clock.sleep(STOP_GRACE_MS, this.#cut.signal).then(
      () => this.#cut.abort(stopped()),
      () => undefined,
    )
  }
}

function loadOptions({ backfill }: LoadTask, cluster: Cluster): LoadOptions {
  return {
    op: backfill.onConflict === 'skip' ? 'create' : 'index',
    bulkBytes: backfill.bulkBytes,
    bulkDocs: backfill.bulkDocs,
    bodiesInFlight: REQUESTS_IN_FLIGHT,
    bytesInFlight: BYTES_IN_FLIGHT,
    typed: cluster.quirks.bulkType === 'required',
    ...(backfill.sourceless === undefined ? {} : { sourceless: backfill.sourceless }),
    ...(backfill.transform === undefined ? {} : { transform: backfill.transform }),
  }
}

function stopped(): Failure {
  return new Failure('ABORTED', 'a stop was requested', { op: 'load', subject: 'documents' })
}
