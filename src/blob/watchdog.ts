import { setMaxListeners } from 'node:events'
import type { Clock } from '../core/clock.ts'
import type { Failure } from '../core/failure.ts'

/** Watches one exchange with a server and ends it when the other side stays silent or the caller gives up. */
export interface Watchdog {
  /** Fires with the caller's reason, or with the failure for silence. */
  readonly signal: AbortSignal
  /** Something arrived: the time of silence starts anew. */
  heard(): void
  /** Nothing is expected until the next `heard`, because the reader is busy. */
  pause(): void
  /** The exchange is over; has to be called once. */
  stop(): void
}

/** Starts to watch: after `silenceMs` without `heard`, the signal fires with `silent()`. */
export function startWatchdog(clock: Clock, silenceMs: number, signal: AbortSignal, silent: () => Failure): Watchdog {
  const exchange = new AbortController()
  const over = new AbortController()
  const giveUp = (): void => exchange.abort(signal.reason)
  let heardAt = clock.monotonic()
  let paused = false

  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const leftMs = paused ? silenceMs : heardAt + silenceMs - clock.monotonic()
      if (leftMs > 0) await clock.sleep(leftMs, over.signal)
      else {
        exchange.abort(silent())
        return
      }
    }
  }
  setMaxListeners(0, signal) // many requests share one signal; that is no leak
  if (signal.aborted) giveUp()
  else signal.addEventListener('abort', giveUp, { once: true })
  watch().catch(() => undefined) // only `stop` ends a sleep early

  return {
    signal: exchange.signal,
    heard: () => {
      paused = false
      heardAt = clock.monotonic()
    },
    pause: () => {
      paused = true
    },
    stop: () => {
      signal.removeEventListener('abort', giveUp)
      over.abort()
    },
  }
}
