import type { HttpRequest } from '../../http/http-client.ts'

/** A name that no index, repository, snapshot or template can have. */
const IMPOSSIBLE = encodeURIComponent('BACKFILL,CHECK')
/** A document that nobody has, in a state that it never had. */
const NO_DOCUMENT = '_doc/backfill-check'
const NEVER = { if_seq_no: 999_999_999, if_primary_term: 999_999_999, require_alias: true }

type Probe = Pick<HttpRequest, 'method' | 'path' | 'query' | 'body' | 'contentType'>

/**
 * For each right a request that needs it and cannot change anything, because what it asks for is impossible: the refusal for the
 * missing right comes before the one for what is asked.
 */
const PROBES: Readonly<Record<string, (index: string) => Probe>> = {
  'cluster:admin/repository/put': () => ({
    method: 'PUT',
    path: `/_snapshot/${IMPOSSIBLE}`,
    body: json({ type: 'none', settings: {} }),
  }),
  'cluster:admin/repository/delete': () => ({ method: 'DELETE', path: `/_snapshot/${IMPOSSIBLE}` }),
  'cluster:admin/snapshot/create': () => ({
    method: 'PUT',
    path: `/_snapshot/${IMPOSSIBLE}/${IMPOSSIBLE}`,
    body: '{}',
  }),
  'cluster:admin/snapshot/delete': () => ({ method: 'DELETE', path: `/_snapshot/${IMPOSSIBLE}/${IMPOSSIBLE}` }),
  'cluster:admin/snapshot/get': () => ({ method: 'GET', path: `/_snapshot/${IMPOSSIBLE}/${IMPOSSIBLE}` }),
  'cluster:admin/snapshot/status': () => ({ method: 'GET', path: `/_snapshot/${IMPOSSIBLE}/${IMPOSSIBLE}/_status` }),
  'indices:admin/index_template/put': () => ({
    method: 'PUT',
    path: `/_index_template/${IMPOSSIBLE}`,
    body: json({ index_patterns: ['none'], composed_of: [IMPOSSIBLE] }),
  }),
  'cluster:admin/component_template/put': () => ({
    method: 'PUT',
    path: `/_component_template/${IMPOSSIBLE}`,
    body: json({ template: { settings: { 'index.number_of_shards': 'none' } } }),
  }),
  'indices:data/write/bulk': () => ({
    method: 'POST',
    path: '/_bulk',
    body: `${json({ delete: { _index: 'BACKFILL,CHECK', _id: 'none' } })}\n`,
    contentType: 'application/x-ndjson',
  }),
  'indices:admin/create': (index) => ({
    method: 'PUT',
    path: `/${index}`,
    body: json({ settings: { 'index.number_of_shards': 'none' } }),
  }),
  'indices:admin/mapping/put': (index) => ({
    method: 'PUT',
    path: `/${index}/_mapping`,
    body: json({ properties: { 'backfill-check': { type: 'none' } } }),
  }),
  'indices:admin/settings/update': (index) => ({
    method: 'PUT',
    path: `/${index}/_settings`,
    body: json({ 'index.refresh_interval': 'none' }),
  }),
  'indices:admin/refresh': (index) => ({ method: 'POST', path: `/${index}/_refresh` }),
  'indices:data/read/search': (index) => ({ method: 'GET', path: `/${index}/_count` }),
  'indices:data/write/index': (index) => ({
    method: 'PUT',
    path: `/${index}/${NO_DOCUMENT}`,
    query: NEVER,
    body: '{}',
  }),
}

/** The request that tries a right; undefined where there is none, or where it needs an index and none is known. */
export function probeOf(right: string, indexName: string | undefined): Probe | undefined {
  const make = PROBES[right]
  if (make === undefined || (indexName === undefined && make.length > 0)) return undefined
  return make(encodeURIComponent(indexName ?? ''))
}

function json(value: unknown): string {
  return JSON.stringify(value)
}
