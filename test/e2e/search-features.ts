import type { Dialect, Mapping } from '../fixtures/dialect.ts'
import type { FilledCluster } from '../fixtures/filled-cluster.ts'
import type { JsonValue } from '../fixtures/json-text.ts'
import { range } from '../fixtures/seeded.ts'
import type { Search } from './search-fields.ts'

/** Something beside a field type, with what fills the source and what is searched on both sides. */
export interface FeatureCase {
  readonly name: string
  /** Whether the version has such a thing. */
  readonly isIn: (dialect: Dialect) => boolean
  /** Fills indices whose names begin with `search_`, where other cases do not; false where the server lacks a module. */
  readonly fill?: (cluster: FilledCluster) => Promise<boolean>
  readonly searches: readonly Search[]
}

const FAMILY = 'search_family'
const child = (type: string, query: JsonValue): Search => ({ target: FAMILY, query: { has_child: { type, query } } })
const parent = (type: string, query: JsonValue): Search => ({
  target: FAMILY,
  query: { has_parent: { parent_type: type, query } },
})
const all: JsonValue = { match_all: {} }
const always = (): boolean => true

const routed = (query: (routing: string) => JsonValue): readonly Search[] =>
  range(5, (i) => ({
    target: 'search_shards',
    query: query(`r${i}`),
    parameters: `?routing=r${i}`,
    sort: [{ n: 'asc' }],
  }))

/** Parents, aliases, routing and templates. */
export const FEATURE_CASES: readonly FeatureCase[] = [
  {
    name: 'parents and children',
    isIn: always,
    fill: fillFamily,
    searches: [
      child('answer', all),
      child('answer', { match: { text: 'good' } }),
      child('answer', { has_child: { type: 'vote', query: all } }),
      parent('question', { match: { text: 'seven' } }),
      parent('answer', all),
      { target: FAMILY, query: { match: { text: 'good' } }, sort: [{ n: 'asc' }] },
    ],
  },
  {
    name: 'parent_id',
    isIn: ({ api }) => api >= 5,
    fill: (cluster) => Promise.resolve(cluster.indices.has(FAMILY)),
    searches: [
      { target: FAMILY, query: { parent_id: { type: 'answer', id: 'q1' } } },
      { target: FAMILY, query: { parent_id: { type: 'vote', id: 'a3' } } },
    ],
  },
  {
    name: 'aliases',
    isIn: always,
    fill: fillAliases,
    searches: [
      { target: 'search_red', query: all, sort: [{ n: 'asc' }] },
      { target: 'search_routed', query: { term: { r: 'r2' } }, sort: [{ n: 'asc' }] },
      { target: 'search_both', query: { term: { colour: 'red' } }, sort: [{ n: 'desc' }] },
    ],
  },
  {
    name: 'routing',
    isIn: always,
    searches: routed((r) => ({ term: { r } })),
  },
  {
    // Everything in the shard of a routing: the first version computes shards otherwise.
    name: 'shards',
    isIn: ({ api }) => api >= 2,
    searches: routed(() => all),
  },
  {
    // The times of the first and the second document are excluded by these bounds.
    name: 'times',
    isIn: ({ api }) => api <= 2,
    searches: [
      {
        target: 'timestamps',
        query: { range: { _timestamp: { gte: 1_400_000_000_001 } } },
        sort: [{ _timestamp: 'desc' }],
      },
      { target: 'timestamps', query: { range: { _timestamp: { lt: '2014-05-13T16:53:20.001Z' } } } },
      { target: 'timestamps', query: { range: { _ttl: { gt: 5_400_000_000_002 } } }, sort: [{ n: 'asc' }] },
    ],
  },
  {
    name: 'templates',
    isIn: always,
    searches: [
      { target: 'legacy-searched', query: { term: { a: 'Not Analyzed' } } },
      { target: 'legacy-searched', query: { match: { b: 'analyzed' } } },
      { target: 'legacy_filtered', query: all },
      { target: 'legacy_all', query: all, sort: [{ a: 'asc' }] },
    ],
  },
]

/** Documents that are written on both sides after the migration into an index that a template makes. */
export const AFTERWARDS: Readonly<Record<string, Mapping>> = {
  '1': { a: 'Not Analyzed', b: 'Not Analyzed' },
  '2': { a: 'x', b: 'something else' },
}

/** Questions, answers and votes with identifiers of their own: by `_parent` up to Elasticsearch 5, by a join field later. */
async function fillFamily(cluster: FilledCluster): Promise<boolean> {
  const { dialect } = cluster
  const properties = { text: dialect.text, n: { type: 'long' } }
  const question = (i: number): Mapping => ({ text: `question ${['six', 'seven'][i % 2]!}`, n: i })
  const answer = (i: number): Mapping => ({ text: i % 3 === 0 ? 'a good answer' : 'an answer', n: 100 + i })
  const vote = (i: number): Mapping => ({ text: '+1', n: 200 + i })
  if (dialect.api <= 5) {
    const of = (type: string): Mapping => ({ _parent: { type }, properties })
    const types = { question: { properties }, answer: of('question'), vote: of('answer'), other: { properties } }
    await cluster.create(FAMILY, { types, shards: 2 })
    await cluster.bulk(FAMILY, [
      ...range(6, (i) => ({ type: 'question', id: `q${i}`, source: question(i) })),
      ...range(12, (i) => ({ type: 'answer', id: `a${i}`, parent: `q${i % 5}`, source: answer(i) })),
      ...range(5, (i) => ({ type: 'vote', id: `v${i}`, parent: `a${i}`, routing: `q${i % 5}`, source: vote(i) })),
      ...range(2, (i) => ({ type: 'other', id: `o${i}`, source: { text: 'good', n: 300 + i } })),
    ])
    return true
  }
  const relations = { question: 'answer', answer: 'vote' }
  if (
    !(await cluster.tryCreate(FAMILY, { properties: { ...properties, kin: { type: 'join', relations } }, shards: 2 }))
  )
    return false
  await cluster.bulk(FAMILY, [
    ...range(6, (i) => ({ id: `q${i}`, source: { ...question(i), kin: 'question' } })),
    ...range(12, (i) => ({
      id: `a${i}`,
      routing: `q${i % 5}`,
      source: { ...answer(i), kin: { name: 'answer', parent: `q${i % 5}` } },
    })),
    ...range(5, (i) => ({
      id: `v${i}`,
      routing: `q${i % 5}`,
      source: { ...vote(i), kin: { name: 'vote', parent: `a${i}` } },
    })),
    ...range(2, (i) => ({ id: `o${i}`, source: { text: 'good', n: 300 + i } })),
  ])
  return true
}

async function fillAliases(cluster: FilledCluster): Promise<boolean> {
  const { dialect } = cluster
  const properties = { colour: dialect.keyword, r: dialect.keyword, n: { type: 'long' } }
  for (const [index, from] of [
    ['search_shards', 0],
    ['search_other', 100],
  ] as const) {
    await cluster.create(index, { properties, shards: 3 })
    await cluster.bulk(
      index,
      range(20, (i) => ({
        id: `${index}${i}`,
        routing: `r${i % 5}`,
        source: { colour: i % 3 === 0 ? 'red' : 'blue', r: `r${i % 5}`, n: from + i },
      })),
    )
  }
  const writeIndex = dialect.distribution === 'opensearch' || dialect.atLeast('elasticsearch', '6.4.0')
  const add = (index: string, alias: string, more: Mapping = {}): JsonValue => ({ add: { index, alias, ...more } })
  const actions = [
    add('search_shards', 'search_red', { filter: { term: { colour: 'red' } } }),
    add('search_shards', 'search_routed', { routing: 'r2' }),
    add('search_shards', 'search_both', writeIndex ? { is_write_index: true } : {}),
    add('search_other', 'search_both'),
  ]
  await cluster.rest.expect('POST', '/_aliases', JSON.stringify({ actions }))
  return true
}
