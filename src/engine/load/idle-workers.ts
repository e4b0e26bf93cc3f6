import type { Clock } from '../../core/clock.ts'

/** Workers without an item, asleep until one may have come up. */
export class IdleWorkers {
  readonly #asleep = new Set<() => void>()
  readonly #clock: Clock
  readonly #stop: AbortSignal

  constructor(clock: Clock, stop: AbortSignal) {
    this.#clock = clock
    this.#stop = stop
  }

  /** Sleeps until {@link wake} is called or milliseconds have passed. False after a stop. */
  async sleep(ms: number): Promise<boolean> {
    const awake = new AbortController()
    const wake = (): void => awake.abort()
    this.#asleep.add(wake)
    try {
      await this.#clock.sleep(ms, AbortSignal.any([awake.signal, this.#stop]))
    } catch {
      // Woken early, or stopped.
    } finally {
      this.#asleep.delete(wake)
    }
    return !this.#stop.aborted
  }

  /** Wakes all, as something has changed that may give them work. */
  wake(): void {
    for (const wake of this.#asleep) wake()
  }
}
