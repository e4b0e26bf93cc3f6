import { describe, expect, test } from 'vitest'
import { ABANDONED_AFTER_MS } from '../../../src/coordination/lease-watch.ts'
import { MAX_FAILURES } from '../../../src/coordination/work-item.ts'
import { NO_COUNTS, type SliceRef, type WorkItem, type WorkStore } from '../../../src/coordination/work-store.ts'

/** Items of one step, and processes that work on them. */
export interface WorkWorld {
  /** The store of a process; that of a store of one process is always the same. */
  process(name: string): WorkStore
  /** Lets time pass, at least until all that was written is seen by everybody. */
  pass(ms: number): Promise<void>
}

/** A slice of an index; those of one number follow each other in a segment. */
export function slice(firstChunk: number, more: Partial<SliceRef> = {}): SliceRef {
  return { index: 'logs', shard: 0, segment: '_0', firstChunk, endChunk: firstChunk + 1, bytes: 10, ...more }
}

/** All items of a store. */
export async function allItems(store: WorkStore): Promise<readonly WorkItem[]> {
  const items: WorkItem[] = []
  for await (const item of store.items()) items.push(item)
  return items
}

const SEEN_MS = 1500
const done = (documents: number) =>
  ({
    kind: 'done',
    checksum: documents,
    counts: { ...NO_COUNTS, read: documents, acknowledged: documents, bytes: 2 * documents },
  }) as const

/** What every work store does, whatever keeps its items. `open` makes a world without items. */
export function workStoreConformance(name: string, open: () => Promise<WorkWorld>): void {
  describe(name, () => {
    test('hands every item out once, however often it is planned', async () => {
      const world = await open()
      const store = world.process('a')
      const slices = [slice(0), slice(1), slice(0, { segment: '_1' }), slice(0, { shard: 1 })]
      await store.plan(slices.slice(0, 2))
      await store.plan(slices)
      await world.pass(SEEN_MS)
      const claimed = new Set<string>()
      for (let n = 0; n < slices.length; n++) claimed.add((await store.claim('a'))!.id)
      expect(claimed.size).toBe(4)
      await world.pass(SEEN_MS)
      expect(await store.claim('a')).toBeUndefined()
      expect((await store.totals()).items).toEqual({ pending: 0, leased: 4, done: 0, failed: 0 })
    })

    test('a released item goes on from its last position, and its failures are not lost', async () => {
      const world = await open()
      const store = world.process('a')
      await store.plan([slice(0)])
      await world.pass(SEEN_MS)
      const item = (await store.claim('a'))!
      const counts = { ...NO_COUNTS, read: 5, acknowledged: 4, rejected: 1 }
      await store.advance(item.id, 'a', { doc: 3, checksum: 7 }, NO_COUNTS)
      await store.advance(item.id, 'a', { doc: 5, checksum: 99 }, counts)
      await store.finish(item.id, 'a', { kind: 'failed', reason: 'the target was away' })
      await world.pass(SEEN_MS)
      const again = (await store.claim('b'))!
      expect(again).toMatchObject({ id: item.id, position: { doc: 5, checksum: 99 }, counts, failures: 1 })
      await store.finish(item.id, 'b', { kind: 'released' })
      await world.pass(SEEN_MS)
      expect(await store.claim('c')).toMatchObject({ id: item.id, position: { doc: 5, checksum: 99 }, failures: 1 })
    })

    test('refuses whoever does not hold the item', async () => {
      const world = await open()
      const store = world.process('a')
      await store.plan([slice(0)])
      await world.pass(SEEN_MS)
      const { id } = (await store.claim('a'))!
      const refused = { code: 'LEASE_LOST' }
      await expect(store.advance(id, 'b', { doc: 1, checksum: 0 }, NO_COUNTS)).rejects.toMatchObject(refused)
      await expect(store.finish(id, 'b', done(1))).rejects.toMatchObject(refused)
      await store.finish(id, 'a', done(1))
      await expect(store.finish(id, 'a', done(1))).rejects.toMatchObject(refused)
    })

    test('never calls an item done whose documents are not all accounted for', async () => {
      const world = await open()
      const store = world.process('a')
      await store.plan([slice(0)])
      await world.pass(SEEN_MS)
      const { id } = (await store.claim('a'))!
      const counts = { ...NO_COUNTS, read: 3, acknowledged: 2 }
      const finish = store.finish(id, 'a', { kind: 'done', checksum: 1, counts })
      await expect(finish).rejects.toThrow(/3 documents read, 2 accounted/)
      await world.pass(SEEN_MS)
      expect((await store.totals()).items.done).toBe(0)
    })

    test('gives up on an item that has failed too often', async () => {
      const world = await open()
      const store = world.process('a')
      await store.plan([slice(0)])
      for (let failure = 0; failure < MAX_FAILURES; failure++) {
        await world.pass(SEEN_MS)
        const item = (await store.claim('a'))!
        await store.finish(item.id, 'a', { kind: 'failed', reason: 'refused' })
      }
      await world.pass(SEEN_MS)
      expect(await store.claim('a')).toBeUndefined()
      expect((await store.totals()).items).toEqual({ pending: 0, leased: 0, done: 0, failed: 1 })
    })

    test('gives all items and their sums, with everything that was recorded of them', async () => {
      const world = await open()
      const store = world.process('a')
      const slices = [slice(0, { duplicates: [3, 5] }), slice(1), slice(2)]
      await store.plan(slices)
      await world.pass(SEEN_MS)
      const [one, two] = [(await store.claim('a'))!, (await store.claim('b'))!]
      const field = { field: 'tag', level: 'approximated', reasons: ['repeated values once'] } as const
      const rebuilt = { rebuilt: 3, recovered: 0, fields: [field] }
      await store.finish(one.id, 'a', { ...done(3), rebuilt })
      const part = { ...NO_COUNTS, read: 2, skipped: 1, sourceless: 1 }
      await store.advance(two.id, 'b', { doc: 2, checksum: 1 }, part)
      await store.finish(two.id, 'b', { kind: 'released' })
      const items = await allItems(store)
      expect(new Map(items.map(({ slice: of }) => [of.firstChunk, of]))).toEqual(
        new Map(slices.map((of) => [of.firstChunk, of])),
      )
      expect(items.find(({ id }) => id === one.id)).toMatchObject({ state: 'done', checksum: 3, rebuilt })
      expect(items.find(({ id }) => id === two.id)).toMatchObject({ state: 'pending', counts: part })
      await world.pass(SEEN_MS)
      expect(await store.totals()).toEqual({
        items: { pending: 2, leased: 0, done: 1, failed: 0 },
        counts: { read: 5, acknowledged: 3, rejected: 0, skipped: 1, sourceless: 1, bytes: 6 },
        bytes: { done: 10, total: 30 },
      })
    })
  })
}

/** What a store does whose items many processes share. */
export function sharedWorkConformance(name: string, open: () => Promise<WorkWorld>): void {
  workStoreConformance(name, open)

  describe(`${name}, shared by several processes`, () => {
    test('processes that claim at once never get the same item, and none is left over', async () => {
      const world = await open()
      const slices = Array.from({ length: 60 }, (_, n) => slice(n))
      await world.process('planner').plan(slices)
      await world.pass(SEEN_MS)
      const finished: string[] = []
      const work = async (process: string): Promise<void> => {
        const store = world.process(process)
        for (;;) {
          const item = await store.claim('w')
          if (item !== undefined) {
            await store.finish(item.id, 'w', done(1))
            finished.push(item.id)
          } else {
            const { pending, leased } = (await store.totals()).items
            if (pending + leased === 0) return
          }
        }
      }
      await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(work))
      expect(finished).toHaveLength(60)
      expect(new Set(finished).size).toBe(60)
      const { items, counts } = await world.process('a').totals()
      expect(items.done).toBe(60)
      expect(counts.acknowledged).toBe(60)
    })

    test('an item whose holder is silent is taken over with its position, and never before', async () => {
      const world = await open()
      const [dead, heir] = [world.process('dead'), world.process('heir')]
      await dead.plan([slice(0)])
      await world.pass(SEEN_MS)
      const item = (await dead.claim('w'))!
      const counts = { ...NO_COUNTS, read: 7, acknowledged: 7 }
      await dead.advance(item.id, 'w', { doc: 7, checksum: 1 }, counts)
      await world.pass(SEEN_MS)
      expect(await heir.claim('w')).toBeUndefined()
      await world.pass(ABANDONED_AFTER_MS - 2 * SEEN_MS)
      expect(await heir.claim('w')).toBeUndefined()
      await world.pass(2 * SEEN_MS)
      expect(await heir.claim('w')).toMatchObject({
        id: item.id,
        position: { doc: 7, checksum: 1 },
        counts,
        failures: 0,
      })
      const lost = { code: 'LEASE_LOST' }
      await expect(dead.advance(item.id, 'w', { doc: 9, checksum: 2 }, counts)).rejects.toMatchObject(lost)
      await expect(dead.finish(item.id, 'w', done(9))).rejects.toMatchObject(lost)
      await heir.finish(item.id, 'w', done(7))
      expect((await allItems(heir)).map(({ state, checksum }) => ({ state, checksum }))).toEqual([
        { state: 'done', checksum: 7 },
      ])
    })

    test('a holder that writes keeps its item for as long as it likes', async () => {
      const world = await open()
      const [holder, other] = [world.process('holder'), world.process('other')]
      await holder.plan([slice(0)])
      await world.pass(SEEN_MS)
      const { id } = (await holder.claim('w'))!
      for (let doc = 1; doc <= 4; doc++) {
        expect(await other.claim('w')).toBeUndefined()
        await holder.advance(id, 'w', { doc, checksum: 0 }, NO_COUNTS)
        await world.pass(ABANDONED_AFTER_MS / 2)
      }
      expect(await other.claim('w')).toBeUndefined()
      await holder.finish(id, 'w', done(1))
    })

    test('an item that takes its workers down with it is given up in the end', async () => {
      const world = await open()
      await world.process('planner').plan([slice(0)])
      await world.pass(SEEN_MS)
      expect(await world.process('victim 0').claim('w')).toBeDefined()
      for (let victim = 1; victim < MAX_FAILURES; victim++) {
        const watcher = world.process(`victim ${victim}`)
        await world.pass(SEEN_MS)
        expect(await watcher.claim('w')).toBeUndefined()
        await world.pass(ABANDONED_AFTER_MS)
        expect(await watcher.claim('w')).toMatchObject({ failures: victim })
      }
      await world.pass(SEEN_MS)
      const last = world.process('last')
      expect(await last.claim('w')).toBeUndefined()
      await world.pass(ABANDONED_AFTER_MS)
      expect(await last.claim('w')).toBeUndefined()
      expect((await allItems(last)).map(({ state }) => state)).toEqual(['failed'])
    })
  })
}
