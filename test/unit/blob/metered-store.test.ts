import { expect, test } from 'vitest'
import { meteredStore, newBlobMeter } from '../../../src/blob/metered-store.ts'
import { retryStore } from '../../../src/blob/retry-store.ts'
import { faultyStore } from './faulty-store.ts'
import { memoryStore } from './memory-store.ts'
import { VirtualClock } from './virtual-clock.ts'

const { signal } = new AbortController()
const blobs = new Map([['a', new Uint8Array(200_000)]])

test('calls, bytes and failures are counted by kind', async () => {
  const meter = newBlobMeter()
  const store = meteredStore(memoryStore(blobs), meter)
  await store.size('a', signal)
  await store.read('a', { start: 0, end: 10 }, signal)
  await store.read('a', { start: 5, end: 10 }, signal)
  for await (const chunk of store.stream('a', { start: 1 }, signal)) expect(chunk.length).toBeGreaterThan(0)
  for await (const { key } of store.list('', { delimiter: false }, signal)) expect(key).toBe('a')
  await expect(store.read('b', { start: 0 }, signal)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  expect(meter).toEqual({
    list: { calls: 1, failures: 0, bytes: 0 },
    size: { calls: 1, failures: 0, bytes: 0 },
    read: { calls: 3, failures: 1, bytes: 15 },
    stream: { calls: 1, failures: 0, bytes: 199_999 },
  })
})

test('under the retry wrapper every attempt counts', async () => {
  const meter = newBlobMeter()
  const faulty = faultyStore(memoryStore(blobs), ({ nth }) => (nth < 3 ? { kind: 'cut', after: 100 } : undefined))
  const store = retryStore(meteredStore(faulty, meter), { clock: new VirtualClock({ hurried: true }) })
  for await (const chunk of store.stream('a', { start: 0 }, signal)) expect(chunk.length).toBeGreaterThan(0)
  expect(meter.stream).toEqual({ calls: 3, failures: 2, bytes: 200_000 })
})
