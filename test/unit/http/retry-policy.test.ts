import { describe, expect, test } from 'vitest'
import { backoffMs, mayRepeat, retryAfterMs, waitMs } from '../../../src/http/retry-policy.ts'
import { fixedRandom, stepClock } from './test-world.ts'

const policy = { maxAttempts: 5, baseMs: 100, maxMs: 10_000 }
const almostOne = fixedRandom(0.999999)

describe('the wait before the next attempt', () => {
  test('is anything from nothing to a bound that doubles up to its maximum', () => {
    const bounds = [0, 1, 2, 3, 20, 5000].map((attempt) => Math.ceil(backoffMs(attempt, policy, almostOne)))
    expect(bounds).toEqual([100, 200, 400, 800, 10_000, 10_000])
    expect(backoffMs(3, policy, fixedRandom(0))).toBe(0)
  })

  test('follows Retry-After, as seconds or as a date, but not beyond the maximum', () => {
    const clock = stepClock()
    const wait = (header: string): number => waitMs(0, header, policy, clock, fixedRandom(0))
    expect(wait('7')).toBe(7000)
    expect(wait('Mon, 15 Jan 2024 10:30:05 GMT')).toBe(5000)
    expect(wait('Mon, 15 Jan 2024 10:00:00 GMT')).toBe(0)
    expect(wait('86400')).toBe(10_000)
  })

  test('does without a Retry-After that means nothing', () => {
    expect(retryAfterMs('soon', 0)).toBeUndefined()
    expect(waitMs(1, 'soon', policy, stepClock(), fixedRandom(0.5))).toBe(100)
  })
})

describe('a request', () => {
  test.each([
    [{ status: 429 }, false, true],
    [{ status: 503 }, false, false],
    [{ status: 503 }, true, true],
    [{ status: 500 }, true, false],
    [{ sent: false }, false, true],
    [{ sent: true }, false, false],
    [{ sent: true }, true, true],
  ])('with outcome %j and idempotent %s may be repeated: %s', (outcome, idempotent, expected) => {
    expect(mayRepeat(outcome, idempotent)).toBe(expected)
  })
})
