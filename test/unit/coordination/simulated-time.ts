import { setMaxListeners } from 'node:events'
import { aborted, type Clock } from '../../../src/core/clock.ts'

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
  gone: boolean
}

/** Time of a simulated world: jumps from one wake-up to the next, and lets all that follows from each happen first. */
export class SimulatedTime {
  readonly #sleepers: Sleeper[] = []
  #order = 0
  #now = 0

  get now(): number {
    return this.#now
  }

  /** Resolves after a time of the world, unless the signal fires, which throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(aborted(signal))
        return
      }
      const giveUp = (): void => {
        sleeper.gone = true
        reject(aborted(signal))
      }
      const wake = (): void => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), order: this.#order++, wake, gone: false }
      setMaxListeners(0, signal)
      signal.addEventListener('abort', giveUp)
      this.#push(sleeper)
    })
  }

  /** Resolves after a time of the world. */
  wait(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#push({ at: this.#now + Math.max(0, ms), order: this.#order++, wake, gone: false })
    })
  }

  /** Runs the world until `over`; throws when nothing is left that could happen, or at `deadlineMs`. */
  async run(over: () => boolean, deadlineMs: number): Promise<void> {
    for (;;) {
      await settled()
      if (over()) return
      const next = this.#pop()
      if (next === undefined) throw new Error(`at ${this.#now} ms nothing is left that could happen`)
      if (next.gone) continue
      if (next.at > deadlineMs) throw new Error(`not over after ${deadlineMs} simulated ms`)
      this.#now = next.at
      next.wake()
    }
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#sleepers
    let place = heap.push(sleeper) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!before(heap[place]!, heap[parent]!)) break
      ;[heap[place], heap[parent]] = [heap[parent]!, heap[place]!]
      place = parent
    }
  }

  #pop(): Sleeper | undefined {
    const heap = this.#sleepers
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let place = 0; ;) {
      const [left, right] = [2 * place + 1, 2 * place + 2]
      let least = place
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right
      if (least === place) return first
      ;[heap[place], heap[least]] = [heap[least]!, heap[place]!]
      place = least
    }
  }
}

/** A clock of one machine of the world: set wrongly, and running too fast or too slow. Once `stopped`, it wakes nobody. */
export class MachineClock implements Clock {
  readonly #time: SimulatedTime
  readonly #offset: number
  readonly #rate: number
  #frozenUntil = 0
  stopped = false

  constructor(time: SimulatedTime, offset: number, rate: number) {
    this.#time = time
    this.#offset = offset
    this.#rate = rate
  }

  now(): number {
    return this.#offset + this.#time.now
  }

  monotonic(): number {
    return this.#time.now * this.#rate
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#time.sleep(ms / this.#rate, signal)
    await this.alive()
  }

  /** The machine does nothing for a while, and then goes on as if nothing had been. */
  freeze(ms: number): void {
    this.#frozenUntil = this.#time.now + ms
  }

  /** Resolves when the machine does something again. */
  async alive(): Promise<void> {
    if (this.stopped) await never()
    if (this.#time.now < this.#frozenUntil) {
      await this.#time.wait(this.#frozenUntil - this.#time.now)
      await this.alive()
    }
  }
}

/** What a process that is gone waits for. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

function before(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
