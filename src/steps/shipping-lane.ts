import type { BulkLoader } from '../cluster/bulk-loader.ts'
import type { BulkOutcome } from '../cluster/bulk-outcome.ts'
import { addCounts, type SlicePosition, type WorkCounts, type WorkItem } from '../coordination/work-store.ts'
import type { LoadMemory } from './load-memory.ts'
import type { RejectRecord } from './reject-record.ts'
import type { Shipment, ShipmentOptions } from './shipment.ts'

/** Where a slice reports to. Calls come in order, one at a time; rejects are recorded before the position that passes them. */
export interface SliceProgress {
  reject(records: readonly RejectRecord[]): Promise<void>
  advance(position: SlicePosition, counts: WorkCounts): Promise<void>
}

/** How a lane ships. */
export interface LaneOptions extends ShipmentOptions {
  /** Bodies that may be on their way at once; one more is being packed meanwhile. */
  readonly bodiesInFlight: number
  /** Bytes of bodies that may be on their way at once, which bounds memory; a single larger body travels alone. */
  readonly bytesInFlight: number
}

/**
 * Sends the shipments of a slice side by side and settles them in the order in which they left: whatever the order of the
 * answers, a position is reported only after every body up to it was acknowledged. After a failure nothing later is settled.
 */
export class ShippingLane {
  readonly #item: WorkItem
  readonly #loader: BulkLoader
  readonly #progress: SliceProgress
  readonly #signal: AbortSignal
  readonly #options: LaneOptions
  readonly #memory: LoadMemory
  /** Settlements not yet looked at, oldest first. */
  readonly #underWay: { readonly settled: Promise<void>; readonly bytes: number }[] = []
  #bytesUnderWay = 0
  readonly #outcomes = new Set<Promise<BulkOutcome>>()
  #last: Promise<void> = Promise.resolve()
  #counts: WorkCounts

  constructor(
    item: WorkItem,
    loader: BulkLoader,
    options: LaneOptions,
    memory: LoadMemory,
    progress: SliceProgress,
    signal: AbortSignal,
  ) {
    this.#item = item
    this.#loader = loader
    this.#progress = progress
    this.#signal = signal
    this.#options = options
    this.#memory = memory
    this.#counts = item.counts
  }

  /** The totals of the slice up to the last settled shipment. */
  get counts(): WorkCounts {
    return this.#counts
  }

  /** An empty shipment to be packed and sent; at most one at a time. */
  take(): Shipment {
    return this.#memory.take(this.#options)
  }

  /** Sends a shipment as soon as there is a place; throws what an earlier one failed with. */
  async send(shipment: Shipment, position: SlicePosition | undefined): Promise<void> {
    shipment.position = position
    const bytes = shipment.body.byteLength
    while (!this.#hasPlace(bytes)) {
      const oldest = this.#underWay.shift()!
      await oldest.settled
      this.#bytesUnderWay -= oldest.bytes
    }
    const outcome = this.#loader.load(shipment.body, this.#signal)
    const settled = this.#last.then(async () => this.#settle(shipment, await outcome))
    const forget = (): void => void this.#outcomes.delete(outcome)
    this.#outcomes.add(outcome)
    outcome.then(forget, forget) // A failure is thrown in its turn by the settlement,
    settled.catch(() => undefined) // and that by whoever waits for it.
    this.#last = settled
    this.#underWay.push({ settled, bytes })
    this.#bytesUnderWay += bytes
  }

  /** Waits for the settlement of all that was sent; throws the first failure. */
  async arrived(): Promise<void> {
    await this.#last
  }

  /** Waits until nothing is on its way any more, whatever became of it; what arrived in order is reported. */
  async cleared(): Promise<void> {
    await Promise.allSettled([this.#last, ...this.#outcomes])
  }

  #hasPlace(bytes: number): boolean {
    const { bodiesInFlight, bytesInFlight } = this.#options
    if (this.#underWay.length === 0) return true
    return this.#underWay.length < bodiesInFlight && this.#bytesUnderWay + bytes <= bytesInFlight
  }

  async #settle(shipment: Shipment, outcome: BulkOutcome): Promise<void> {
    this.#counts = addCounts(this.#counts, shipment.counts(outcome))
    const refused = outcome.rejects.map((reject) => ({ item: this.#item.id, ...reject }))
    const rejects = [...shipment.rejects, ...refused]
    if (rejects.length > 0) await this.#progress.reject(rejects)
    if (shipment.position !== undefined) await this.#progress.advance(shipment.position, this.#counts)
    shipment.clear()
    this.#memory.give(shipment)
  }
}
