import type { Clock } from '../core/clock.ts'
import type { Lease } from './work-index.ts'

/** Milliseconds for which a lease must not have been written to before it may be taken over. */
export const ABANDONED_AFTER_MS = 30_000

interface Sighting {
  readonly seqNo: number
  readonly primaryTerm: number
  readonly since: number
}

/**
 * Tells which leases have been left alone, from looking at them now and again: those that are the same write for half a minute
 * on the monotonic clock of this process. Clocks of other machines play no part.
 */
export class LeaseWatch {
  /** Leases that are looked at, more than there are workers. */
  static readonly LEASES = 2000
  readonly #clock: Pick<Clock, 'monotonic'>
  #sightings = new Map<string, Sighting>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Takes note of the leases there are, and returns those that are abandoned. */
  abandoned(leases: readonly Lease[]): readonly Lease[] {
    const now = this.#clock.monotonic()
    const sightings = new Map<string, Sighting>()
    const abandoned: Lease[] = []
    for (const lease of leases) {
      const { seqNo, primaryTerm } = lease.guard
      const before = this.#sightings.get(lease.item)
      const same = before?.seqNo === seqNo && before.primaryTerm === primaryTerm
      const since = same ? before.since : now
      sightings.set(lease.item, { seqNo, primaryTerm, since })
      if (now - since >= ABANDONED_AFTER_MS) abandoned.push(lease)
    }
    this.#sightings = sightings
    return abandoned
  }
}
