import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Random } from '../core/random.ts'
import { LeaseWatch } from './lease-watch.ts'
import { END_OF_PLACES, itemOf, newDocument, withoutOwner, type WorkDocument } from './work-document.ts'
import type { Guard, Stored, WorkIndex } from './work-index.ts'
import { MAX_FAILURES, requireBalanced } from './work-item.ts'
import type {
  SlicePosition,
  SliceRef,
  WorkCounts,
  WorkItem,
  WorkOutcome,
  WorkStore,
  WorkSummary,
} from './work-store.ts'

/** What a store takes from its surroundings. */
export interface IndexWorkWorld {
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}

/** Whose store it is. */
export interface IndexWorkOptions {
  /** Restore Documents step. */
  readonly step: string
  /** Unique name of this process; people see it as the holder of leases. */
  readonly process: string
  readonly maxFailures?: number
  /** Told of an attempt at an item that has failed, once that is written. */
  readonly onFailed?: (item: string, reason: string) => void
}

/** Candidates that are looked up at once, and how many of them are tried before looking again. */
const CANDIDATES = 20
const TRIES = 5
const ROUNDS = 5
/** A search sees what was written before this; looking again earlier gives the same candidates. */
const REFRESH_MS = 1000
const PAGE = 2000

/**
 * The work store of many processes, on an index of the target cluster. Every change of an item is one conditional write, so
 * two processes never both hold or finish it. A lease is kept by writing to it, with {@link renew} at least; who has seen the
 * same write of another process for half a minute on a clock of its own may take the item over.
 */
export class IndexWorkStore implements WorkStore {
  readonly #index: WorkIndex
  readonly #world: IndexWorkWorld
  readonly #step: string
  readonly #process: string
  readonly #maxFailures: number
  readonly #onFailed: (item: string, reason: string) => void
  /** Items that this process holds, as it wrote them last. */
  readonly #held = new Map<string, Stored>()
  /** Newest writes of this process, by item: searches may still show what was before. */
  readonly #written = new Map<string, number>()
  /** Last writes that failed, by item: they may have been done all the same. */
  readonly #unsure = new Map<string, string>()
  readonly #watch: LeaseWatch
  /** Where the next search begins; each process starts somewhere else. */
  #from: number | undefined
  #claiming: Promise<unknown> = Promise.resolve()

  constructor(index: WorkIndex, world: IndexWorkWorld, options: IndexWorkOptions) {
    this.#index = index
    this.#world = world
    this.#step = options.step
    this.#process = options.process
    this.#maxFailures = options.maxFailures ?? MAX_FAILURES
    this.#onFailed = options.onFailed ?? (() => undefined)
    this.#watch = new LeaseWatch(world.clock)
  }

  async plan(slices: readonly SliceRef[]): Promise<void> {
    if (slices.length > 0) await this.#index.add(slices.map((slice) => newDocument(this.#step, slice)))
  }

  /** Gives items that had failed too often another chance: what made them fail may have been mended. */
  async reopen(): Promise<void> {
    await this.#index.refresh()
    for (;;) {
      const failed = await this.#index.search(this.#step, 'failed', 0, PAGE)
      for (const { document, guard } of failed) {
        await this.#put({ ...document, state: 'pending', failures: 0 }, guard)
      }
      if (failed.length === 0) return
      await this.#index.refresh()
    }
  }

  /** Claims of one process queue up: they would only take each other's candidates away. */
  claim(owner: string): Promise<WorkItem | undefined> {
    const claimed = this.#claiming.then(() => this.#claim(`${this.#process}/${owner}`))
    this.#claiming = claimed.catch(() => undefined)
    return claimed
  }

  async advance(id: string, owner: string, position: SlicePosition, counts: WorkCounts): Promise<void> {
    const { document, guard } = this.#owned(id, owner)
    await this.#keep({ ...document, position, counts, progressed: true }, guard)
  }

  /** Writes an item as it is, so that others see that its holder lives. `LEASE_LOST` when another process has taken it. */
  async renew(id: string, owner: string): Promise<void> {
    const { document, guard } = this.#owned(id, owner)
    await this.#keep(document, guard)
  }

  async finish(id: string, owner: string, outcome: WorkOutcome): Promise<void> {
    const { document, guard } = this.#owned(id, owner)
    await this.#keep(this.#ended(document, outcome), guard)
    this.#held.delete(id)
    if (outcome.kind === 'failed') this.#onFailed(id, outcome.reason)
  }

  async *items(): AsyncGenerator<WorkItem, void> {
    await this.#index.refresh()
    let after: string | undefined
    for (;;) {
      const page = await this.#index.page(this.#step, after, PAGE)
      for (const document of page) yield itemOf(document)
      after = page.at(-1)?.item
      if (page.length < PAGE) return
    }
  }

  async totals(): Promise<WorkSummary> {
    const totals = await this.#index.totals(this.#step)
    if (totals.items.pending + totals.items.leased > 0) return totals
    await this.#index.refresh()
    return this.#index.totals(this.#step)
  }

  async #claim(owner: string): Promise<WorkItem | undefined> {
    const { clock, random, signal } = this.#world
    let inOrder = this.#from !== undefined
    for (let round = 0; round < ROUNDS; round++) {
      const candidates = await this.#candidates()
      if (candidates.length === 0) break
      const tried = inOrder ? candidates : shuffled(candidates, random)
      for (const candidate of tried.slice(0, TRIES)) {
        const item = await this.#lease(candidate, owner)
        if (item !== undefined) return item
      }
      // Others were quicker: elsewhere there may be less of a crowd.
      inOrder = false
      this.#from = undefined
      await clock.sleep(REFRESH_MS * (0.5 + random.next()), signal)
    }
    return this.#takeOver(owner)
  }

  /** Items that the last refresh knows as pending, from where this process is on, and around the end. */
  async #candidates(): Promise<readonly Stored[]> {
    const from = (this.#from ??= Math.floor(this.#world.random.next() * END_OF_PLACES))
    const ahead = this.#fresh(await this.#index.search(this.#step, 'pending', from, CANDIDATES))
    if (ahead.length > 0) return ahead
    return this.#fresh(await this.#index.search(this.#step, 'pending', 0, CANDIDATES))
  }

  #fresh(found: readonly Stored[]): readonly Stored[] {
    return found.filter(({ document, guard }) => guard.seqNo >= (this.#written.get(document.item) ?? 0))
  }

  async #lease({ document, guard }: Stored, owner: string): Promise<WorkItem | undefined> {
    const leased = { ...withoutOwner(document), state: 'leased', owner, progressed: false } as const
    const written = await this.#put(leased, guard)
    if (written === 'conflict') return undefined
    this.#held.set(document.item, written)
    this.#from = document.place + 1
    return itemOf(document)
  }

  /** Takes an item whose holder has shown no sign of life. One that went down with several holders has failed. */
  async #takeOver(owner: string): Promise<WorkItem | undefined> {
    const abandoned = this.#watch.abandoned(await this.#index.leases(this.#step, LeaseWatch.LEASES))
    for (const lease of shuffled(abandoned, this.#world.random)) {
      if (this.#held.has(lease.item)) continue
      const found = await this.#index.get(this.#step, lease.item)
      if (found?.document.state !== 'leased' || found.guard.seqNo !== lease.guard.seqNo) continue
      const { document, guard } = found
      if (document.progressed === true) {
        const item = await this.#lease(found, owner)
        if (item !== undefined) return item
        continue
      }
      const reason = `its worker ${lease.owner} was gone before it had recorded anything`
      const failed = this.#ended(document, { kind: 'failed', reason })
      const released = await this.#put(failed, guard)
      if (released === 'conflict') continue
      this.#onFailed(lease.item, reason)
      if (released.document.state === 'failed') continue
      const item = await this.#lease(released, owner)
      if (item !== undefined) return item
    }
    return undefined
  }

  #ended(document: WorkDocument, outcome: WorkOutcome): WorkDocument {
    const free = withoutOwner(document)
    switch (outcome.kind) {
      case 'done': {
        const { checksum, counts, rebuilt } = outcome
        requireBalanced(document.item, counts)
        return { ...free, state: 'done', checksum, counts, ...(rebuilt === undefined ? {} : { rebuilt }) }
      }
      case 'failed': {
        const failures = document.failures + 1
        const state = failures >= this.#maxFailures ? 'failed' : 'pending'
        return { ...free, state, failures, reason: outcome.reason.slice(0, 8000) }
      }
      case 'released':
        return { ...free, state: 'pending' }
    }
  }

  #owned(id: string, owner: string): Stored {
    const held = this.#held.get(id)
    if (held?.document.owner === `${this.#process}/${owner}`) return held
    throw lost(id, `it is not leased to ${owner} of ${this.#process}`)
  }

  async #keep(document: WorkDocument, guard: Guard): Promise<void> {
    const written = await this.#put(document, guard)
    if (written !== 'conflict') {
      this.#held.set(document.item, written)
      return
    }
    this.#held.delete(document.item)
    throw lost(document.item, 'another process has taken it over')
  }

  /** One conditional write; a conflict with a write of our own, whose answer was lost, is none. */
  async #put(document: WorkDocument, guard: Guard): Promise<Stored | 'conflict'> {
    const own = { ...document, write: this.#world.random.hex(8) }
    let written = await this.#try(own, guard)
    if (written === 'conflict') {
      const found = await this.#index.get(this.#step, document.item)
      const unsure = this.#unsure.get(document.item)
      if (found?.document.write === own.write) written = found.guard
      else if (found !== undefined && found.document.write === unsure) written = await this.#try(own, found.guard)
      if (written === 'conflict') return written
    }
    this.#unsure.delete(document.item)
    this.#written.set(document.item, written.seqNo)
    return { document: own, guard: written }
  }

  async #try(document: WorkDocument, guard: Guard): Promise<Guard | 'conflict'> {
    try {
      return await this.#index.put(document, guard)
    } catch (error) {
      this.#unsure.set(document.item, document.write)
      throw error
    }
  }
}

function lost(id: string, detail: string): Failure {
  return new Failure('LEASE_LOST', detail, { op: 'advance', subject: `work item ${id}` })
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}
