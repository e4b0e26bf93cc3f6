import { aborted, type Clock } from '../../../src/core/clock.ts'
import type { Random } from '../../../src/core/random.ts'

/** A clock that remembers every wait and ends it at once; waits over 30 s only end when they are aborted. */
export interface StepClock extends Clock {
  readonly waits: number[]
}

/** A deadline that never comes in a test. */
export const NEVER_MS = 3_600_000

/** A virtual clock that starts at 2024-01-15T10:30:00Z. */
export function stepClock(longestMs = 30_000): StepClock {
  let now = Date.UTC(2024, 0, 15, 10, 30)
  const waits: number[] = []
  return {
    waits,
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(aborted(signal))
          return
        }
        if (ms <= longestMs) {
          waits.push(ms)
          now += ms
          resolve()
          return
        }
        signal.addEventListener('abort', () => reject(aborted(signal)), { once: true })
      }),
  }
}

/** Randomness that always gives the same number. */
export function fixedRandom(value = 0.5): Random {
  return { next: () => value, hex: (bytes) => '00'.repeat(bytes) }
}

/** A signal that nothing fires. */
export const calm = new AbortController().signal
