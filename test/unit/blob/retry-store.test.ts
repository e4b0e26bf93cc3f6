import { expect, test } from 'vitest'
import type { BlobStore } from '../../../src/blob/blob-store.ts'
import { retryStore } from '../../../src/blob/retry-store.ts'
import type { RetryOptions } from '../../../src/blob/retry-store.ts'
import { Failure } from '../../../src/core/failure.ts'
import { pattern } from './conformance.ts'
import { broken, faultyStore } from './faulty-store.ts'
import type { CallSeen, Fault } from './faulty-store.ts'
import { memoryStore } from './memory-store.ts'
import { settled, VirtualClock } from './virtual-clock.ts'

const { signal } = new AbortController()
const bytes = pattern(500_000, 1)
const blobs = new Map([
  ['a', bytes],
  ['b', pattern(5, 2)],
  ['c', pattern(6, 3)],
])
const denied = new Failure('STORE_DENIED', 'no', { op: 'read', subject: 'a' })

function harmed(plan: (seen: CallSeen) => Fault | undefined, options: RetryOptions = {}) {
  const clock = new VirtualClock({ hurried: true })
  const calls: CallSeen[] = []
  const faulty = faultyStore(memoryStore(blobs), (seen) => {
    calls.push(seen)
    return plan(seen)
  })
  const random = { next: () => 0.5, hex: () => '' }
  return { store: retryStore(faulty, { clock, random, ...options }), clock, calls }
}

async function streamed(store: BlobStore, start = 0, end?: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  const range = { start, ...(end !== undefined && { end }) }
  for await (const chunk of store.stream('a', range, signal)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('a retryable failure is repeated until the call succeeds', async () => {
  const { store, calls } = harmed(({ nth }) => (nth < 4 ? { kind: 'fail', failure: broken('a') } : undefined))
  expect(await store.read('a', { start: 10, end: 20 }, signal)).toEqual(bytes.slice(10, 20))
  expect(calls).toHaveLength(4)
})

test('memory is used by the first attempt only: one that was given up may still write to it', async () => {
  const memory = new Uint8Array(100)
  const { store } = harmed(({ nth }) => (nth === 2 ? { kind: 'fail', failure: broken('a') } : undefined))
  const first = await store.read('a', { start: 0, end: 50 }, signal, memory)
  const second = await store.read('a', { start: 10, end: 90 }, signal, memory)
  expect(first.buffer).toBe(memory.buffer)
  expect(second.buffer).not.toBe(memory.buffer)
  expect(second).toEqual(bytes.slice(10, 90))
})

test('pauses are a random part of a bound that doubles up to its own bound', async () => {
  const { store, clock } = harmed(({ nth }) => (nth < 7 ? { kind: 'fail', failure: broken('a') } : undefined), {
    firstPauseMs: 100,
    maxPauseMs: 1000,
  })
  expect(await store.size('a', signal)).toBe(bytes.length)
  expect(clock.sleeps).toEqual([50, 100, 200, 400, 500, 500])
})

test('a failure that is not retryable is thrown at once', async () => {
  const { store, calls, clock } = harmed(() => ({ kind: 'fail', failure: denied }))
  await expect(store.read('a', { start: 0 }, signal)).rejects.toBe(denied)
  await expect(store.size('a', signal)).rejects.toBe(denied)
  await expect(streamed(store)).rejects.toBe(denied)
  expect(calls).toHaveLength(3)
  expect(clock.sleeps).toEqual([])
})

test('after the last attempt the failure tells how many there were', async () => {
  const { store, calls } = harmed(() => ({ kind: 'fail', failure: broken('a') }), { maxAttempts: 3 })
  const reading = store.read('a', { start: 0 }, signal)
  await expect(reading).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
    retryable: true,
    detail: 'connection reset (3 attempts in 150ms)',
  })
  expect(calls).toHaveLength(3)
})

test('no attempt starts after the total time', async () => {
  const { store, clock } = harmed(() => ({ kind: 'fail', failure: broken('a') }), {
    maxAttempts: 1000,
    maxTotalMs: 60_000,
  })
  await expect(store.size('a', signal)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  expect(clock.now()).toBeLessThanOrEqual(60_000)
  expect(clock.now()).toBeGreaterThan(40_000)
})

test('the signal ends a pause at once', async () => {
  const stopping = new AbortController()
  const faulty = faultyStore(memoryStore(blobs), () => ({ kind: 'fail', failure: broken('a') }))
  const reading = retryStore(faulty, { clock: new VirtualClock() }).read('a', { start: 0 }, stopping.signal)
  const outcome = expect(reading).rejects.toMatchObject({ code: 'ABORTED' })
  await settled()
  stopping.abort()
  await outcome
})

test('a stream that breaks goes on at the byte it had reached', async () => {
  const { store, calls } = harmed(({ nth }) => (nth <= 5 ? { kind: 'cut', after: 99_999 } : undefined))
  expect(Buffer.compare(await streamed(store, 3), bytes.subarray(3))).toBe(0)
  expect(calls.map(({ call }) => call)).toEqual(Array(6).fill('stream'))
})

test('a stream that breaks after its last byte gives no byte twice', async () => {
  const { store } = harmed(({ nth }) => (nth === 1 ? { kind: 'cut', after: 400_000 } : undefined))
  expect(Buffer.compare(await streamed(store, 100_000), bytes.subarray(100_000))).toBe(0)
  const bounded = harmed(({ nth }) => (nth === 1 ? { kind: 'cut', after: 1000 } : undefined))
  expect(Buffer.compare(await streamed(bounded.store, 0, 1000), bytes.subarray(0, 1000))).toBe(0)
})

test('progress of a stream sets attempts back, no progress uses them up', async () => {
  const slow = harmed(() => ({ kind: 'cut', after: 50_000 }), { maxAttempts: 2 })
  const outcome = streamed(slow.store)
  await expect(outcome).resolves.toHaveLength(bytes.length)
  expect(slow.calls.length).toBeGreaterThan(9)
  const stuck = harmed(() => ({ kind: 'cut', after: 0 }), { maxAttempts: 4 })
  await expect(streamed(stuck.store)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' })
  expect(stuck.calls).toHaveLength(4)
})

test('a listing that breaks gives every entry once', async () => {
  const { store, calls } = harmed(({ nth }) => (nth <= 3 ? { kind: 'cut', after: nth - 1 } : undefined))
  const keys: string[] = []
  for await (const { key } of store.list('', { delimiter: false }, signal)) keys.push(key)
  expect(keys).toEqual(['a', 'b', 'c'])
  expect(calls).toHaveLength(4)
})

test('each pause is reported with its cause', async () => {
  const told: [string, number][] = []
  const { store } = harmed(({ nth }) => (nth < 3 ? { kind: 'fail', failure: broken('a') } : undefined), {
    onRetry: (failure, pauseMs) => told.push([failure.code, pauseMs]),
  })
  await store.size('a', signal)
  expect(told).toEqual([
    ['STORE_UNREACHABLE', 50],
    ['STORE_UNREACHABLE', 100],
  ])
})
