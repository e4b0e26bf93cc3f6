import { aborted, throwIfAborted, type Clock } from '../core/clock.ts'

/** How a request ended, as far as it tells something about the load of the server. */
export type SlotOutcome =
  | { readonly kind: 'success'; readonly latencyMs: number; readonly bytes: number }
  /** Refused as overloaded, or the connection broke. */
  | { readonly kind: 'overload' }
  /** Says nothing about load. */
  | { readonly kind: 'neutral' }

/** The right to have one request in flight; `release` gives it back and must be called exactly once. */
export interface Slot {
  release(outcome: SlotOutcome): void
}

/** Bounds of {@link AdaptiveLimit}. */
export interface AdaptiveLimitOptions {
  /** Default: 1. */
  readonly min?: number
  readonly max: number
  /** Default: 2. */
  readonly initial?: number
}

/** Smoothed latency beyond this multiple of the best known one counts as queueing in the server. */
const QUEUEING = 3
const SMOOTHING = 0.2
/** How fast the best known latency is forgotten, a sample. */
const FORGETTING = 0.01

/**
 * How many requests may be in flight: one more for each round of successes while the limit is really used, half of it when
 * the server says that it is overloaded, a tenth less when answers take much longer than they could. After a decrease only
 * requests that began later may decrease it again, so one burst of refusals counts once.
 */
export class AdaptiveLimit {
  readonly #min: number
  readonly #max: number
  readonly #clock: Clock
  readonly #waiting = new Set<() => void>()
  #limit: number
  #inFlight = 0
  #decreasedAt = -Infinity
  #bestMs = Infinity
  #smoothedMs = 0
  #typicalBytes = 0

  constructor(options: AdaptiveLimitOptions, clock: Clock) {
    this.#min = options.min ?? 1
    this.#max = Math.max(options.max, this.#min)
    this.#limit = Math.min(this.#max, Math.max(this.#min, options.initial ?? 2))
    this.#clock = clock
  }

  /** Requests that may be in flight now, a whole number. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Waits for a free slot, first come first served; throws `ABORTED` when the signal fires first. */
  async acquire(signal: AbortSignal): Promise<Slot> {
    throwIfAborted(signal)
    if (this.#inFlight >= this.limit || this.#waiting.size > 0) await this.#turn(signal)
    else this.#inFlight++
    const startedAt = this.#clock.monotonic()
    const usedAtStart = this.#inFlight >= this.limit
    return {
      release: (outcome) => {
        const used = usedAtStart || this.#inFlight >= this.limit
        this.#inFlight--
        this.#learn(outcome, startedAt, used)
        this.#admit()
      },
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(start)
        reject(aborted(signal))
      }
      const start = (): void => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.add(start)
    })
  }

  #admit(): void {
    for (const start of this.#waiting) {
      if (this.#inFlight >= this.limit) return
      this.#waiting.delete(start)
      this.#inFlight++
      start()
    }
  }

  #learn(outcome: SlotOutcome, startedAt: number, used: boolean): void {
    if (outcome.kind === 'neutral') return
    if (outcome.kind === 'overload') {
      this.#decrease(0.5, startedAt)
      return
    }
    if (this.#isQueueing(outcome.latencyMs, outcome.bytes)) this.#decrease(0.9, startedAt)
    else if (used) this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit)
  }

  #decrease(factor: number, startedAt: number): void {
    if (startedAt < this.#decreasedAt) return
    this.#limit = Math.max(this.#min, this.#limit * factor)
    this.#decreasedAt = this.#clock.monotonic()
    this.#smoothedMs = 0
  }

  /** Small bodies (the remainder of a partial refusal) are quick whatever the load, so they are left out. */
  #isQueueing(latencyMs: number, bytes: number): boolean {
    const small = bytes < this.#typicalBytes / 2
    this.#typicalBytes += SMOOTHING * (bytes - this.#typicalBytes)
    if (small) return false
    this.#bestMs = latencyMs < this.#bestMs ? latencyMs : this.#bestMs + FORGETTING * (latencyMs - this.#bestMs)
    this.#smoothedMs =
      this.#smoothedMs === 0 ? latencyMs : this.#smoothedMs + SMOOTHING * (latencyMs - this.#smoothedMs)
    return this.#smoothedMs > QUEUEING * Math.max(this.#bestMs, 1)
  }
}
