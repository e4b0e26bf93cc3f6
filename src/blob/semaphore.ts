import { setMaxListeners } from 'node:events'
import { aborted, throwIfAborted } from '../core/clock.ts'

/** A number of places, each held by one caller at a time. */
export interface Semaphore {
  /**
   * Waits for a place and returns the function that gives it back: the highest `priority` (default: 0) first, and first come
   * first served among equals. Throws `ABORTED`.
   */
  enter(signal: AbortSignal, priority?: number): Promise<() => void>
}

/** A semaphore with `places` places. */
export function semaphore(places: number): Semaphore {
  let free = places
  /** Those who wait, by priority; none of the sets is empty. */
  const waiting = new Map<number, Set<() => void>>()

  const join = (priority: number, proceed: () => void): void => {
    const equals = waiting.get(priority)
    if (equals === undefined) waiting.set(priority, new Set([proceed]))
    else equals.add(proceed)
  }
  const quit = (priority: number, proceed: () => void): void => {
    const equals = waiting.get(priority)
    equals?.delete(proceed)
    if (equals?.size === 0) waiting.delete(priority)
  }
  const leave = (): void => {
    if (waiting.size === 0) {
      free++
      return
    }
    const [next] = waiting.get(Math.max(...waiting.keys()))!
    next!()
  }
  /** Gives the place back at the first call only. */
  const held = (): (() => void) => {
    let left = false
    return () => {
      if (left) return
      left = true
      leave()
    }
  }
  return {
    enter: async (signal, priority = 0) => {
      throwIfAborted(signal)
      if (free > 0) {
        free--
        return held()
      }
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          quit(priority, proceed)
          reject(aborted(signal))
        }
        const proceed = (): void => {
          quit(priority, proceed)
          signal.removeEventListener('abort', giveUp)
          resolve(held())
        }
        join(priority, proceed)
        setMaxListeners(0, signal) // many wait on one signal; that is no leak
        signal.addEventListener('abort', giveUp, { once: true })
      })
    },
  }
}
