import type { BlobStore } from './blob-store.ts'

/** The four calls of a {@link BlobStore}. */
export type BlobCall = 'list' | 'size' | 'read' | 'stream'

/** Counts of one kind of call; they only grow. */
export interface BlobCallCount {
  /** Calls begun; a listing counts once, however many pages it has. */
  calls: number
  /** Calls that ended in a failure. */
  failures: number
  /** Bytes handed to the caller. */
  bytes: number
}

/** What was asked of a store so far. */
export type BlobMeter = Readonly<Record<BlobCall, BlobCallCount>>

/** A meter at zero; several stores may count into one. */
export function newBlobMeter(): BlobMeter {
  const zero = (): BlobCallCount => ({ calls: 0, failures: 0, bytes: 0 })
  return { list: zero(), size: zero(), read: zero(), stream: zero() }
}

/** The same blobs, counting calls and bytes into `meter`. Under a retry wrapper it counts every attempt. */
export function meteredStore(store: BlobStore, meter: BlobMeter): BlobStore {
  const counted = async <T>(count: BlobCallCount, call: () => Promise<T>): Promise<T> => {
    count.calls++
    try {
      return await call()
    } catch (error) {
      count.failures++
      throw error
    }
  }
  async function* countedItems<T>(count: BlobCallCount, items: AsyncIterable<T>, bytesOf: (item: T) => number) {
    count.calls++
    try {
      for await (const item of items) {
        count.bytes += bytesOf(item)
        yield item
      }
    } catch (error) {
      count.failures++
      throw error
    }
  }
  return {
    uri: store.uri,
    list: (prefix, options, signal) => countedItems(meter.list, store.list(prefix, options, signal), () => 0),
    size: (key, signal) => counted(meter.size, () => store.size(key, signal)),
    read: async (key, range, signal, memory) => {
      const bytes = await counted(meter.read, () => store.read(key, range, signal, memory))
      meter.read.bytes += bytes.length
      return bytes
    },
    stream: (key, range, signal) =>
      countedItems(meter.stream, store.stream(key, range, signal), (chunk) => chunk.length),
  }
}
