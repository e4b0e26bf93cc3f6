import { expect, test } from 'vitest'
import { NO_COUNTS, type WorkSummary } from '../../../../src/coordination/work-store.ts'
import { workerCount } from '../../../../src/engine/argo/worker-count.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

function left(items: number, bytes: number, done = 0): WorkSummary {
  return {
    items: { pending: items, leased: 0, done: done === 0 ? 0 : items, failed: 0 },
    counts: NO_COUNTS,
    bytes: { done, total: done + bytes },
  }
}

const BOUNDS = { parallelism: 100, wanted: undefined, later: 0 }

test('many slices with few bytes in them are loaded by one pod', () => {
  expect(workerCount(left(16, 2 * MIB), BOUNDS)).toBe(1)
  expect(workerCount(left(400, 128 * MIB), BOUNDS)).toBe(1)
})

test('every 128 MiB more are a pod more, up to the parallelism of the run', () => {
  expect(workerCount(left(3, 129 * MIB), BOUNDS)).toBe(2)
  expect(workerCount(left(160, 10 * GIB), BOUNDS)).toBe(80)
  expect(workerCount(left(16_000, 1000 * GIB), BOUNDS)).toBe(100)
})

test('what was loaded by an earlier attempt is worth no pod', () => {
  expect(workerCount(left(2, 100 * MIB, 10 * GIB), BOUNDS)).toBe(1)
  expect(workerCount(left(0, 0, 10 * GIB), BOUNDS)).toBe(1)
})

test('a large slice that cannot be shared is loaded by one pod', () => {
  expect(workerCount(left(1, 10 * GIB), BOUNDS)).toBe(1)
})

test('as many pods as the configuration wants are started when there is something for each of them', () => {
  expect(workerCount(left(16, MIB), { ...BOUNDS, wanted: 3 })).toBe(3)
  expect(workerCount(left(2, MIB), { ...BOUNDS, wanted: 3 })).toBe(2)
  expect(workerCount(left(16, MIB), { parallelism: 2, wanted: 3, later: 0 })).toBe(2)
})

test('pods are as many as the largest generation of data streams is worth, though it is not planned yet', () => {
  expect(workerCount(left(1, MIB), { ...BOUNDS, later: 10 * GIB })).toBe(80)
  expect(workerCount(left(0, 0), { ...BOUNDS, later: MIB })).toBe(1)
})
