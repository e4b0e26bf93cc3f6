import type { Clock } from '../core/clock.ts'
import { isFailure } from '../core/failure.ts'
import type { Random } from '../core/random.ts'
import type { IndexWorkStore } from './index-work-store.ts'
import { ABANDONED_AFTER_MS } from './lease-watch.ts'
import type {
  SlicePosition,
  SliceRef,
  WorkCounts,
  WorkItem,
  WorkOutcome,
  WorkStore,
  WorkSummary,
} from './work-store.ts'

/** An item is written to at intervals between these, whether it has gone on or not. */
const RENEW_MS = { from: 3000, to: 4500 }
/** Without a renewal for so long nothing more is done to the item: others may be about to take it over. */
const STALE_MS = ABANDONED_AFTER_MS - 5000

interface Held {
  readonly owner: string
  readonly over: AbortController
  /** What is not written yet. */
  news: { readonly position: SlicePosition; readonly counts: WorkCounts } | undefined
  writtenAt: number
  failure: Error | undefined
  renewing: Promise<void>
}

/**
 * A work store whose leases are kept in the background, and whose positions are written with them: one write every few seconds
 * for an item, however many bulks are acknowledged. What is lost with a process is sent again by the next one, which does no
 * harm. The last position of an item is written before it is given back.
 */
export class RenewedWork implements WorkStore {
  readonly #store: IndexWorkStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #held = new Map<string, Held>()

  constructor(store: IndexWorkStore, clock: Clock, random: Random) {
    this.#store = store
    this.#clock = clock
    this.#random = random
  }

  plan(slices: readonly SliceRef[]): Promise<void> {
    return this.#store.plan(slices)
  }

  async claim(owner: string): Promise<WorkItem | undefined> {
    const item = await this.#store.claim(owner)
    if (item === undefined) return undefined
    const held: Held = {
      owner,
      over: new AbortController(),
      news: undefined,
      writtenAt: this.#clock.monotonic(),
      failure: undefined,
      renewing: Promise.resolve(),
    }
    this.#held.set(item.id, held)
    held.renewing = this.#keepUp(item.id, held)
    return item
  }

  /** Notes the position; throws what the last renewal threw when the lease is lost or may be by now. */
  advance(id: string, owner: string, position: SlicePosition, counts: WorkCounts): Promise<void> {
    const held = this.#held.get(id)
    if (held?.owner !== owner) return this.#store.advance(id, owner, position, counts)
    const stale = this.#clock.monotonic() - held.writtenAt > STALE_MS
    if (isFailure(held.failure, 'LEASE_LOST') || (stale && held.failure !== undefined)) {
      return Promise.reject(held.failure)
    }
    held.news = { position, counts }
    return Promise.resolve()
  }

  async finish(id: string, owner: string, outcome: WorkOutcome): Promise<void> {
    const held = this.#held.get(id)
    if (held?.owner === owner) {
      this.#held.delete(id)
      held.over.abort()
      await held.renewing
      if (outcome.kind !== 'done') await this.#write(id, held)
    }
    await this.#store.finish(id, owner, outcome)
  }

  items(): AsyncIterable<WorkItem> {
    return this.#store.items()
  }

  totals(): Promise<WorkSummary> {
    return this.#store.totals()
  }

  /** Writes no more; leases that are still held run out. */
  close(): void {
    for (const held of this.#held.values()) held.over.abort()
    this.#held.clear()
  }

  async #keepUp(id: string, held: Held): Promise<void> {
    while (!held.over.signal.aborted && !isFailure(held.failure, 'LEASE_LOST')) {
      try {
        const ms = RENEW_MS.from + this.#random.next() * (RENEW_MS.to - RENEW_MS.from)
        await this.#clock.sleep(ms, held.over.signal)
      } catch {
        return
      }
      try {
        await this.#write(id, held)
      } catch (error) {
        held.failure = error instanceof Error ? error : new Error(String(error))
      }
    }
  }

  async #write(id: string, held: Held): Promise<void> {
    const { news } = held
    // Others count from the moment at which they see a write, which is after this one.
    const at = this.#clock.monotonic()
    if (news === undefined) await this.#store.renew(id, held.owner)
    else await this.#store.advance(id, held.owner, news.position, news.counts)
    if (held.news === news) held.news = undefined
    held.writtenAt = at
    held.failure = undefined
  }
}
