import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import type { JsonObject } from '../../../src/codec/json-value.ts'
import { diffIndex } from '../../../src/metadata/diff.ts'
import { flattenSettings } from '../../../src/metadata/flat-settings.ts'
import type { SourceIndex } from '../../../src/metadata/source-index.ts'
import { translateIndex } from '../../../src/metadata/translate-index.ts'
import type { TargetVersion } from '../../../src/metadata/version-range.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest, type RestClient } from '../rest.ts'

const DISTANCES = ['l2_norm', 'cosine', 'dot_product', 'max_inner_product'] as const
/** Unit vectors, as `dot_product` asks for. */
const VECTORS = [0, 0.4, 0.9, 1.6, 2.4, 3.3].map((angle) => [Math.cos(angle), Math.sin(angle)])
const ASKED = [Math.cos(0.85), Math.sin(0.85)]

/** The k-NN plugin is published for few releases; it is tried with the newest of them. */
describe('a target with the k-NN plugin', () => {
  let server: ServerHandle
  let client: RestClient
  let target: TargetVersion
  beforeAll(async () => {
    server = await bootServer({ distribution: 'opensearch', version: '2.19.1' })
    client = rest(server)
    const plugins = await client.get<{ component: string }[]>('/_cat/plugins?format=json')
    const names = new Set(plugins.map(({ component }) => component))
    target = { distribution: 'opensearch', major: 2, minor: 19, plugins: names }
  })
  afterAll(() => server.stop())

  const indexOf = (field: object, settings: object = {}): SourceIndex => ({
    name: 'vectors',
    createdVersion: { distribution: 'elasticsearch', major: 8, minor: 19 },
    settings: flattenSettings(parsed({ number_of_shards: 1, number_of_replicas: 0, ...settings })),
    mappings: [{ type: '_doc', mapping: parsed({ properties: { v: field, k: { type: 'keyword' } } }) }],
    aliases: new Map(),
    routingNumShards: undefined,
  })
  /** Creates the translated index with one document for each vector, and compares it with what was sent. */
  async function created(index: SourceIndex): Promise<JsonObject> {
    const { body, problems } = translateIndex(index, target)
    expect(problems).toEqual([])
    await client.put('/vectors', JSON.parse(stringifyJson(body)))
    const found = parsed(await client.get('/vectors'))['vectors'] as JsonObject
    expect(diffIndex(body, found)).toEqual([])
    await client.bulk(VECTORS.flatMap((v, n) => [{ index: { _index: 'vectors', _id: `${n}` } }, { v, k: `k${n}` }]))
    return body
  }
  const search = async (query: object): Promise<readonly string[]> => {
    const { hits } = await client.post<{ hits: { hits: { _id: string }[] } }>('/vectors/_search', query)
    return hits.hits.map(({ _id }) => _id)
  }

  test.each(DISTANCES)('finds the nearest by %s, as the source did', async (similarity) => {
    await created(indexOf({ type: 'dense_vector', dims: 2, index: true, similarity }))
    const nearest = await search({ size: 3, query: { knn: { v: { vector: ASKED, k: 3 } } } })
    expect(nearest).toEqual(['2', '1', '3'])
    const filtered = { vector: ASKED, k: 2, filter: { terms: { k: ['k1', 'k5'] } } }
    expect(await search({ query: { knn: { v: filtered } } })).toEqual(['1', '5'])
    await client.delete('/vectors')
  })

  test('takes the parameters of a graph, and a vector that was never searched', async () => {
    const options = { type: 'int8_hnsw', m: 24, ef_construction: 80 }
    const body = await created(indexOf({ type: 'dense_vector', dims: 2, similarity: 'cosine', index_options: options }))
    expect(JSON.parse(stringifyJson(body))).toMatchObject({
      mappings: { properties: { v: { method: { parameters: { m: 24, ef_construction: 80 } } } } },
    })
    await client.delete('/vectors')
    await created(indexOf({ type: 'dense_vector', dims: 2, index: false }))
    expect(await search({ query: { term: { k: 'k3' } } })).toEqual(['3'])
    await client.delete('/vectors')
  })
})

function parsed(value: unknown): JsonObject {
  return parseJsonExact(JSON.stringify(value), 'test') as JsonObject
}
