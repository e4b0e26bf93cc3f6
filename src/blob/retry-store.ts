import { systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { systemRandom } from '../core/random.ts'
import type { Random } from '../core/random.ts'
import { counted, formatDuration } from '../core/units.ts'
import type { BlobStore } from './blob-store.ts'

/** How often and how long failed calls are repeated. */
export interface RetryOptions {
  /** Attempts in a row without progress, the first one included. Default: 8. */
  readonly maxAttempts?: number
  /** Upper bound of the first pause; it doubles with each attempt. Default: 100. */
  readonly firstPauseMs?: number
  /** Upper bound of every pause. Default: 20,000. */
  readonly maxPauseMs?: number
  /** Time without progress after which no further attempt starts. Default: 300,000. */
  readonly maxTotalMs?: number
  readonly clock?: Clock
  readonly random?: Random
  /** Called before each pause, for journals and live views. */
  readonly onRetry?: (failure: Failure, pauseMs: number) => void
}

/**
 * The same blobs, with retryable failures repeated: exponential backoff with full jitter. A stream goes on at the byte it
 * had reached, a listing after the entries it had given; both count attempts and time anew after progress. When all
 * attempts are used up the last failure is thrown with their number, still retryable. The signal ends pauses at once.
 */
export function retryStore(store: BlobStore, options: RetryOptions = {}): BlobStore {
  const attempts = (): Attempts => startAttempts(options)

  const retrying = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    const pauses = attempts()
    for (;;) {
      try {
        return await call()
      } catch (error) {
        await pauses.before(error, signal)
      }
    }
  }

  return {
    uri: store.uri,
    list: async function* (prefix, how, signal) {
      const given = new Set<string>()
      const pauses = attempts()
      for (;;) {
        try {
          for await (const entry of store.list(prefix, how, signal)) {
            if (given.has(entry.key)) continue
            given.add(entry.key)
            pauses.reset()
            yield entry
          }
          return
        } catch (error) {
          await pauses.before(error, signal)
        }
      }
    },
    size: async (key, signal) => retrying(signal, () => store.size(key, signal)),
    read: async (key, range, signal, memory) => {
      let first = memory
      return retrying(signal, () => {
        const own = first
        first = undefined // What the attempts after a failed one must not write to.
        return store.read(key, range, signal, own)
      })
    },
    stream: async function* (key, range, signal) {
      let start = range.start
      const pauses = attempts()
      for (;;) {
        try {
          for await (const chunk of store.stream(key, { ...range, start }, signal)) {
            start += chunk.length
            pauses.reset()
            yield chunk
          }
          return
        } catch (error) {
          await pauses.before(error, signal)
        }
      }
    },
  }
}

/** The attempts at one call. */
interface Attempts {
  /** Waits before the next attempt; throws `error` when there is none, because it is final or the bounds are reached. */
  before(error: unknown, signal: AbortSignal): Promise<void>
  /** There was progress: attempts and time count from now. */
  reset(): void
}

function startAttempts(options: RetryOptions): Attempts {
  const { maxAttempts = 8, firstPauseMs = 100, maxPauseMs = 20_000, maxTotalMs = 300_000 } = options
  const { clock = systemClock, random = systemRandom, onRetry } = options
  let failed = 0
  let since = clock.monotonic()
  return {
    before: async (error, signal) => {
      if (!isFailure(error) || !error.retryable || signal.aborted) throw error
      failed++
      const pauseMs = Math.floor(random.next() * Math.min(maxPauseMs, firstPauseMs * 2 ** (failed - 1)))
      const spentMs = clock.monotonic() - since
      if (failed >= maxAttempts || spentMs + pauseMs > maxTotalMs) throw exhausted(error, failed, spentMs)
      onRetry?.(error, pauseMs)
      await clock.sleep(pauseMs, signal)
    },
    reset: () => {
      failed = 0
      since = clock.monotonic()
    },
  }
}

function exhausted(failure: Failure, attempts: number, spentMs: number): Failure {
  const { op, subject, hint } = failure
  const tried = `${counted(attempts, 'attempt')} in ${formatDuration(spentMs)}`
  return new Failure(failure.code, `${failure.detail} (${tried})`, {
    op,
    subject,
    retryable: true,
    cause: failure,
    ...(hint !== undefined && { hint }),
  })
}
