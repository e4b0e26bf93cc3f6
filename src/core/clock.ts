import { setMaxListeners } from 'node:events'
import { Failure } from './failure.ts'

/** Time as the program sees it; tests pass a virtual one. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Monotonic milliseconds, for measuring. */
  monotonic(): number
  /** Resolves after `ms` milliseconds; throws `ABORTED` when the signal fires first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(aborted(signal))
        return
      }
      const onAbort = (): void => {
        clearTimeout(timer)
        reject(aborted(signal))
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }, ms)
      setMaxListeners(0, signal) // many wait on one signal; that is no leak
      signal.addEventListener('abort', onAbort, { once: true })
    }),
}

/** The failure to throw when a signal has fired: its own reason when that is a Failure, else `ABORTED`. */
export function aborted(signal: AbortSignal): Failure {
  const reason: unknown = signal.reason
  if (reason instanceof Failure) return reason
  return new Failure('ABORTED', 'interrupted', { op: 'wait', subject: 'operation', cause: reason })
}

/** Throws {@link aborted} when the signal has fired. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal)
}
