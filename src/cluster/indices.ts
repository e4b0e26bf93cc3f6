import * as z from 'zod'
import { Failure } from '../core/failure.ts'
import { counted } from '../core/units.ts'
import { call, callOr, exists, type JsonObject, type Refusal } from './call.ts'
import type { Cluster } from './cluster.ts'
import { acknowledgedSchema, ifMissing, objectsSchema, shardsSchema } from './shapes.ts'

/** One line of `_cat/indices`. */
export interface IndexLine {
  readonly index: string
  readonly status: string
  readonly health: string | undefined
  readonly uuid: string | undefined
  readonly primaries: number
  /** Undefined for a closed index, as is its size. Lucene's count: nested documents included. */
  readonly documents: number | undefined
  readonly primaryBytes: number | undefined
}

/** Settings, mappings and aliases of an index, as the cluster writes them. */
export interface IndexDefinition {
  readonly settings: JsonObject
  readonly mappings: JsonObject
  readonly aliases: JsonObject
}

const SLOW_DEADLINE_MS = 300_000

const anyObject = z.record(z.string(), z.unknown()).default({})
const definitionsSchema = z.record(
  z.string(),
  z.object({ settings: anyObject, mappings: anyObject, aliases: anyObject }),
)
const countSchema = z.object({ count: z.number().int(), _shards: shardsSchema })
const refreshSchema = z.object({ _shards: shardsSchema })
const text = z.string().nullish()
const catSchema = z.array(
  z.object({
    index: z.string(),
    status: z.string(),
    health: text,
    uuid: text,
    pri: text,
    'docs.count': text,
    'pri.store.size': text,
  }),
)

/** True when an index, alias or data stream of that name exists. Changes nothing. */
export function indexExists(cluster: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  return exists(cluster, [name], signal)
}

/** The index of that name, undefined when there is none; an alias gives the first index behind it, by name. Changes nothing. */
export async function getIndex(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<(IndexDefinition & { readonly name: string }) | undefined> {
  const found = await callOr(cluster, { method: 'GET', path: [name] }, definitionsSchema, ifMissing, signal)
  const first = found === 'missing' ? undefined : Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1))[0]
  return first && { name: first[0], ...first[1] }
}

/** Characters of the names in one request. */
const NAMES_IN_PATH = 3_000
/** Requests after which it is better to ask for every index there is. */
const MOST_REQUESTS = 10

/**
 * Those of some indices that are there, by name, however many they are: a few requests, or one for all indices of the cluster.
 * Names of aliases give the indices behind them. Changes nothing.
 */
export async function getIndices(
  cluster: Cluster,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, IndexDefinition>> {
  const lists: string[][] = []
  let characters = Infinity
  for (const name of names) {
    if (characters + name.length > NAMES_IN_PATH) {
      lists.push([])
      characters = 0
    }
    lists.at(-1)!.push(name)
    characters += name.length + 1
  }
  const hidden = cluster.quirks.hiddenIndices ? { expand_wildcards: 'all' } : {}
  const wanted = lists.length > MOST_REQUESTS ? ['_all'] : lists.map((list) => list.join(','))
  const found = new Map<string, IndexDefinition>()
  for (const path of wanted) {
    const query = { ignore_unavailable: true, ...hidden }
    const request = { method: 'GET', path: [path], query, deadlineMs: SLOW_DEADLINE_MS } as const
    const answer = await callOr(cluster, request, definitionsSchema, ifMissing, signal)
    if (answer !== 'missing') for (const [name, definition] of Object.entries(answer)) found.set(name, definition)
  }
  return found
}

/**
 * Creates an index. `exists` when the name is taken, which leaves that index as it is. Not idempotent, so never repeated on
 * its own. With `typed` the mappings have a type name, which the version must know.
 */
export async function createIndex(
  cluster: Cluster,
  name: string,
  body: JsonObject,
  options: { readonly typed?: boolean },
  signal: AbortSignal,
): Promise<'created' | 'exists'> {
  const query = typeNameQuery(cluster, options.typed)
  const wanted = { method: 'PUT', path: [name], query, body, idempotent: false, deadlineMs: SLOW_DEADLINE_MS } as const
  const outcome = await callOr(cluster, wanted, acknowledgedSchema, ifExists, signal)
  return typeof outcome === 'string' ? outcome : 'created'
}

/** Deletes one index with its documents. False when there was none. Idempotent. */
export async function deleteIndex(cluster: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  const wanted = { method: 'DELETE', path: [name], deadlineMs: SLOW_DEADLINE_MS } as const
  return (await callOr(cluster, wanted, acknowledgedSchema, ifMissing, signal)) !== 'missing'
}

/** Changes dynamic settings; a value of null goes back to the default. Idempotent. */
export async function updateIndexSettings(
  cluster: Cluster,
  name: string,
  settings: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const wanted = { method: 'PUT', path: [name, '_settings'], body: settings } as const
  await call(cluster, wanted, acknowledgedSchema, signal)
}

/** Adds fields to a mapping; with `type`, to that of one mapping type. Idempotent. */
export async function putMapping(
  cluster: Cluster,
  name: string,
  mapping: JsonObject,
  options: { readonly type?: string },
  signal: AbortSignal,
): Promise<void> {
  const path = [name, '_mapping', ...(options.type === undefined ? [] : [options.type])]
  const query = typeNameQuery(cluster, options.type !== undefined)
  await call(cluster, { method: 'PUT', path, query, body: mapping }, acknowledgedSchema, signal)
}

/** Gives an index an alias, or an alias that it has another definition. Idempotent. */
export async function putAlias(
  cluster: Cluster,
  index: string,
  alias: string,
  definition: JsonObject,
  signal: AbortSignal,
): Promise<void> {
  const wanted = { method: 'PUT', path: [index, '_alias', alias], body: definition } as const
  await call(cluster, wanted, acknowledgedSchema, signal)
}

/** Makes everything indexed so far visible to searches. Idempotent. */
export async function refresh(cluster: Cluster, name: string, signal: AbortSignal): Promise<void> {
  const path = [name, '_refresh']
  const wanted = { method: 'POST', path, idempotent: true, deadlineMs: SLOW_DEADLINE_MS } as const
  const { _shards: shards } = await call(cluster, wanted, refreshSchema, signal)
  if (shards.failed > 0) throw shardsFailed(cluster, path, shards)
}

/**
 * Documents of an index that a search finds, nested documents not counted; refresh first. `CLUSTER_REFUSED`, retryable, when
 * not every shard answered, because then the count is not the count.
 */
export async function countDocuments(cluster: Cluster, name: string, signal: AbortSignal): Promise<number> {
  const path = [name, '_count']
  const wanted = { method: 'GET', path, deadlineMs: SLOW_DEADLINE_MS } as const
  const { count, _shards: shards } = await call(cluster, wanted, countSchema, signal)
  if (shards.failed > 0 || shards.successful < shards.total) throw shardsFailed(cluster, path, shards)
  return count
}

/** Every index, hidden and closed ones included, by name. Changes nothing. */
export async function catIndices(cluster: Cluster, signal: AbortSignal): Promise<IndexLine[]> {
  const query = {
    format: 'json',
    bytes: 'b',
    h: 'index,status,health,uuid,pri,docs.count,pri.store.size',
    ...(cluster.quirks.hiddenIndices && { expand_wildcards: 'all' }),
  }
  const wanted = { method: 'GET', path: ['_cat', 'indices'], query, deadlineMs: SLOW_DEADLINE_MS } as const
  const lines = await call(cluster, wanted, catSchema, signal)
  return lines
    .map((line) => ({
      index: line.index,
      status: line.status,
      health: line.health ?? undefined,
      uuid: line.uuid ?? undefined,
      primaries: Number(line.pri ?? 0),
      documents: numberOf(line['docs.count']),
      primaryBytes: numberOf(line['pri.store.size']),
    }))
    .sort((a, b) => (a.index < b.index ? -1 : 1))
}

/** Aliases of every index, as `{ index: { aliases } }`. Changes nothing. */
export async function getAliases(cluster: Cluster, signal: AbortSignal): Promise<Readonly<Record<string, JsonObject>>> {
  const found = await call(cluster, { method: 'GET', path: ['_alias'] }, objectsSchema, signal)
  const aliasesOf = z.object({ aliases: anyObject })
  return Object.fromEntries(Object.entries(found).map(([index, value]) => [index, aliasesOf.parse(value).aliases]))
}

/** Applies alias actions (`add`, `remove`) all at once or not at all. Idempotent, except that removing twice is refused. */
export async function updateAliases(
  cluster: Cluster,
  actions: readonly JsonObject[],
  signal: AbortSignal,
): Promise<void> {
  await call(
    cluster,
    { method: 'POST', path: ['_aliases'], body: { actions }, idempotent: true },
    acknowledgedSchema,
    signal,
  )
}

/** Takes "already exists" for an outcome; for `callOr`. */
function ifExists({ error }: Refusal): 'exists' | undefined {
  return /already_?exists/.test(error.type) ? 'exists' : undefined
}

/** The query that says how mappings are written, empty where the version does not ask. */
export function typeNameQuery(cluster: Cluster, typed: boolean | undefined): Record<string, boolean> {
  return cluster.quirks.includeTypeName && typed !== undefined ? { include_type_name: typed } : {}
}

function numberOf(value: string | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}

function shardsFailed(cluster: Cluster, path: readonly string[], shards: z.infer<typeof shardsSchema>): Failure {
  const why = shards.failures?.[0] === undefined ? '' : `: ${JSON.stringify(shards.failures[0]).slice(0, 300)}`
  return new Failure('CLUSTER_REFUSED', `${shards.successful} of ${counted(shards.total, 'shard')} answered${why}`, {
    op: 'ask',
    subject: `${cluster.http.endpoint}/${path.join('/')}`,
    hint: 'Wait until the index is at least yellow, then run again.',
    retryable: true,
  })
}
