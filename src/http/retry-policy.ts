import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'

/** How often and how patiently a request is repeated. */
export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly maxAttempts: number
  /** Upper bound of the wait before the second attempt; it doubles from there. */
  readonly baseMs: number
  /** Upper bound of any wait, `Retry-After` included. */
  readonly maxMs: number
}

/** The policy of a client that is given none. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { maxAttempts: 5, baseMs: 250, maxMs: 30_000 }

/** Statuses by which a server or the proxy before it says that it did not do the work now but may do it later. */
const TEMPORARY = new Set([429, 502, 503, 504])

/** True for a status that stands for a passing condition. */
export function isTemporary(status: number): boolean {
  return TEMPORARY.has(status)
}

/**
 * True when sending again cannot do the work twice. A 429 was refused before any work; behind the other temporary statuses
 * the work may have been done, and so it may behind a connection that broke after the request was sent.
 */
export function mayRepeat(outcome: { status: number } | { sent: boolean }, idempotent: boolean): boolean {
  if ('status' in outcome) return outcome.status === 429 || (isTemporary(outcome.status) && idempotent)
  return !outcome.sent || idempotent
}

/** Exponential backoff with full jitter: a wait between 0 and `baseMs` doubled `attempt` times, at most `maxMs`. */
export function backoffMs(attempt: number, policy: RetryPolicy, random: Random): number {
  return random.next() * Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt, 30))
}

/** The wait before the next attempt: what `Retry-After` asks for, bounded by the policy, plus jitter; else the backoff. */
export function waitMs(
  attempt: number,
  retryAfter: string | undefined,
  policy: RetryPolicy,
  clock: Clock,
  random: Random,
): number {
  const asked = retryAfter === undefined ? undefined : retryAfterMs(retryAfter, clock.now())
  const jitter = backoffMs(attempt, policy, random)
  if (asked === undefined) return jitter
  return Math.min(policy.maxMs, asked + Math.min(jitter, policy.baseMs))
}

/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date; undefined when it is neither. */
export function retryAfterMs(value: string, nowMs: number): number | undefined {
  const text = value.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
