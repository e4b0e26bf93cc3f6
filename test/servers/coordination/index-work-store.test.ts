import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBulkLoader } from '../../../src/cluster/bulk-loader.ts'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { AdaptiveLimit } from '../../../src/cluster/concurrency.ts'
import { getIndex, indexExists } from '../../../src/cluster/indices.ts'
import { ClusterWorkIndex, removeWorkIndex, workIndexName } from '../../../src/coordination/cluster-work-index.ts'
import { IndexWorkStore } from '../../../src/coordination/index-work-store.ts'
import { NO_COUNTS, type SliceRef } from '../../../src/coordination/work-store.ts'
import { systemClock, type Clock } from '../../../src/core/clock.ts'
import { systemRandom } from '../../../src/core/random.ts'
import { connectOne } from '../../../src/steps/clusters.ts'
import { allItems, sharedWorkConformance, slice, type WorkWorld } from '../../unit/coordination/conformance.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { calm } from '../cluster/connect.ts'

/** The clock of this machine, which can be put forward. */
class MovedClock implements Clock {
  #ahead = 0
  now = (): number => systemClock.now()
  monotonic = (): number => systemClock.monotonic() + this.#ahead
  sleep = (ms: number, signal: AbortSignal): Promise<void> => systemClock.sleep(ms, signal)
  putForward(ms: number): void {
    this.#ahead += ms
  }
}

describe.each(['2.19.4', '3.8.0'])('OpenSearch %s', (version) => {
  let server: ServerHandle
  let cluster: Cluster
  let runs = 0

  beforeAll(async () => {
    server = await bootServer({ distribution: 'opensearch', version })
    const planned = { endpoint: server.url, auth: { kind: 'none' }, tls: { verify: true } } as const
    cluster = await connectOne(planned, () => Promise.reject(new Error()), systemClock, systemRandom, calm)
  })
  afterAll(async () => {
    await cluster.http.close()
    await server.stop()
  })

  function openIndex(run: string): ClusterWorkIndex {
    const loader = openBulkLoader(cluster, new AdaptiveLimit({ max: 1 }, systemClock), {}, systemClock, systemRandom)
    return new ClusterWorkIndex(cluster, loader, run, calm)
  }

  async function newStore(run: string): Promise<{ index: ClusterWorkIndex; store: IndexWorkStore }> {
    const index = openIndex(run)
    await index.open()
    const world = { clock: systemClock, random: systemRandom, signal: calm }
    return { index, store: new IndexWorkStore(index, world, { step: 'load', process: 'p' }) }
  }

  sharedWorkConformance('the work store on an index', async (): Promise<WorkWorld> => {
    const index = openIndex(`conformance-${++runs}`)
    await index.open()
    const clock = new MovedClock()
    const stores = new Map<string, IndexWorkStore>()
    return {
      process: (name) => {
        const world = { clock, random: systemRandom, signal: calm }
        const store = stores.get(name) ?? new IndexWorkStore(index, world, { step: 'load', process: name })
        stores.set(name, store)
        return store
      },
      pass: async (ms) => {
        clock.putForward(ms)
        await index.refresh()
      },
    }
  })

  test('the index is hidden, has one shard and takes nothing that it does not know; opened twice it is the same', async () => {
    const { index } = await newStore('shape')
    await index.open()
    const found = (await getIndex(cluster, workIndexName('shape'), calm))!
    const settings = found.settings['index'] as Record<string, unknown>
    expect(settings).toMatchObject({ hidden: 'true', number_of_shards: '1', auto_expand_replicas: '0-1' })
    expect(found.mappings['dynamic']).toBe('strict')
    const stray = Buffer.from('{"unknown":1}')
    const path = `/${workIndexName('shape')}/_doc/1`
    const answer = await cluster.http.request(
      { method: 'PUT', path, body: stray, deadlineMs: 60_000, idempotent: true },
      calm,
    )
    expect(answer.status).toBe(400)
  })

  test('steps of a run share the index and nothing else', async () => {
    const { index, store } = await newStore('steps')
    const world = { clock: systemClock, random: systemRandom, signal: calm }
    const other = new IndexWorkStore(index, world, { step: 'other', process: 'p' })
    await store.plan([slice(0)])
    await other.plan([slice(0), slice(1)])
    expect(await allItems(store)).toHaveLength(1)
    expect(await allItems(other)).toHaveLength(2)
    await store.claim('w')
    await index.refresh()
    expect((await other.totals()).items).toMatchObject({ pending: 2, leased: 0 })
  })

  test('keeps and pages through thousands of items, long names, many numbers and sums beyond 32 bits', async () => {
    const { store } = await newStore('many')
    const long = 'x'.repeat(250)
    const slices = Array.from({ length: 5000 }, (_, n) =>
      slice(n, { index: n % 2 === 0 ? long : 'short', segment: `_${n % 7}`, bytes: 2 ** 40 }),
    )
    const last: SliceRef = slice(2 ** 31, { duplicates: Array.from({ length: 3000 }, (_, n) => n) })
    await store.plan([...slices, last])
    await store.plan(slices)
    const items = await allItems(store)
    expect(items).toHaveLength(5001)
    expect(new Set(items.map(({ id }) => id)).size).toBe(5001)
    expect(items.find(({ slice: of }) => of.firstChunk === 2 ** 31)?.slice).toEqual(last)
    expect((await store.totals()).bytes.total).toBe(5000 * 2 ** 40 + 10)
  })

  test('after the index is removed nothing brings it back, and every call is an error', async () => {
    const { store } = await newStore('removed')
    await store.plan([slice(0)])
    await allItems(store)
    const { id } = (await store.claim('w'))!
    expect(await removeWorkIndex(cluster, 'removed', calm)).toBe(true)
    const gone = { code: 'STATE_CORRUPT' }
    await expect(store.advance(id, 'w', { doc: 1, checksum: 1 }, NO_COUNTS)).rejects.toMatchObject(gone)
    await expect(store.claim('w')).rejects.toMatchObject(gone)
    await expect(store.totals()).rejects.toMatchObject(gone)
    expect(await indexExists(cluster, workIndexName('removed'), calm)).toBe(false)
    expect(await removeWorkIndex(cluster, 'removed', calm)).toBe(false)
  })

  test('a target that does not answer is an error, never "no work left"', async () => {
    const { store } = await newStore('closed')
    await store.plan([slice(0)])
    const path = `/${workIndexName('closed')}/_close`
    await cluster.http.request({ method: 'POST', path, deadlineMs: 60_000, idempotent: true }, calm)
    await expect(store.claim('w')).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' })
    await expect(store.totals()).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' })
  })
})
