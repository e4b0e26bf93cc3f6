import { ReadMemory } from '../source/read-memory.ts'
import { Shipment, type ShipmentOptions } from './shipment.ts'

/** Memory that a loader uses for one slice after another, one slice at a time. */
export class LoadMemory {
  readonly read = new ReadMemory()
  readonly #free: Shipment[] = []

  /** An empty shipment; the options of a loader differ in `op` only. */
  take(options: ShipmentOptions): Shipment {
    const place = this.#free.findIndex(({ body }) => body.op === options.op)
    return place < 0 ? new Shipment(options) : this.#free.splice(place, 1)[0]!
  }

  /** Takes back an empty shipment whose body is not on its way any more. */
  give(shipment: Shipment): void {
    this.#free.push(shipment)
  }
}
