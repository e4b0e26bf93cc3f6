import { aborted } from '../../../src/core/clock.ts'
import type { Clock } from '../../../src/core/clock.ts'

/** A clock that stands still until it is told otherwise, or, when `hurried`, jumps to the end of every sleep at once. */
export class VirtualClock implements Clock {
  /** Length of every sleep asked for, in order. */
  readonly sleeps: number[] = []
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>()
  readonly #hurried: boolean
  #now = 0

  constructor(options: { readonly hurried: boolean } = { hurried: false }) {
    this.#hurried = options.hurried
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#now
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw aborted(signal)
    this.sleeps.push(ms)
    if (this.#hurried) {
      this.#now += ms
      return
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = (): void => {
        this.#sleepers.delete(sleeper)
        reject(aborted(signal))
      }
      const wake = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const sleeper = { at: this.#now + ms, wake }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', giveUp)
    })
  }

  /** Moves the time on, wakes whoever is due in order of time, and lets everything that follows at once happen. */
  async advance(ms: number): Promise<void> {
    await settled()
    const until = this.#now + ms
    for (;;) {
      const [next] = [...this.#sleepers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#sleepers.delete(next)
      this.#now = next.at
      next.wake()
      await settled()
    }
    this.#now = until
    await settled()
  }
}

/** Resolves when all promise reactions that are due have run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
