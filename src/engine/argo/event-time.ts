import type { Clock } from '../../core/clock.ts'
import type { RunEvent } from '../run/run-events.ts'

/**
 * Dates events: by the clock of the machine, but later than every event that was seen. So an event that follows from another
 * one is dated after it even when that came from a machine whose clock is ahead. Two events never have the same date.
 */
export class EventTime {
  readonly #clock: Pick<Clock, 'now'>
  #last = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Takes note of events from elsewhere. */
  saw(events: Iterable<Pick<RunEvent, 'at'>>): void {
    for (const { at } of events) this.#last = Math.max(this.#last, at)
  }

  /** A date in milliseconds since 1970. */
  next(): number {
    this.#last = Math.max(Math.floor(this.#clock.now()), this.#last + 1)
    return this.#last
  }
}
