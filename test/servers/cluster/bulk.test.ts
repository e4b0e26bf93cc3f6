import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BulkBody, type BulkOp, type BulkTarget } from '../../../src/cluster/bulk-body.ts'
import { openBulkLoader, type BulkLoaderOptions } from '../../../src/cluster/bulk-loader.ts'
import type { BulkOutcome } from '../../../src/cluster/bulk-outcome.ts'
import { openCluster, type Cluster } from '../../../src/cluster/cluster.ts'
import { AdaptiveLimit } from '../../../src/cluster/concurrency.ts'
import { countDocuments, createIndex, deleteIndex, refresh, updateIndexSettings } from '../../../src/cluster/indices.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { systemRandom } from '../../../src/core/random.ts'
import type { HttpClient } from '../../../src/http/http-client.ts'
import { openHttp } from '../../../src/http/open-http.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest } from '../rest.ts'
import { calm, httpOptions } from './connect.ts'

interface Found {
  readonly found: boolean
  readonly _routing?: string
  readonly _source?: unknown
}

for (const version of ['2.19.4', '1.3.14']) {
  describe(`bulk loading into OpenSearch ${version}`, () => {
    let server: ServerHandle
    let http: HttpClient
    let cluster: Cluster

    beforeAll(async () => {
      const settings = { 'http.max_content_length': '200kb', 'action.auto_create_index': 'false' }
      server = await bootServer({ distribution: 'opensearch', version, settings })
      http = await openHttp(httpOptions(server), systemClock, systemRandom)
      cluster = await openCluster(http, calm)
    })
    afterAll(async () => {
      await http.close()
      await server.stop()
    })
    beforeEach(async () => {
      await deleteIndex(cluster, 'docs', calm)
      const mappings = { properties: { n: { type: 'integer' } } }
      const settings = { number_of_shards: 3, number_of_replicas: 0 }
      await createIndex(cluster, 'docs', { settings, mappings }, {}, calm)
    })

    async function load(
      documents: readonly (Omit<BulkTarget, 'index'> & { source: object; index?: string })[],
      options: BulkLoaderOptions & { op?: BulkOp } = {},
    ): Promise<BulkOutcome> {
      const body = new BulkBody({ maxBytes: 50_000_000, maxDocs: 100_000, op: options.op ?? 'index' })
      for (const { source, ...target } of documents) {
        const bytes = Buffer.from(JSON.stringify(source))
        body.add({ index: 'docs', ...target }, bytes, 0, bytes.length)
      }
      const limit = new AdaptiveLimit({ max: 4 }, systemClock)
      return openBulkLoader(cluster, limit, options, systemClock, systemRandom).load(body, calm)
    }

    async function count(): Promise<number> {
      await refresh(cluster, 'docs', calm)
      return countDocuments(cluster, 'docs', calm)
    }

    async function get(id: string, routing?: string): Promise<Found> {
      const query = routing === undefined ? '' : `?routing=${encodeURIComponent(routing)}`
      return (await rest(server).get(`/docs/_doc/${encodeURIComponent(id)}${query}`)) as unknown as Found
    }

    test('counts what it created and, sent again, what it updated', async () => {
      const documents = Array.from({ length: 1000 }, (_, n) => ({ id: `${n}`, source: { n } }))
      expect(await load(documents)).toMatchObject({ documents: 1000, created: 1000, updated: 0, rejects: [] })
      expect(await load(documents)).toMatchObject({ created: 0, updated: 1000 })
      expect(await count()).toBe(1000)
    })

    test('rejects exactly the documents that do not fit the mapping', async () => {
      const documents = Array.from({ length: 100 }, (_, n) => ({ id: `${n}`, source: { n: n % 10 === 3 ? 'x' : n } }))
      const outcome = await load(documents)
      expect(outcome.created).toBe(90)
      expect(outcome.rejects.map((reject) => reject.id)).toEqual(
        ['3', '13', '23', '33', '43', '53', '63', '73', '83', '93'], //
      )
      expect(outcome.rejects[0]).toMatchObject({
        index: 'docs',
        status: 400,
        class: 'mapping',
        errorType: 'mapper_parsing_exception',
      })
      expect(Buffer.from(outcome.rejects[0]!.source).toString()).toBe('{"n":"x"}')
      expect(await count()).toBe(90)
    })

    test('keeps routing, 512-byte ids and any characters in ids', async () => {
      const ids = ['a'.repeat(512), 'ü'.repeat(256), '日本"語\\', 'tab\tnew\nline', '👩‍👩‍👧', ' ', '..%2F?#']
      const documents = ids.map((id, n) => ({ id, routing: `röute "${n}"`, source: { n } }))
      expect(await load(documents)).toMatchObject({ created: ids.length, rejects: [] })
      for (const [n, id] of ids.entries()) {
        expect(await get(id, `röute "${n}"`)).toMatchObject({ found: true, _routing: `röute "${n}"`, _source: { n } })
      }
    })

    test('finds the one id that is too long among many', async () => {
      const documents = Array.from({ length: 40 }, (_, n) => ({
        id: n === 17 ? 'x'.repeat(513) : `${n}`,
        source: { n },
      }))
      const outcome = await load(documents)
      expect(outcome).toMatchObject({ created: 39, rejects: [{ id: 'x'.repeat(513), class: 'id', status: 400 }] })
      expect(await count()).toBe(39)
    })

    test('leaves existing documents alone with create', async () => {
      await load([{ id: '1', source: { n: 1 } }])
      const outcome = await load(
        [1, 2].map((n) => ({ id: `${n}`, source: { n: 100 + n } })),
        { op: 'create' },
      )
      expect(outcome).toMatchObject({ created: 1, existing: 1, rejects: [] })
      expect((await get('1'))._source).toEqual({ n: 1 })
    })

    test('splits a body that is too large and rejects a document that is too large', async () => {
      const filler = 'x'.repeat(20_000)
      const documents = Array.from({ length: 40 }, (_, n) => ({ id: `${n}`, source: { n, filler } }))
      const outcome = await load([...documents, { id: 'large', source: { filler: filler.repeat(15) } }])
      expect(outcome).toMatchObject({ created: 40, rejects: [{ id: 'large', class: 'too-large', status: 413 }] })
      expect(await count()).toBe(40)
    })

    test('waits until a read-only block is lifted', async () => {
      await updateIndexSettings(cluster, 'docs', { 'index.blocks.write': true }, calm)
      const reasons: string[] = []
      const lifted: Promise<void>[] = []
      const onWait = (reason: string): void => {
        reasons.push(reason)
        lifted.push(updateIndexSettings(cluster, 'docs', { 'index.blocks.write': false }, calm))
      }
      const outcome = await load([{ id: '1', source: { n: 1 } }], { onWait })
      await Promise.all(lifted)
      expect(outcome).toMatchObject({ created: 1, rejects: [] })
      expect(reasons[0]).toContain('blocked by')
    })

    test('fails with the reason when a block stays', async () => {
      await updateIndexSettings(cluster, 'docs', { 'index.blocks.read_only_allow_delete': true }, calm)
      const loading = load([{ id: '1', source: { n: 1 } }], { blockedPatienceMs: 0 })
      await expect(loading).rejects.toMatchObject({
        code: 'CLUSTER_REFUSED',
        detail: expect.stringContaining('blocked by') as string,
      })
    })

    test('stops at an index that does not exist', async () => {
      const loading = load([{ index: 'nowhere', id: '1', source: { n: 1 } }])
      await expect(loading).rejects.toMatchObject({
        code: 'CLUSTER_REFUSED',
        detail: expect.stringContaining('index_not_found_exception') as string,
      })
    })

    test('takes compressed bodies', async () => {
      const documents = Array.from({ length: 50 }, (_, n) => ({ id: `${n}`, source: { n } }))
      expect(await load(documents, { compression: 'gzip' })).toMatchObject({ created: 50 })
    })
  })
}
