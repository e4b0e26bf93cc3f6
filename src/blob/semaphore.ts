import { setMaxListeners } from 'node:events'
import { aborted, throwIfAborted } from '../core/clock.ts'

/** A number of places, each held by one caller at a time. */
export interface Semaphore {
  /** Waits for a place, first come first served, and returns the function that gives it back; throws `ABORTED`. */
  enter(signal: AbortSignal): Promise<() => void>
}

/** A semaphore with `places` places. */
export function semaphore(places: number): Semaphore {
  let free = places
  const waiting = new Set<() => void>()

  const leave = (): void => {
    const [next] = waiting
    if (next === undefined) free++
    else next()
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
    enter: async (signal) => {
      throwIfAborted(signal)
      if (free > 0) {
        free--
        return held()
      }
      return new Promise((resolve, reject) => {
        const giveUp = (): void => {
          waiting.delete(proceed)
          reject(aborted(signal))
        }
        const proceed = (): void => {
          waiting.delete(proceed)
          signal.removeEventListener('abort', giveUp)
          resolve(held())
        }
        waiting.add(proceed)
        setMaxListeners(0, signal) // many wait on one signal; that is no leak
        signal.addEventListener('abort', giveUp, { once: true })
      })
    },
  }
}
