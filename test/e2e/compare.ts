import { parseJsonExact } from '../../src/codec/json-exact.ts'
import { scalarText } from '../../src/codec/json-text-sink.ts'
import { isJsonObject, type JsonObject, type JsonScalar, type JsonValue } from '../../src/codec/json-value.ts'
import { send, type RestTarget } from '../servers/rest.ts'

const PAGE_DOCUMENTS = 2000
const JSON_TYPE = { 'content-type': 'application/json' }

/** What two clusters hold of the same indices, compared document by document. */
export interface Comparison {
  /** Documents that both sides hold alike. */
  readonly equal: number
  /** One line for each document that differs or that one side lacks, at most 20. */
  readonly differences: readonly string[]
}

/**
 * Compares every document of the indices on two servers: index, identifier, routing, and the source as JSON with exact numbers,
 * whatever the order of its members. Both sides are read to the end by scrolling after a refresh.
 */
export async function compareDocuments(
  source: RestTarget,
  target: RestTarget,
  indices: readonly string[],
): Promise<Comparison> {
  let equal = 0
  const differences: string[] = []
  const report = (line: string): void => {
    if (differences.length < 20) differences.push(line)
  }
  for (const index of indices) {
    const [left, right] = await Promise.all([readDocuments(source, index), readDocuments(target, index)])
    for (const [key, text] of left) {
      const other = right.get(key)
      if (other === text) equal++
      else
        report(other === undefined ? `${index} ${key}: not on the target` : `${index} ${key}: ${text} became ${other}`)
    }
    for (const key of right.keys()) if (!left.has(key)) report(`${index} ${key}: not on the source`)
  }
  return { equal, differences }
}

/** All documents of an index: `<identifier>` or `<identifier> routed by <routing>` → canonical source. */
export async function readDocuments(server: RestTarget, index: string): Promise<ReadonlyMap<string, string>> {
  const path = `/${encodeURIComponent(index)}`
  const ask = async (method: string, at: string, body?: object): Promise<Page> =>
    pageOf(await send(server, method, at, JSON_TYPE, body === undefined ? undefined : JSON.stringify(body)))
  await send(server, 'POST', `${path}/_refresh`, JSON_TYPE, undefined)
  const documents = new Map<string, string>()
  let page = await ask('POST', `${path}/_search?scroll=2m`, { size: PAGE_DOCUMENTS })
  while (page.hits.length > 0) {
    for (const hit of page.hits) {
      const routing = (hit['_routing'] ?? hit['_parent']) as string | undefined
      documents.set(documentKey(hit['_id'] as string, routing), canonicalJson(hit['_source'] ?? null))
    }
    // In the path, since the oldest versions take no body with it.
    page = await ask('GET', `/_search/scroll?scroll=2m&scroll_id=${encodeURIComponent(page.scrollId)}`)
  }
  return documents
}

/** What tells documents of one index apart: with different routings, the same identifier is in several of them. */
export function documentKey(id: string, routing: string | undefined): string {
  return routing === undefined ? id : `${id} routed by ${routing}`
}

/** JSON text without blanks, members sorted by name, numbers by value and with all digits: equal texts mean equal documents. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(canonicalJson).join(',')}]`
  if (!isJsonObject(value)) return scalarText(value as JsonScalar)
  const names = Object.keys(value).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`).join(',')}}`
}

interface Page {
  readonly scrollId: string
  readonly hits: readonly JsonObject[]
}

/** Shards that did not answer would hide documents, so they are an error. */
function pageOf(text: string): Page {
  const answer = parseJsonExact(text, 'answer to a scroll') as JsonObject
  const failed = (answer['_shards'] as JsonObject)['failed']
  if (failed !== 0) throw new Error(`scroll: ${failed as number} shards did not answer: ${text.slice(0, 1000)}`)
  const { hits } = answer['hits'] as unknown as { hits: readonly JsonObject[] }
  return { scrollId: answer['_scroll_id'] as string, hits }
}
