import { describe, expect, test } from 'vitest'
import { LocalWorkStore } from '../../../src/coordination/local-work-store.ts'
import type { WorkEvent } from '../../../src/coordination/work-events.ts'
import { NO_COUNTS, type SliceRef } from '../../../src/coordination/work-store.ts'

const slice = (firstChunk: number): SliceRef => ({
  index: 'logs',
  shard: 0,
  segment: '_0',
  firstChunk,
  endChunk: firstChunk + 1,
  bytes: 10,
})

function store(events: WorkEvent[] = []): { store: LocalWorkStore; events: WorkEvent[] } {
  const kept = [...events]
  return {
    events: kept,
    store: new LocalWorkStore('load', events, async (event) => {
      kept.push(event)
    }),
  }
}

async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('the local work store', () => {
  test('hands out each item once, in order', async () => {
    const { store: work } = store()
    await work.plan([slice(0), slice(1)])
    await work.plan([slice(0), slice(1)])
    expect((await work.claim('a'))?.id).toBe('logs/0/_0/0')
    expect((await work.claim('b'))?.id).toBe('logs/0/_0/1')
    expect(await work.claim('c')).toBeUndefined()
  })

  test('a store built again from the events goes on from the acknowledged position', async () => {
    const first = store()
    await first.store.plan([slice(0), slice(1)])
    const item = (await first.store.claim('a'))!
    const counts = { ...NO_COUNTS, read: 5, acknowledged: 5 }
    await first.store.advance(item.id, 'a', { doc: 5, checksum: 99 }, counts)
    const again = store(first.events)
    expect(await again.store.claim('b')).toMatchObject({ id: item.id, position: { doc: 5, checksum: 99 }, counts })
  })

  test('what the rebuilt sources of an item are worth is in the events', async () => {
    const { store: work, events } = store()
    await work.plan([slice(0)])
    const item = (await work.claim('a'))!
    const field = { field: 'tag', level: 'approximated', reasons: ['repeated values once'] } as const
    const rebuilt = { rebuilt: 3, recovered: 0, fields: [field] }
    const counts = { ...NO_COUNTS, read: 3, acknowledged: 3 }
    await work.finish(item.id, 'a', { kind: 'done', checksum: 1, counts, rebuilt })
    for (const known of [work, store(events).store]) {
      expect(await allOf(known.items())).toMatchObject([{ state: 'done', rebuilt }])
    }
  })

  test('a released item is the next one to be claimed', async () => {
    const { store: work } = store()
    await work.plan([slice(0), slice(1)])
    const item = (await work.claim('a'))!
    await work.finish(item.id, 'a', { kind: 'released' })
    expect((await work.claim('b'))?.id).toBe(item.id)
  })
})
