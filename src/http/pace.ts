import type { Clock } from '../core/clock.ts'

/** Resolves when the next request may start; throws `ABORTED` when the signal fires first. */
export type Pace = (signal: AbortSignal) => Promise<void>

/** Spaces the starts of requests evenly, `requestsPerSecond` of them; without a rate every request starts at once. */
export function openPace(requestsPerSecond: number | undefined, clock: Clock): Pace {
  if (requestsPerSecond === undefined) return () => Promise.resolve()
  const gapMs = 1000 / requestsPerSecond
  let next = 0
  return async (signal) => {
    const now = clock.monotonic()
    const start = Math.max(now, next)
    next = start + gapMs
    if (start > now) await clock.sleep(start - now, signal)
  }
}
