import { expect, test } from 'vitest'
import { Failure } from '../../../src/core/failure.ts'
import { IndexWorkStore } from '../../../src/coordination/index-work-store.ts'
import { LocalWorkStore } from '../../../src/coordination/local-work-store.ts'
import { RenewedWork } from '../../../src/coordination/renewed-work.ts'
import { NO_COUNTS, type WorkStore } from '../../../src/coordination/work-store.ts'
import { VirtualClock } from '../blob/virtual-clock.ts'
import { allItems, sharedWorkConformance, slice, workStoreConformance } from './conformance.ts'
import { MemoryWorkIndex } from './memory-work-index.ts'
import { seededWorld } from './seeded-world.ts'

const calm = new AbortController().signal

workStoreConformance('the local work store', () => {
  const store = new LocalWorkStore('load', [], () => Promise.resolve())
  return Promise.resolve({ process: () => store, pass: () => Promise.resolve() })
})

sharedWorkConformance('the work store on an index', () => {
  const clock = new VirtualClock({ hurried: true })
  const index = new MemoryWorkIndex(clock)
  const stores = new Map<string, WorkStore>()
  return Promise.resolve({
    process: (name) => {
      const store = stores.get(name) ?? indexStore(index, clock, name)
      stores.set(name, store)
      return store
    },
    pass: (ms) => clock.sleep(ms, calm),
  })
})

function indexStore(index: MemoryWorkIndex, clock: VirtualClock, process: string): IndexWorkStore {
  return new IndexWorkStore(index, { clock, random: seededWorld(process), signal: calm }, { step: 'load', process })
}

async function oneItem(clock = new VirtualClock({ hurried: true })) {
  const index = new MemoryWorkIndex(clock)
  const store = indexStore(index, clock, 'p')
  await store.plan([slice(0)])
  await index.refresh()
  return { clock, index, store }
}

const away = new Failure('CLUSTER_UNREACHABLE', 'no answer', { op: 'send', subject: 'x', retryable: true })

test('an error while asking is an error, never "no work left"', async () => {
  const { index, store } = await oneItem()
  index.search = () => Promise.reject(away)
  await expect(store.claim('w')).rejects.toBe(away)
  index.totals = () => Promise.reject(away)
  await expect(store.totals()).rejects.toBe(away)
  index.page = () => Promise.reject(away)
  await expect(allItems(store)).rejects.toBe(away)
})

test('a sum that says that nothing is left is never older than what was written', async () => {
  const { index, store } = await oneItem()
  const other = indexStore(index, new VirtualClock(), 'other')
  const { id } = (await store.claim('w'))!
  await index.refresh()
  await store.finish(id, 'w', { kind: 'done', checksum: 1, counts: NO_COUNTS })
  await index.refresh()
  await other.plan([slice(1)])
  expect((await other.totals()).items).toEqual({ pending: 1, leased: 0, done: 1, failed: 0 })
})

test('a write whose answer was lost counts, whether it was repeated or not', async () => {
  const { index, store } = await oneItem()
  const put = index.put.bind(index)
  // The client repeats the request, and the repetition meets what the first one wrote.
  index.put = async (document, guard) => {
    await put(document, guard)
    return 'conflict'
  }
  const { id } = (await store.claim('w'))!
  await store.advance(id, 'w', { doc: 1, checksum: 1 }, NO_COUNTS)
  // The client gives up, but the server has written.
  index.put = async (document, guard) => {
    await put(document, guard)
    throw away
  }
  await expect(store.advance(id, 'w', { doc: 2, checksum: 2 }, NO_COUNTS)).rejects.toBe(away)
  index.put = put
  await store.advance(id, 'w', { doc: 3, checksum: 3 }, NO_COUNTS)
  await store.finish(id, 'w', { kind: 'released' })
  expect(await allItems(store)).toMatchObject([{ state: 'pending', position: { doc: 3, checksum: 3 } }])
})

test('items that were given up get another chance when the run is planned again', async () => {
  const { index, store, clock } = await oneItem()
  for (let failure = 0; failure < 5; failure++) {
    await index.refresh()
    await store.finish((await store.claim('w'))!.id, 'w', { kind: 'failed', reason: 'no' })
  }
  const again = indexStore(index, clock, 'again')
  await again.reopen()
  await index.refresh()
  expect(await again.claim('w')).toMatchObject({ failures: 0 })
})

test('leases are renewed in the background, with the last position and not with every one', async () => {
  const clock = new VirtualClock()
  const { index, store } = await oneItem(clock)
  const work = new RenewedWork(store, clock, seededWorld('r'))
  const { id } = (await work.claim('w'))!
  const writes: (number | undefined)[] = []
  index.onWrite = (_before, { position }) => writes.push(position?.doc)
  await clock.advance(5000)
  for (let doc = 1; doc <= 100; doc++) {
    await work.advance(id, 'w', { doc, checksum: doc }, NO_COUNTS)
    await clock.advance(100)
  }
  expect(writes.length).toBeGreaterThanOrEqual(3)
  expect(writes.length).toBeLessThanOrEqual(5)
  expect(writes[0]).toBeUndefined()
  await work.advance(id, 'w', { doc: 101, checksum: 0 }, NO_COUNTS)
  await work.finish(id, 'w', { kind: 'released' })
  expect(writes.at(-1)).toBe(101)
  const before = writes.length
  await clock.advance(60_000)
  expect(writes).toHaveLength(before)
})

test('without renewals an item goes no further, and goes on when they get through again', async () => {
  const clock = new VirtualClock()
  const { index, store } = await oneItem(clock)
  const work = new RenewedWork(store, clock, seededWorld('r'))
  const { id } = (await work.claim('w'))!
  const put = index.put.bind(index)
  index.put = () => Promise.reject(away)
  await clock.advance(20_000)
  await work.advance(id, 'w', { doc: 1, checksum: 1 }, NO_COUNTS)
  await clock.advance(6000)
  await expect(work.advance(id, 'w', { doc: 2, checksum: 2 }, NO_COUNTS)).rejects.toBe(away)
  index.put = put
  await clock.advance(5000)
  await work.advance(id, 'w', { doc: 3, checksum: 3 }, NO_COUNTS)
})

test('a holder learns from its next call that its item was taken over', async () => {
  const clock = new VirtualClock()
  const { index, store } = await oneItem(clock)
  const work = new RenewedWork(store, clock, seededWorld('r'))
  const { id } = (await work.claim('w'))!
  const { document, guard } = (await index.get('load', id))!
  await index.put({ ...document, owner: 'other/w' }, guard)
  await clock.advance(5000)
  const lost = { code: 'LEASE_LOST' }
  await expect(work.advance(id, 'w', { doc: 1, checksum: 1 }, NO_COUNTS)).rejects.toMatchObject(lost)
  await expect(work.finish(id, 'w', { kind: 'released' })).rejects.toMatchObject(lost)
})
