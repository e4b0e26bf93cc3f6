import { expect, test } from 'vitest'
import type { WorkEvent } from '../../../src/coordination/work-events.ts'
import { NO_COUNTS, type SliceRef } from '../../../src/coordination/work-store.ts'
import type { RunEvent } from '../../../src/engine/run/run-events.ts'
import { loadByIndex } from '../../../src/engine/run/load-by-index.ts'
import { foldEvents } from '../../../src/engine/run/run-state.ts'
import { runToView } from '../../../src/engine/run/run-to-view.ts'
import { withLoads } from '../../../src/engine/run/with-loads.ts'
import { loadPlan } from './load-world.ts'

const step = 'm1g1/restore-documents'
const slice = (index: string, shard: number, firstChunk: number): SliceRef => ({
  index,
  shard,
  segment: '_0',
  firstChunk,
  endChunk: firstChunk + 1,
  bytes: 100,
})
const counts = (read: number, rejected = 0) => ({ ...NO_COUNTS, read, acknowledged: read - rejected, rejected })

const WORK: readonly WorkEvent[] = [
  { type: 'work-planned', step, slices: [slice('orders', 1, 0), slice('orders', 1, 1)] },
  { type: 'work-planned', step, slices: [slice('orders', 0, 0), slice('empty', 0, 0)] },
  { type: 'work-advanced', step, item: 'orders/1/_0/0', position: { doc: 3, checksum: 1 }, counts: counts(3) },
  { type: 'work-advanced', step, item: 'orders/1/_0/0', position: { doc: 5, checksum: 1 }, counts: counts(5, 1) },
  { type: 'work-failed', step, item: 'orders/1/_0/1', reason: 'gone' },
  { type: 'work-done', step, item: 'orders/0/_0/0', checksum: 1, counts: counts(7) },
]
const ORDERS = {
  index: 'orders',
  documents: { done: 12, total: 20 },
  bytes: { done: 100, total: 300 },
  rejected: 1,
  shards: [
    {
      shard: 0,
      documents: { done: 7 },
      bytes: { done: 100, total: 100 },
      slices: { done: 1, total: 1 },
      rejected: 0,
    },
    { shard: 1, documents: { done: 5 }, bytes: { done: 0, total: 200 }, slices: { done: 0, total: 2 }, rejected: 1 },
  ],
}
const REGISTERED = { snapshot: 's', indices: { orders: { documents: 20, bytes: 300, shards: 2, missingShards: [] } } }

test('a load is counted by index and shard, each item once, with its last position', () => {
  const [orders, empty] = loadByIndex(WORK, REGISTERED)
  expect(orders).toEqual(ORDERS)
  expect(empty).toMatchObject({ index: 'empty', documents: { done: 0 }, bytes: { done: 0, total: 100 } })
  expect(empty!.documents).not.toHaveProperty('total')
  expect(loadByIndex([], REGISTERED)).toEqual([])
})

test('a view has the indices of a load until it has ended', () => {
  const plan = loadPlan('http://target', ['orders', 'empty'])
  const events: RunEvent[] = [
    { at: 1, type: 'submitted', name: 'migration-1', configDigest: 'd' },
    {
      at: 2,
      type: 'step-ended',
      step: 'm1/register-snapshot',
      output: { result: 'done', summary: '', data: REGISTERED },
    },
    { at: 3, type: 'step-started', step, attempt: 1 },
    ...WORK.map((event): RunEvent => ({ at: 4, ...event })),
  ]
  const loadOf = (all: readonly RunEvent[]) => {
    const state = foldEvents(all)
    const view = withLoads(runToView(plan, state, true, 5, 'local'), plan, state, all)
    return view.steps.find(({ id }) => id === step)!
  }
  expect(loadOf(events).indices).toMatchObject([ORDERS, { index: 'empty' }])
  const ended: RunEvent = { at: 5, type: 'step-ended', step, output: { result: 'done', summary: '' } }
  expect(loadOf([...events, ended])).not.toHaveProperty('indices')
})

test('a run with differences names the indices', () => {
  const plan = { ...loadPlan('http://target', ['a']) }
  const verify = {
    id: 'm1g1/verify',
    kind: 'verify',
    title: 'Verify',
    dependsOn: [],
    migration: 'm1',
    group: 'm1g1',
  } as const
  const differences = Array.from({ length: 24 }, (_, n) => ({ index: `i-${n >> 1}`, what: 'less' }))
  const data = { accounts: [], differences }
  const state = foldEvents([
    { at: 1, type: 'submitted', name: 'migration-1', configDigest: 'd' },
    { at: 2, type: 'runner-started', pid: 1, host: 'h' },
    { at: 3, type: 'step-ended', step: verify.id, output: { result: 'differences', summary: 'less', data } },
    { at: 4, type: 'runner-ended', outcome: 'finished' },
  ])
  const view = runToView({ ...plan, steps: [verify] }, state, false, 5, 'local')
  expect(view.phase).toBe('Differences')
  expect(view.message).toBe(
    'Differences in i-0, i-1, i-2, i-3, i-4, i-5, i-6, i-7, i-8, i-9 and 2 more. Each is in: workflow report migration-1',
  )
})
