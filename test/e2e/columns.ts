import { parseJsonExact } from '../../src/codec/json-exact.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/codec/json-value.ts'
import { send, type RestTarget } from '../servers/rest.ts'
import { canonicalJson } from './compare.ts'

/** Fields of `nosource` that both sides print alike from their columns. */
const COLUMNS = [
  ...['long', 'integer', 'short', 'byte', 'double', 'float', 'half_float', 'boolean', 'ip'],
  ...['keyword', 'keyword_stored', 'long_many', 'keyword_many', 'object.x', 'object.y', 'sf'],
]
const STORED = ['text_stored', 'long_stored', 'double_stored', 'float_stored', 'boolean_stored', 'binary_stored']

// Elasticsearch 6 fails when it is asked for a source that is not there.
const nested = (path: string, fields: readonly string[]): object => ({
  nested: { path, query: { match_all: {} }, inner_hits: { size: 20, _source: false, docvalue_fields: fields } },
})

/** What is asked for of each index without sources. */
const REQUESTS: Readonly<Record<string, object>> = {
  nosource: {
    // Elasticsearch 6 writes dates as numbers unless it is told the format.
    docvalue_fields: [
      ...COLUMNS,
      { field: 'date', format: 'strict_date_optional_time' },
      { field: 'date_nanos', format: 'strict_date_optional_time_nanos' },
    ],
    stored_fields: STORED,
  },
  nosource_nested: {
    docvalue_fields: ['title'],
    query: {
      bool: {
        must: { match_all: {} },
        should: [
          nested('comments', ['comments.who']),
          nested('comments.replies', ['comments.replies.n']),
          nested('pairs', ['pairs.k']),
        ],
      },
    },
  },
}

/** Every document of an index without sources by its identifier: what is in its columns, and those of its nested objects. */
export async function readColumns(server: RestTarget, index: string): Promise<ReadonlyMap<string, string>> {
  const type = { 'content-type': 'application/json' }
  await send(server, 'POST', `/${index}/_refresh`, type, undefined)
  const request = JSON.stringify({ size: 1000, ...REQUESTS[index]! })
  const answer = parseJsonExact(await send(server, 'POST', `/${index}/_search`, type, request), index) as JsonObject
  return new Map(hitsOf(answer).map((hit) => [hit['_id'] as string, canonicalJson(held(hit))]))
}

/** The fields of a hit and of the nested objects in it, each with its place. */
function held(hit: JsonObject): JsonValue {
  const inner = Object.entries((hit['inner_hits'] ?? {}) as Readonly<Record<string, JsonObject>>)
  const objects = inner.map(([name, answer]) => [name, hitsOf(answer).map(held)] as const)
  return { fields: hit['fields'] ?? {}, place: hit['_nested'] ?? null, inner: Object.fromEntries(objects) }
}

function hitsOf(answer: JsonObject): readonly JsonObject[] {
  const { hits } = answer['hits'] as unknown as { hits: readonly JsonValue[] }
  return hits.filter(isJsonObject)
}
