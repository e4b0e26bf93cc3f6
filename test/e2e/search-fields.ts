import type { Dialect, Mapping } from '../fixtures/dialect.ts'
import type { JsonValue } from '../fixtures/json-text.ts'

/** One search whose hits have to be the same on both sides. */
export interface Search {
  readonly query?: JsonValue
  /** A query that not every version spells alike, for a server of that dialect. */
  readonly queryFor?: (dialect: Dialect) => JsonValue
  /** A suggester, for a server of that dialect, whose options have to be the same. */
  readonly suggest?: (dialect: Dialect) => JsonValue
  /** Fields to sort by; without any, hits come in no order. */
  readonly sort?: readonly JsonValue[]
  /** Aggregations, for a server of that dialect. */
  readonly aggs?: (dialect: Dialect) => JsonValue
  /** Parameters of the request. */
  readonly parameters?: string
  /** Index or alias to search, when it is not the one of the case. */
  readonly target?: string
}

/** An index of documents `{ "n": <place>, "f": <value> }` for one type of field. */
export interface FieldCase {
  readonly name: string
  /** Undefined where the version has no such type. */
  readonly field: (dialect: Dialect) => Mapping | undefined
  readonly settings?: Mapping
  /** Fields beside `n` and `f`. */
  readonly more?: (dialect: Dialect) => Mapping
  readonly values: readonly JsonValue[]
  readonly searches: readonly Search[]
}

const since =
  (elasticsearch: string, mapping: Mapping, opensearch = '1.0.0') =>
  (dialect: Dialect): Mapping | undefined =>
    dialect.atLeast('elasticsearch', elasticsearch) || dialect.atLeast('opensearch', opensearch) ? mapping : undefined
const NEVER = '99.0.0'
const term = (value: JsonValue, field = 'f'): Search => ({ query: { term: { [field]: value } } })
const range = (bounds: JsonValue): Search => ({ query: { range: { f: bounds } } })
const match = (text: string, field = 'f'): Search => ({ query: { match: { [field]: text } } })
const filtered = (filter: JsonValue): Search => ({ query: { constant_score: { filter } } })
const exists: Search = filtered({ exists: { field: 'f' } })
const sorted = (order: 'asc' | 'desc'): Search => ({ query: { match_all: {} }, sort: [{ f: order }, { n: 'asc' }] })
const agg = (kind: string, options: Mapping = {}): Search => ({
  aggs: () => ({ a: { [kind]: { field: 'f', ...options } } }),
})
const histogram = (interval: string): Search => ({
  aggs: (dialect) => {
    const calendar = dialect.atLeast('elasticsearch', '7.2.0') || dialect.distribution === 'opensearch'
    return { a: { date_histogram: { field: 'f', [calendar ? 'calendar_interval' : 'interval']: interval } } }
  },
})

const NUMBERS = [5, -3, 100, 42, [7, 8], 0, 42]
const numeric = (type: string, field: FieldCase['field'] = () => ({ type }), values = NUMBERS): FieldCase => ({
  name: type,
  field,
  values,
  searches: [
    term(42),
    range({ gte: 5, lt: 100 }),
    sorted('desc'),
    agg('stats'),
    agg('histogram', { interval: 50 }),
    exists,
  ],
})

const DAYS = ['2024-02-29T12:00:00Z', '2023-12-31T23:59:59Z', '2024-01-01T00:00:00Z', '2024-03-31T02:30:00Z']
const WORDS = ['The quick brown fox', 'jumps over the lazy dog', 'Quick foxes', 'żółw und Käse', '']

/** Every type of field that the versions have, and what is searched in it. */
export const FIELD_CASES: readonly FieldCase[] = [
  {
    name: 'keyword',
    field: ({ keyword }) => keyword,
    values: ['a', 'b', ['a', 'c'], 'Ä ö', 'B', 'a'],
    searches: [
      term('a'),
      { query: { prefix: { f: 'Ä' } } },
      range({ gte: 'a', lte: 'b' }),
      sorted('asc'),
      agg('terms'),
      exists,
    ],
  },
  {
    name: 'keyword_null_value',
    field: ({ keyword }) => ({ ...keyword, null_value: 'none', ignore_above: 5 }),
    values: ['a', null, 'longer than five', 'none'],
    searches: [term('none'), term('longer than five'), agg('terms')],
  },
  {
    name: 'text',
    field: ({ text }) => text,
    values: WORDS,
    searches: [match('quick'), match('the dog'), { query: { match_phrase: { f: 'quick brown' } } }, match('kase')],
  },
  {
    name: 'text_analyzed',
    field: ({ text }) => ({ ...text, analyzer: 'folded' }),
    settings: {
      analysis: {
        analyzer: { folded: { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding'] } },
      },
    },
    values: WORDS,
    searches: [match('zołw'), match('KASE'), match('fox')],
  },
  {
    name: 'text_english',
    field: ({ text }) => ({ ...text, analyzer: 'english' }),
    values: WORDS,
    searches: [match('fox'), match('jump'), match('the')],
  },
  {
    name: 'text_similarity',
    field: ({ text }) => ({ ...text, similarity: 'mine' }),
    settings: { similarity: { mine: { type: 'BM25', k1: '1.1', b: '0.3' } } },
    values: WORDS,
    searches: [match('quick fox')],
  },
  {
    name: 'text_without_norms',
    field: ({ text, api }) => ({ ...text, norms: api < 5 ? { enabled: false } : false, index_options: 'freqs' }),
    values: WORDS,
    searches: [match('lazy quick')],
  },
  {
    name: 'multi_field',
    field: ({ text, keyword }) => ({ ...text, fields: { raw: keyword } }),
    values: WORDS,
    searches: [match('quick'), term('Quick foxes', 'f.raw'), { sort: [{ 'f.raw': 'asc' }, { n: 'asc' }] }],
  },
  numeric('byte'),
  numeric('short'),
  numeric('integer'),
  numeric('long'),
  numeric('float'),
  numeric('double', () => ({ type: 'double' }), [...NUMBERS, 0.1]),
  numeric('half_float', since('5.0.0', { type: 'half_float' })),
  numeric('scaled_float', since('5.0.0', { type: 'scaled_float', scaling_factor: 10 })),
  numeric('unsigned_long', since(NEVER, { type: 'unsigned_long' }, '2.8.0'), [5, 42, 100]),
  {
    name: 'date',
    field: () => ({ type: 'date' }),
    values: DAYS,
    searches: [
      range({ gte: '2024-01-01', lt: '2024-03-01' }),
      term('2024-02-29T12:00:00Z'),
      sorted('desc'),
      histogram('month'),
    ],
  },
  {
    name: 'date_format',
    field: ({ api }) => ({ type: 'date', format: api < 7 ? 'dd/MM/YYYY HH:mm' : 'dd/MM/yyyy HH:mm' }),
    values: ['29/02/2024 12:00', '31/12/2023 23:59', '01/01/2024 00:00'],
    searches: [range({ gte: '01/01/2024 00:00' }), sorted('asc'), histogram('year')],
  },
  {
    name: 'date_nanos',
    field: since('7.0.0', { type: 'date_nanos' }),
    values: ['2024-01-01T00:00:00.123456789Z', '2024-01-01T00:00:00.123456788Z', '2025-01-01T00:00:00Z'],
    searches: [range({ lt: '2024-01-01T00:00:00.123456789Z' }), sorted('asc')],
  },
  {
    name: 'boolean',
    field: () => ({ type: 'boolean' }),
    values: [true, false, true, 'false', null],
    searches: [term(true), term(false), exists],
  },
  {
    name: 'ip',
    field: () => ({ type: 'ip' }),
    values: ['10.0.0.1', '10.0.0.200', '192.168.1.1'],
    searches: [term('10.0.0.1'), range({ gte: '10.0.0.0', lte: '10.0.0.255' }), sorted('desc')],
  },
  {
    name: 'geo_point',
    field: () => ({ type: 'geo_point' }),
    values: ['52.5,13.4', { lat: 48.1, lon: 11.6 }, [2.35, 48.85], '0,0'],
    searches: [filtered({ geo_bounding_box: { f: { top_left: [10, 55], bottom_right: [15, 47] } } }), exists],
  },
  {
    name: 'geo_shape',
    field: () => ({ type: 'geo_shape' }),
    values: [
      { type: 'point', coordinates: [13.4, 52.5] },
      {
        type: 'polygon',
        coordinates: [
          [
            [0, 0],
            [10, 0],
            [10, 10],
            [0, 10],
            [0, 0],
          ],
        ],
      },
    ],
    searches: [
      filtered({
        geo_shape: {
          f: {
            shape: {
              type: 'envelope',
              coordinates: [
                [-1, 20],
                [20, -1],
              ],
            },
            relation: 'intersects',
          },
        },
      }),
    ],
  },
  {
    name: 'integer_range',
    field: since('5.2.0', { type: 'integer_range' }),
    values: [{ gte: 1, lte: 5 }, { gt: 5, lt: 10 }, { gte: 100 }],
    searches: [
      term(5),
      range({ gte: 5, lte: 8, relation: 'intersects' }),
      range({ gte: 0, lte: 9, relation: 'within' }),
    ],
  },
  {
    name: 'date_range',
    field: since('5.2.0', { type: 'date_range' }),
    values: [{ gte: '2024-01-01', lte: '2024-06-30' }, { gte: '2025-01-01' }],
    searches: [term('2024-03-01'), range({ gte: '2024-06-01', relation: 'intersects' })],
  },
  {
    name: 'ip_range',
    field: since('6.0.0', { type: 'ip_range' }),
    values: ['10.0.0.0/24', { gte: '10.0.1.0', lt: '10.0.2.0' }, '192.168.0.0/16'],
    searches: [term('10.0.1.7'), range({ gte: '10.0.0.128', lte: '10.0.1.1', relation: 'intersects' })],
  },
  ...['long_range', 'float_range', 'double_range'].map((type): FieldCase => ({
    name: type,
    field: since('5.2.0', { type }),
    values: [{ gte: 1, lte: 5 }, { gt: 5, lt: 10 }, { gte: 100 }],
    searches: [term(5), range({ gte: 0, lte: 9, relation: 'within' }), range({ gte: 7, lte: 7, relation: 'contains' })],
  })),
  {
    name: 'object',
    field: ({ keyword }) => ({ properties: { a: keyword, deep: { properties: { b: { type: 'long' } } } } }),
    values: [{ a: 'x', deep: { b: 1 } }, { a: ['y', 'x'] }, { deep: { b: [2, 1] } }],
    searches: [term('x', 'f.a'), term(1, 'f.deep.b'), { sort: [{ 'f.deep.b': 'desc' }, { n: 'asc' }] }],
  },
  {
    name: 'object_disabled',
    field: () => ({ type: 'object', enabled: false }),
    values: [{ a: 'x' }, { a: 'y', b: [1, 'z'] }],
    searches: [term('x', 'f.a')],
  },
  {
    name: 'nested',
    field: ({ keyword }) => ({ type: 'nested', properties: { who: keyword, stars: { type: 'integer' } } }),
    values: [
      [
        { who: 'a', stars: 1 },
        { who: 'b', stars: 5 },
      ],
      [{ who: 'a', stars: 5 }],
      [],
      { who: 'b', stars: 1 },
    ],
    searches: [
      {
        query: {
          nested: { path: 'f', query: { bool: { must: [{ term: { 'f.who': 'a' } }, { term: { 'f.stars': 5 } }] } } },
        },
      },
      { aggs: () => ({ a: { nested: { path: 'f' }, aggs: { a: { terms: { field: 'f.who' } } } } }) },
    ],
  },
  {
    name: 'unindexed',
    field: ({ unindexedText }) => unindexedText,
    values: WORDS,
    searches: [{ query: { match_all: {} }, sort: [{ n: 'desc' }] }],
  },
  {
    name: 'copied',
    field: ({ text }) => ({ ...text, copy_to: 'everything' }),
    values: WORDS,
    searches: [match('fox', 'everything'), match('dog', 'everything')],
  },
  { name: 'dynamic', field: () => ({}), values: WORDS, searches: [match('quick'), { sort: [{ n: 'asc' }] }] },
  {
    name: 'token_count',
    field: since('1.0.0', { type: 'token_count', analyzer: 'standard' }),
    values: WORDS,
    searches: [term(4), sorted('asc')],
  },
  {
    name: 'search_as_you_type',
    field: since('7.2.0', { type: 'search_as_you_type' }),
    values: WORDS,
    searches: [
      { query: { multi_match: { query: 'quick br', type: 'bool_prefix', fields: ['f', 'f._2gram', 'f._3gram'] } } },
    ],
  },
  {
    name: 'rank_feature',
    field: since('7.0.0', { type: 'rank_feature' }),
    values: [1, 5, 0.5],
    searches: [{ query: { rank_feature: { field: 'f' } } }],
  },
  {
    name: 'rank_features',
    field: since('7.0.0', { type: 'rank_features' }),
    values: [{ a: 1, b: 5 }, { b: 2.5 }, { a: 7 }],
    searches: [{ query: { rank_feature: { field: 'f.a' } } }, { query: { rank_feature: { field: 'f.b' } } }],
  },
  {
    name: 'match_only_text',
    field: since('7.14.0', { type: 'match_only_text' }, '2.12.0'),
    values: WORDS,
    searches: [match('quick'), { query: { match_phrase: { f: 'quick brown' } } }],
  },
  {
    name: 'alias',
    field: ({ keyword, ...dialect }) =>
      since('6.4.0', { properties: { real: keyword, other: { type: 'alias', path: 'f.real' } } })({
        keyword,
        ...dialect,
      }),
    values: [{ real: 'x' }, { real: ['y', 'x'] }, { real: 'z' }],
    searches: [
      term('x', 'f.other'),
      { sort: [{ 'f.other': 'desc' }, { n: 'asc' }] },
      { aggs: () => ({ a: { terms: { field: 'f.other' } } }) },
    ],
  },
  {
    name: 'binary',
    field: () => ({ type: 'binary' }),
    values: ['AAEC', 'U29tZSBieXRlcw=='],
    searches: [{ query: { match_all: {} }, sort: [{ n: 'desc' }] }],
  },
  {
    name: 'completion',
    field: () => ({ type: 'completion' }),
    values: ['Nevermind', { input: ['Nirvana', 'Never say'], weight: 7 }, 'Other'],
    searches: ['ne', 'nir', 'zz'].map((text) => ({
      suggest: ({ api }) => ({ s: { [api < 5 ? 'text' : 'prefix']: text, completion: { field: 'f' } } }),
    })),
  },
  {
    name: 'percolator',
    field: since('5.0.0', { type: 'percolator' }),
    more: ({ text }) => ({ t: text }),
    values: [{ match: { t: 'fox' } }, { match_phrase: { t: 'lazy dog' } }, { term: { t: 'cat' } }],
    searches: ['the quick fox', 'a lazy dog and a fox', 'nothing'].map((t) => ({
      queryFor: ({ api, defaultType }) => ({
        percolate: { field: 'f', document: { t }, ...(api === 5 ? { document_type: defaultType } : {}) },
      }),
    })),
  },
  {
    name: 'flattened',
    field: ({ distribution, api }) =>
      distribution === 'elasticsearch' ? (api >= 7 ? { type: 'flattened' } : undefined) : undefined,
    values: [{ a: 'x', b: { c: 'y' } }, { a: 'z' }, { b: { c: 'x' } }],
    searches: [term('x', 'f.a'), term('y', 'f.b.c')],
  },
  {
    name: 'flat_object',
    field: since(NEVER, { type: 'flat_object' }, '2.7.0'),
    values: [{ a: 'x', b: { c: 'y' } }, { a: 'z' }],
    searches: [term('x', 'f.a'), term('y', 'f.b.c')],
  },
  {
    name: 'wildcard',
    field: since('7.9.0', { type: 'wildcard' }, '2.15.0'),
    values: WORDS.slice(0, 4),
    searches: [{ query: { wildcard: { f: '*quick*' } } }],
  },
  {
    name: 'constant_keyword',
    field: since('7.7.0', { type: 'constant_keyword', value: 'same' }, '2.14.0'),
    values: ['same', 'same'],
    searches: [term('same')],
  },
  {
    name: 'version',
    field: since('7.10.0', { type: 'version' }, '3.2.0'),
    values: ['1.2.3', '1.10.0', '1.9.0'],
    searches: [term('1.10.0'), exists],
  },
]
