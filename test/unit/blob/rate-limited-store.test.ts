import { expect, test } from 'vitest'
import { rateLimitedStore } from '../../../src/blob/rate-limited-store.ts'
import { semaphore } from '../../../src/blob/semaphore.ts'
import { tokenBucket } from '../../../src/blob/token-bucket.ts'
import { memoryStore } from './memory-store.ts'
import { settled, VirtualClock } from './virtual-clock.ts'

const { signal } = new AbortController()
const MIB = 1 << 20
const blobs = new Map([['a', new Uint8Array(10 * MIB)]])

test('bytes come no faster than the limit, apart from one second saved up', async () => {
  for (const way of ['read', 'read to the end', 'stream'] as const) {
    const clock = new VirtualClock({ hurried: true })
    const store = rateLimitedStore(memoryStore(blobs), { bytesPerSecond: MIB, clock })
    for (let part = 0; part < 10; part++) {
      if (way === 'stream') {
        for await (const chunk of store.stream('a', { start: part * MIB, end: (part + 1) * MIB }, signal)) {
          expect(chunk.length).toBeGreaterThan(0)
        }
      } else if (way === 'read') await store.read('a', { start: part * MIB, end: (part + 1) * MIB }, signal)
      else await store.read('a', { start: 9 * MIB }, signal)
    }
    await store.read('a', { start: 0, end: 1 }, signal)
    expect(clock.now(), way).toBe(9000)
  }
})

test('calls start no faster than the limit', async () => {
  const clock = new VirtualClock({ hurried: true })
  const store = rateLimitedStore(memoryStore(blobs), { callsPerSecond: 4, clock })
  for (let call = 0; call < 21; call++) await store.size('a', signal)
  expect(clock.now()).toBe(4000)
})

test('no more calls are under way than allowed, and they start in order', async () => {
  let underWay = 0
  let most = 0
  const started: number[] = []
  const inner = memoryStore(blobs)
  const store = rateLimitedStore(
    {
      ...inner,
      read: async (key, range, inSignal) => {
        most = Math.max(most, ++underWay)
        started.push(range.start)
        await settled()
        underWay--
        return inner.read(key, range, inSignal)
      },
    },
    { maxConcurrent: 3 },
  )
  const starts = Array.from({ length: 20 }, (_, index) => index)
  await Promise.all(starts.map((start) => store.read('a', { start, end: start + 1 }, signal)))
  expect(most).toBe(3)
  expect(started).toEqual(starts)
})

test('a stream holds its place until its reader is done or leaves', async () => {
  const store = rateLimitedStore(memoryStore(blobs), { maxConcurrent: 1 })
  let sizeKnown = false
  for await (const chunk of store.stream('a', { start: 0 }, signal)) {
    expect(chunk.length).toBeGreaterThan(0)
    void store.size('a', signal).then(() => (sizeKnown = true))
    await settled()
    expect(sizeKnown).toBe(false)
    break
  }
  await settled()
  expect(sizeKnown).toBe(true)
})

test('a call that fails gives its place back', async () => {
  const store = rateLimitedStore(memoryStore(blobs), { maxConcurrent: 1 })
  await expect(store.size('missing', signal)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  expect(await store.size('a', signal)).toBe(10 * MIB)
})

test('whoever is stopped while waiting leaves the queue at once and costs the others nothing', async () => {
  const clock = new VirtualClock()
  const bucket = tokenBucket(1, clock)
  const stopping = new AbortController()
  await bucket.take(2, signal)
  const stopped = expect(bucket.take(1000, stopping.signal)).rejects.toMatchObject({ code: 'ABORTED' })
  await settled()
  stopping.abort()
  await stopped
  let passed = false
  void bucket.take(1, signal).then(() => (passed = true))
  await clock.advance(999)
  expect(passed).toBe(false)
  await clock.advance(1)
  expect(passed).toBe(true)
})

test('a place goes to the highest priority, and to whoever came first among equals', async () => {
  const places = semaphore(1)
  const leave = await places.enter(signal)
  const order: string[] = []
  const wait = (name: string, priority?: number): Promise<void> =>
    places.enter(signal, priority).then((leaveNext) => {
      order.push(name)
      leaveNext()
    })
  const all = [wait('low', -1), wait('first'), wait('high', 5), wait('second', 0), wait('highest', 7)]
  leave()
  await Promise.all(all)
  expect(order).toEqual(['highest', 'high', 'first', 'second', 'low'])
})

test('a place is not lost when a waiting caller is stopped', async () => {
  const places = semaphore(1)
  const leave = await places.enter(signal)
  const stopping = new AbortController()
  const stopped = expect(places.enter(stopping.signal)).rejects.toMatchObject({ code: 'ABORTED' })
  const next = places.enter(signal)
  stopping.abort()
  await stopped
  leave()
  leave()
  const leaveNext = await next
  let third = false
  void places.enter(signal).then(() => (third = true))
  await settled()
  expect(third).toBe(false)
  leaveNext()
  await settled()
  expect(third).toBe(true)
})
