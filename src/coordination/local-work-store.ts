import { Failure } from '../core/failure.ts'
import type { WorkEvent } from './work-events.ts'
import { itemId, MAX_FAILURES, requireBalanced } from './work-item.ts'
import {
  addCounts,
  NO_COUNTS,
  type RebuiltSources,
  type SlicePosition,
  type SliceRef,
  type WorkCounts,
  type WorkItem,
  type WorkOutcome,
  type WorkStore,
  type WorkSummary,
} from './work-store.ts'

interface ItemState {
  readonly id: string
  readonly slice: SliceRef
  state: WorkItem['state']
  owner: string | undefined
  position: SlicePosition | undefined
  counts: WorkCounts
  checksum: number | undefined
  rebuilt: RebuiltSources | undefined
  failures: number
}

/**
 * The work store of one process: state in memory, every change appended to a journal before it is visible. Built again from
 * the journal's events, all leases are free. With a no-op `append` it is the work store of tests.
 */
export class LocalWorkStore implements WorkStore {
  readonly #step: string
  readonly #append: (event: WorkEvent) => Promise<void>
  readonly #items = new Map<string, ItemState>()
  readonly #pending: string[] = []
  readonly #maxFailures: number

  constructor(
    step: string,
    events: Iterable<WorkEvent>,
    append: (event: WorkEvent) => Promise<void>,
    options: { readonly maxFailures?: number } = {},
  ) {
    this.#step = step
    this.#append = append
    this.#maxFailures = options.maxFailures ?? MAX_FAILURES
    for (const event of events) if (event.step === step) this.#apply(event)
    for (const item of this.#items.values()) if (item.state === 'pending') this.#pending.push(item.id)
    this.#pending.reverse()
  }

  async plan(slices: readonly SliceRef[]): Promise<void> {
    const fresh = slices.filter((slice) => !this.#items.has(itemId(slice)))
    if (fresh.length === 0) return
    await this.#append({ type: 'work-planned', step: this.#step, slices: fresh })
    for (const slice of fresh) {
      this.#add(slice)
      this.#pending.unshift(itemId(slice))
    }
  }

  claim(owner: string): Promise<WorkItem | undefined> {
    const id = this.#pending.pop()
    if (id === undefined) return Promise.resolve(undefined)
    const item = this.#items.get(id)!
    item.state = 'leased'
    item.owner = owner
    return Promise.resolve(view(item))
  }

  async advance(id: string, owner: string, position: SlicePosition, counts: WorkCounts): Promise<void> {
    const item = this.#owned(id, owner)
    await this.#append({ type: 'work-advanced', step: this.#step, item: id, position, counts })
    item.position = position
    item.counts = counts
  }

  async finish(id: string, owner: string, outcome: WorkOutcome): Promise<void> {
    const item = this.#owned(id, owner)
    switch (outcome.kind) {
      case 'done':
        requireBalanced(id, outcome.counts)
        await this.#append({
          type: 'work-done',
          step: this.#step,
          item: id,
          checksum: outcome.checksum,
          counts: outcome.counts,
          ...(outcome.rebuilt === undefined ? {} : { rebuilt: outcome.rebuilt }),
        })
        item.state = 'done'
        item.counts = outcome.counts
        item.checksum = outcome.checksum
        item.rebuilt = outcome.rebuilt
        break
      case 'failed':
        await this.#append({ type: 'work-failed', step: this.#step, item: id, reason: outcome.reason })
        item.failures++
        item.state = item.failures >= this.#maxFailures ? 'failed' : 'pending'
        if (item.state === 'pending') this.#pending.unshift(id)
        break
      case 'released':
        item.state = 'pending'
        this.#pending.push(id)
        break
    }
    item.owner = undefined
  }

  async *items(): AsyncGenerator<WorkItem, void> {
    for (const item of this.#items.values()) yield await Promise.resolve(view(item))
  }

  totals(): Promise<WorkSummary> {
    return Promise.resolve(summarise(this.#items.values()))
  }

  #owned(id: string, owner: string): ItemState {
    const item = this.#items.get(id)
    if (item?.state === 'leased' && item.owner === owner) return item
    throw new Failure('LEASE_LOST', `it is ${item?.state ?? 'unknown'}, not leased to ${owner}`, {
      op: 'advance',
      subject: `work item ${id}`,
    })
  }

  #add(slice: SliceRef): void {
    const id = itemId(slice)
    this.#items.set(id, {
      id,
      slice,
      state: 'pending',
      owner: undefined,
      position: undefined,
      counts: NO_COUNTS,
      checksum: undefined,
      rebuilt: undefined,
      failures: 0,
    })
  }

  #apply(event: WorkEvent): void {
    if (event.type === 'work-planned') {
      for (const slice of event.slices) this.#add(slice)
      return
    }
    const item = this.#items.get(event.item)
    if (item === undefined) {
      throw new Failure('STATE_CORRUPT', `${event.type} for an item that was never planned`, {
        op: 'read work state of',
        subject: event.item,
      })
    }
    if (event.type === 'work-advanced') {
      item.position = event.position
      item.counts = event.counts
    } else if (event.type === 'work-done') {
      item.state = 'done'
      item.counts = event.counts
      item.checksum = event.checksum
      item.rebuilt = event.rebuilt
    }
    // Failures of an earlier runner are not held against the item: what made it fail may have been mended since.
  }
}

/** Counts by state and in all. */
function summarise(items: Iterable<Pick<WorkItem, 'state' | 'slice' | 'counts'>>): WorkSummary {
  const states = { pending: 0, leased: 0, done: 0, failed: 0 }
  const bytes = { done: 0, total: 0 }
  let counts = NO_COUNTS
  for (const { state, slice, counts: own } of items) {
    states[state]++
    counts = addCounts(counts, own)
    bytes.total += slice.bytes
    if (state === 'done') bytes.done += slice.bytes
  }
  return { items: states, counts, bytes }
}

function view(item: ItemState): WorkItem {
  return {
    id: item.id,
    slice: item.slice,
    state: item.state,
    counts: item.counts,
    failures: item.failures,
    ...(item.position === undefined ? {} : { position: item.position }),
    ...(item.checksum === undefined ? {} : { checksum: item.checksum }),
    ...(item.rebuilt === undefined ? {} : { rebuilt: item.rebuilt }),
  }
}
