import type { Clock } from '../core/clock.ts'

const BURST_MS = 1000

/** Spreads amounts (bytes, requests) over time. */
export interface TokenBucket {
  /** Resolves when `amount` may be spent, in the order of the calls; throws `ABORTED` at once when the signal fires. */
  take(amount: number, signal: AbortSignal): Promise<void>
}

/**
 * A bucket that lets `perSecond` through, and after a pause up to one second's worth at once. An amount larger than that
 * passes as a whole; what comes after it waits accordingly longer.
 */
export function tokenBucket(perSecond: number, clock: Clock): TokenBucket {
  /** The time at which everything granted so far is paid for. */
  let paidAt = clock.monotonic() - BURST_MS
  return {
    take: async (amount, signal) => {
      const now = clock.monotonic()
      const grantedAt = Math.max(paidAt, now - BURST_MS)
      const costMs = (amount / perSecond) * 1000
      paidAt = grantedAt + costMs
      if (grantedAt <= now) return
      try {
        await clock.sleep(grantedAt - now, signal)
      } catch (error) {
        paidAt -= costMs // never spent, so those behind need not pay for it
        throw error
      }
    },
  }
}
