import { dialectOf, type Dialect } from '../fixtures/dialect.ts'
import type { FilledCluster } from '../fixtures/filled-cluster.ts'
import { compactJson, type JsonValue } from '../fixtures/json-text.ts'
import { RestClient } from '../fixtures/rest-client.ts'
import type { ServerHandle } from '../servers/boot.ts'
import { lackingCases } from './search-coverage.ts'
import { AFTERWARDS, FEATURE_CASES } from './search-features.ts'
import { FIELD_CASES, type Search } from './search-fields.ts'

/** The index that is written on both sides after a migration, from a template. */
export const SEARCHED_AFTERWARDS = 'legacy-searched'

/** Cases that a source has, by name, with what to search. */
export type SearchPlan = ReadonlyMap<string, readonly Search[]>

/** Fills one index for each type of field and each feature that the source has; only what its server is known to lack may fail. */
export async function fillSearches(cluster: FilledCluster): Promise<SearchPlan> {
  const plan = new Map<string, readonly Search[]>()
  const refused: string[] = []
  for (const { name, field, settings, more, values, searches } of FIELD_CASES) {
    const mapping = field(cluster.dialect)
    if (mapping === undefined) continue
    const index = `search_${name}`
    const f = Object.keys(mapping).length === 0 ? {} : { f: mapping }
    const spec = {
      properties: { n: { type: 'long' }, ...f, ...more?.(cluster.dialect) },
      ...(settings === undefined ? {} : { settings }),
    }
    if (!(await cluster.tryCreate(index, spec))) {
      refused.push(name)
      continue
    }
    await cluster.bulk(
      index,
      values.map((value, n) => ({ id: `${name}-${n}`, source: { n, f: value } })),
    )
    plan.set(
      name,
      searches.map((search) => ({ target: index, ...search })),
    )
  }
  for (const { name, isIn, fill, searches } of FEATURE_CASES) {
    if (!isIn(cluster.dialect)) continue
    if (fill === undefined || (await fill(cluster))) plan.set(name, searches)
    else refused.push(name)
  }
  const lacking = lackingCases(cluster.dialect)
  if (refused.toSorted().join() !== lacking.toSorted().join())
    throw new Error(`the server refused ${refused.join(', ')}; known to be lacking are ${lacking.join(', ')}`)
  return plan
}

/** One line for each search that fails, or whose hits or buckets differ between the two sides; and how many searches there were. */
export async function compareSearches(
  plan: SearchPlan,
  cluster: FilledCluster,
  target: ServerHandle,
): Promise<{ readonly searches: number; readonly differences: readonly string[] }> {
  const source = { rest: cluster.rest, dialect: cluster.dialect }
  const other = { rest: new RestClient(target.url), dialect: dialectOf(target.distribution, target.version) }
  for (const side of [source, other]) await writeAfterwards(side)
  const differences: string[] = []
  let searches = 0
  for (const [name, wanted] of plan) {
    for (const search of wanted) {
      searches++
      const [left, right] = await Promise.all([answerOf(source, search), answerOf(other, search)])
      if (left !== right || /^\d{3} /.test(left))
        differences.push(`${name}: ${JSON.stringify(search.query ?? 'aggregation')}: ${left} became ${right}`)
    }
  }
  return { searches, differences }
}

interface Side {
  readonly rest: RestClient
  readonly dialect: Dialect
}

async function writeAfterwards({ rest, dialect }: Side): Promise<void> {
  for (const [id, document] of Object.entries(AFTERWARDS)) {
    await rest.expect(
      'PUT',
      `/${SEARCHED_AFTERWARDS}/${dialect.typed ? dialect.defaultType : '_doc'}/${id}`,
      compactJson(document),
    )
  }
  await rest.expect('POST', '/_refresh')
}

interface Reply {
  readonly hits: { readonly hits: readonly { readonly _id: string; readonly _index: string }[] }
  readonly aggregations?: Readonly<Record<string, Aggregation>>
  readonly suggest?: Readonly<Record<string, readonly { readonly options: readonly { readonly text: string }[] }[]>>
}

interface Aggregation {
  readonly buckets?: readonly { readonly key: string | number; readonly doc_count: number }[]
  readonly [name: string]: unknown
}

/** Hits by identifier, in their order where the search has one; buckets and figures of aggregations. */
async function answerOf({ rest, dialect }: Side, search: Search): Promise<string> {
  const { sort, aggs, suggest, parameters = '', target = '' } = search
  const query = search.queryFor?.(dialect) ?? search.query
  const body: Record<string, JsonValue> = { size: 100 }
  if (query !== undefined) body['query'] = query
  if (sort !== undefined) body['sort'] = sort
  if (aggs !== undefined) body['aggs'] = aggs(dialect)
  if (suggest !== undefined) body['suggest'] = suggest(dialect)
  const reply = await rest.send('POST', `/${target}/_search${parameters}`, compactJson(body))
  if (reply.status >= 300) return `${reply.status} ${reply.text.slice(0, 300)}`
  const { hits, aggregations, suggest: suggested } = JSON.parse(reply.text) as Reply
  if (suggested !== undefined)
    return JSON.stringify(suggested['s']!.flatMap(({ options }) => options.map(({ text }) => text)))
  const ids = hits.hits.map(({ _id }) => _id)
  if (aggregations === undefined) return JSON.stringify(sort === undefined ? ids.sort() : ids)
  return JSON.stringify(figuresOf(aggregations['a']!))
}

/** What versions write alike; they add texts of keys, and bounds of errors. */
function figuresOf({ buckets, a, ...figures }: Aggregation): unknown {
  if (a !== undefined) return figuresOf(a as Aggregation)
  if (buckets !== undefined) {
    // Whether empty buckets are shown by themselves changed over the versions.
    return buckets.flatMap(({ key, doc_count: count }) => (count === 0 ? [] : [[key, count]]))
  }
  return ['count', 'min', 'max', 'avg', 'sum'].map((name) => figures[name])
}
