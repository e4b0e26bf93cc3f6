import { describe, expect, test } from 'vitest'
import { parseJsonExact } from '../../../src/codec/json-exact.ts'
import type { JsonObject } from '../../../src/codec/json-value.ts'
import { translateIndex } from '../../../src/metadata/translate-index.ts'
import { plain, rulesOf, translate, translateField, type Example } from './translate.ts'

const knn = { plugins: ['opensearch-knn'] }
/** Rule, field before, field after, source and target. */
const CASES: readonly (readonly [string, object, object | undefined, Example?])[] = [
  ['string-type', { type: 'string' }, { type: 'text' }],
  ['string-type', { type: 'string', index: 'not_analyzed', ignore_above: 9 }, { type: 'keyword', ignore_above: 9 }],
  ['string-type', { type: 'string', index: 'no', store: true }, { type: 'text', index: false, store: true }],
  ['string-type', { type: 'string', null_value: 'x', doc_values: false }, { type: 'text' }],
  ['index-values', { type: 'long', index: 'no' }, { type: 'long', index: false }],
  ['index-values', { type: 'long', index: 'not_analyzed' }, { type: 'long' }],
  ['norms', { type: 'text', norms: { enabled: false } }, { type: 'text', norms: false }],
  ['norms', { type: 'string', omit_norms: true }, { type: 'text', norms: false }],
  ['norms', { type: 'long', norms: { enabled: false } }, { type: 'long' }],
  [
    'fielddata',
    { type: 'string', fielddata: { format: 'paged_bytes', filter: { frequency: { min: 0.1 } } } },
    { type: 'text', fielddata: true, fielddata_frequency_filter: { min: 0.1 } },
  ],
  ['fielddata', { type: 'string', fielddata: { format: 'disabled' } }, { type: 'text' }],
  [
    'fielddata',
    { type: 'string', index: 'not_analyzed', fielddata: { loading: 'eager_global_ordinals' } },
    { type: 'keyword', eager_global_ordinals: true },
  ],
  ['include-in-all', { type: 'long', include_in_all: false }, { type: 'long' }],
  [
    'analyzer-names',
    { type: 'string', index_analyzer: 'a', search_analyzer: 'b' },
    { type: 'text', analyzer: 'a', search_analyzer: 'b' },
  ],
  [
    'analyzer-names',
    { type: 'text', search_analyzer: 'b' },
    { type: 'text', analyzer: 'default', search_analyzer: 'b' },
  ],
  [
    'boolean-spelling',
    { type: 'long', store: 'yes', doc_values: 'off' },
    { type: 'long', store: true, doc_values: false },
  ],
  ['index-options', { type: 'keyword', index_options: 'positions' }, { type: 'keyword' }],
  ['field-similarity', { type: 'text', similarity: 'classic' }, { type: 'text' }],
  ['dynamic', { type: 'object', dynamic: 'runtime' }, { type: 'object', dynamic: 'true' }],
  ['dynamic', { type: 'object', dynamic: 'no' }, { type: 'object', dynamic: 'false' }],
  ['subobjects', { type: 'object', subobjects: false }, { type: 'object' }],
  [
    'date-formats',
    { type: 'date', format: 'YYYY-MM-dd' },
    { type: 'date', format: 'yyyy-MM-dd' },
    { from: 'elasticsearch 6.8' },
  ],
  [
    'numeric-dates',
    { type: 'date', format: 'yyyy' },
    { type: 'date', format: 'yyyy||epoch_millis' },
    { from: 'elasticsearch 1.7' },
  ],
  [
    'geo-point',
    { type: 'geo_point', validate: false, lat_lon: true },
    { type: 'geo_point', ignore_malformed: true },
    { from: 'elasticsearch 2.4' },
  ],
  ['planar-geometry', { type: 'shape' }, { type: 'xy_shape' }, { plugins: ['opensearch-geospatial'] }],
  [
    'completion',
    { type: 'completion', payloads: true, context: { place: { type: 'geo', precision: ['5km'] } } },
    { type: 'completion', contexts: [{ name: 'place', type: 'geo', precision: '5km' }] },
  ],
  ['flattened', { type: 'flattened', depth_limit: 3 }, { type: 'flat_object' }],
  ['unsupported-types', { type: 'flattened' }, { type: 'object', enabled: false }, { to: 'opensearch 2.5' }],
  ['object-like-types', { type: 'passthrough', priority: 1, properties: {} }, { type: 'object', properties: {} }],
  [
    'object-like-types',
    { type: 'aggregate_metric_double', metrics: ['min', 'value_count'], default_metric: 'min' },
    { properties: { min: { type: 'double' }, value_count: { type: 'long' } } },
  ],
  ['object-like-types', { type: 'sparse_vector' }, { type: 'rank_features' }, { from: 'elasticsearch 8.11' }],
  [
    'dense-vector',
    { type: 'dense_vector', dims: 3, index: true, similarity: 'l2_norm', index_options: { type: 'hnsw', m: 8 } },
    {
      type: 'knn_vector',
      dimension: 3,
      method: { name: 'hnsw', engine: 'lucene', space_type: 'l2', parameters: { m: 8 } },
    },
    { ...knn, from: 'elasticsearch 8.19' },
  ],
  ['dense-vector', { type: 'dense_vector', dims: 3 }, { type: 'knn_vector', dimension: 3 }, knn],
  ['unsupported-types', { type: 'dense_vector', dims: 3 }, { type: 'object', enabled: false }],
  ['unsupported-types', { type: 'semantics' }, undefined, { options: { unsupportedFields: 'drop' } }],
  [
    'knn-method',
    { type: 'knn_vector', dimension: 2, method: { name: 'hnsw', engine: 'nmslib' } },
    { type: 'knn_vector', dimension: 2, method: { name: 'hnsw', engine: 'faiss' } },
    { ...knn, from: 'opensearch 2.11', to: 'opensearch 3.8' },
  ],
  ['nearest-type', { type: 'version' }, { type: 'keyword' }],
  ['nearest-type', { type: 'constant_keyword', value: 'x' }, { type: 'keyword' }, { to: 'opensearch 1.3' }],
  ['nearest-type', { type: 'wildcard' }, { type: 'keyword', ignore_above: 8191 }, { to: 'opensearch 2.11' }],
  ['unknown-parameters', { type: 'long', time_series_metric: 'gauge' }, { type: 'long' }],
  [
    'unknown-parameters',
    { type: 'date_range', ignore_malformed: true },
    { type: 'date_range' },
    { to: 'opensearch 1.3' },
  ],
  ['object-type', { dynamic: 'strict' }, { type: 'object', dynamic: 'strict' }],
]

describe('a field', () => {
  test.each(CASES.map(named))('$rule: $before becomes $after', ({ rule, before, after, example }) => {
    const { f, translated } = translateField(before, example)
    expect(f).toEqual(after)
    expect(rulesOf(translated)).toContain(rule)
    for (const change of translated.changes) expect(change.path).toMatch(/^(mappings|settings)\b/)
  })

  test.each(CASES.map(named))(
    '$rule: translating the translation of $before again changes nothing',
    ({ before, example }) => {
      const { translated } = translateField(before, example)
      const mapping = plain(translated.body['mappings']) as object
      const settings = plain(translated.body['settings']) as object
      const to = example?.to ?? 'opensearch 2.19'
      const again = translate({ ...example, from: to, mappings: { _doc: mapping }, settings })
      expect(again.changes).toEqual([])
      expect(again.body).toEqual(translated.body)
    },
  )

  test('that the target has under the same name is kept with all its parameters', () => {
    for (const field of [
      { type: 'text', analyzer: 'english', fields: { raw: { type: 'keyword', ignore_above: 256 } }, copy_to: ['all'] },
      {
        type: 'nested',
        dynamic: 'strict',
        include_in_root: true,
        properties: { n: { type: 'integer', meta: { u: 'm' } } },
      },
      { type: 'date', format: 'YYYY-MM-dd', locale: 'de' },
      { type: 'join', relations: { question: ['answer', 'comment'] } },
      { type: 'geo_shape', tree: 'quadtree', precision: '1m', orientation: 'cw' },
      { type: 'search_as_you_type', max_shingle_size: 4 },
    ]) {
      const { f, translated } = translateField(field)
      expect(f).toEqual(field)
      expect(translated.changes).toEqual([])
    }
  })

  test('is translated at every depth: in objects, nested documents, multi-fields and dynamic templates', () => {
    const field = { type: 'string', index: 'not_analyzed' }
    const translated = translate({
      from: 'elasticsearch 2.4',
      mappings: {
        doc: {
          dynamic_templates: [{ exact: { match_mapping_type: 'string', mapping: field } }],
          properties: {
            o: { properties: { n: { type: 'nested', properties: { t: { type: 'string', fields: { raw: field } } } } } },
          },
        },
      },
    })
    const keyword = { type: 'keyword' }
    const text = { type: 'text', fields: { raw: keyword } }
    expect(plain(translated.body['mappings'])).toEqual({
      dynamic_templates: [{ exact: { match_mapping_type: 'string', mapping: keyword } }],
      properties: { o: { properties: { n: { type: 'nested', properties: { t: text } } } } },
    })
    expect(translated.changes.map(({ path }) => path)).toContain(
      'mappings.properties.o.properties.n.properties.t.fields.raw.type',
    )
  })

  test('without equivalent is a problem with a decision', () => {
    const { translated } = translateField({ type: 'dense_vector', dims: 3 })
    expect(translated.problems).toMatchObject([
      {
        rule: 'unsupported-types',
        path: 'mappings.properties.f',
        detail: expect.stringContaining('dense_vector') as string,
      },
    ])
  })

  test('of vectors switches k-NN on for the index', () => {
    const field = { type: 'dense_vector', dims: 3, index: true }
    const { translated } = translateField(field, { ...knn, from: 'elasticsearch 8.19' })
    expect(plain(translated.body['settings'])).toEqual({ 'index.knn': 'true' })
  })
})

function named([rule, before, after, example]: (typeof CASES)[number]): {
  readonly rule: string
  readonly before: object
  readonly after: object | undefined
  readonly example: Example | undefined
} {
  return { rule, before, after, example }
}

describe('a field alias', () => {
  const mappings = (field: object): Readonly<Record<string, object>> => ({
    _doc: { properties: { o: { properties: { f: field } }, other: { type: 'alias', path: 'o.f' } } },
  })

  test('of a field that can no longer be searched is left out, because the mapping would be refused', () => {
    const { body, changes } = translate({ from: 'elasticsearch 8.19', mappings: mappings({ type: 'rank_vectors' }) })
    expect(plain(body['mappings'])).toEqual({
      properties: { o: { properties: { f: { type: 'object', enabled: false } } } },
    })
    expect(changes).toContainEqual(
      expect.objectContaining({ rule: 'field-aliases', action: 'dropped', path: 'mappings.properties.other' }),
    )
  })

  test('of any other field stays, whatever the rules do to that', () => {
    for (const field of [{ type: 'version' }, { type: 'text', fields: { raw: { type: 'keyword' } } }]) {
      const { body } = translate({ mappings: mappings(field) })
      expect(plain(body['mappings'])).toMatchObject({ properties: { other: { type: 'alias', path: 'o.f' } } })
    }
    const unknown = { _doc: { properties: { other: { type: 'alias', path: 'elsewhere' } } } }
    expect(translate({ mappings: unknown }).changes).toEqual([])
  })
})

test('numbers that a double cannot hold are kept, and the account of changes is ordinary JSON nevertheless', () => {
  const translated = translateIndex(
    {
      name: 'big',
      createdVersion: { distribution: 'elasticsearch', major: 8, minor: 19 },
      settings: new Map(),
      mappings: [
        {
          type: '_doc',
          mapping: parseJsonExact(
            '{"properties":{"n":{"type":"no_such_type","null_value":9223372036854775807,"x":0.12345678901234567890}}}',
            'mapping',
          ) as JsonObject,
        },
      ],
      aliases: new Map(),
      routingNumShards: undefined,
    },
    { distribution: 'opensearch', major: 2, minor: 19, plugins: new Set() },
  )
  expect(translated.changes).not.toEqual([])
  expect(JSON.stringify(translated.changes)).toContain('"9223372036854775807"')
})
