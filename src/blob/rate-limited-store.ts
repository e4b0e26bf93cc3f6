import { systemClock } from '../core/clock.ts'
import type { Clock } from '../core/clock.ts'
import type { BlobStore, ByteRange } from './blob-store.ts'
import { semaphore } from './semaphore.ts'
import { tokenBucket } from './token-bucket.ts'
import type { TokenBucket } from './token-bucket.ts'

/** Bounds on what is asked of a store; whatever is left out is not bounded. */
export interface RateLimits {
  readonly bytesPerSecond?: number
  readonly callsPerSecond?: number
  /** Calls under way at once; a stream or listing counts until its reader is done. */
  readonly maxConcurrent?: number
  readonly clock?: Clock
}

const unlimited: TokenBucket = { take: () => Promise.resolve() }

/** The same blobs, asked for no faster than the limits allow. Calls wait in their order; the signal ends a wait at once. */
export function rateLimitedStore(store: BlobStore, limits: RateLimits): BlobStore {
  const { bytesPerSecond, callsPerSecond, maxConcurrent = Infinity, clock = systemClock } = limits
  const bucket = (perSecond: number | undefined): TokenBucket =>
    perSecond === undefined ? unlimited : tokenBucket(perSecond, clock)
  const bytes = bucket(bytesPerSecond)
  const calls = bucket(callsPerSecond)
  const places = semaphore(maxConcurrent)

  const enter = async (signal: AbortSignal): Promise<() => void> => {
    const leave = await places.enter(signal)
    try {
      await calls.take(1, signal)
      return leave
    } catch (error) {
      leave()
      throw error
    }
  }
  const limited = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
    const leave = await enter(signal)
    try {
      return await call()
    } finally {
      leave()
    }
  }
  async function* limitedItems<T>(signal: AbortSignal, items: AsyncIterable<T>, bytesOf: (item: T) => number) {
    const leave = await enter(signal)
    try {
      for await (const item of items) {
        await bytes.take(bytesOf(item), signal)
        yield item
      }
    } finally {
      leave()
    }
  }

  return {
    uri: store.uri,
    list: (prefix, options, signal) => limitedItems(signal, store.list(prefix, options, signal), () => 0),
    size: (key, signal) => limited(signal, () => store.size(key, signal)),
    read: (key, range, signal, memory) =>
      limited(signal, async () => {
        const expected = lengthOf(range)
        if (expected !== undefined) await bytes.take(expected, signal)
        const content = await store.read(key, range, signal, memory)
        if (expected === undefined) await bytes.take(content.length, signal)
        return content
      }),
    stream: (key, range, signal) => limitedItems(signal, store.stream(key, range, signal), (chunk) => chunk.length),
  }
}

function lengthOf({ start, end }: ByteRange): number | undefined {
  return end === undefined ? undefined : Math.max(0, end - start)
}
