import { openCluster, type Cluster } from '../../../src/cluster/cluster.ts'
import { Failure } from '../../../src/core/failure.ts'
import { denialOf } from '../../../src/http/denial.ts'
import type { HttpClient, HttpRequest } from '../../../src/http/http-client.ts'

/** What a cluster of a test holds; everything has a default. */
export interface FakeState {
  readonly endpoint?: string
  readonly distribution?: 'elasticsearch' | 'opensearch'
  readonly version?: string
  readonly uuid?: string
  readonly indices?: readonly FakeIndex[]
  readonly repositories?: Readonly<Record<string, { type: string; settings?: Record<string, unknown> }>>
  readonly pathRepo?: readonly string[]
  readonly dataStreams?: Readonly<Record<string, readonly string[]>>
  /** Answers by `GET /path`, over everything else: a body, or a status with a body. */
  readonly answers?: Readonly<Record<string, unknown>>
}

export interface FakeIndex {
  readonly index: string
  readonly status?: string
  readonly health?: string
  readonly pri?: number
  readonly documents?: number
  readonly bytes?: number
  readonly settings?: Readonly<Record<string, unknown>>
  readonly mappings?: Readonly<Record<string, unknown>>
}

/** An answer with a status of its own. */
export class Status {
  readonly status: number
  readonly body: unknown

  constructor(status: number, body: unknown = {}) {
    this.status = status
    this.body = body
  }
}

/** A cluster in memory that only answers questions, and the requests it got, such as `GET /_snapshot`. */
export interface FakeCluster {
  readonly requests: string[]
  /** The last body of each request that had one. */
  readonly bodies: ReadonlyMap<string, unknown>
  readonly http: HttpClient
  open(): Promise<Cluster>
}

/** A cluster in memory. It fails the test at any request that could change something. */
export function fakeCluster(state: FakeState = {}): FakeCluster {
  const endpoint = state.endpoint ?? 'http://cluster.example:9200'
  const requests: string[] = []
  const bodies = new Map<string, unknown>()
  const request: HttpClient['request'] = (wanted) => {
    const line = `${wanted.method} ${wanted.path}`
    requests.push(line)
    if (typeof wanted.body === 'string' && wanted.body.startsWith('{')) bodies.set(line, parsed(wanted.body))
    const known = state.answers?.[line] ?? answer(state, wanted)
    if (known instanceof Error) return Promise.reject(known)
    const { status, body } = known instanceof Status ? known : { status: 200, body: known }
    const response = { status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) }
    const denial = denialOf(response, `${wanted.method} ${endpoint}${wanted.path}`)
    return denial === undefined ? Promise.resolve(response) : Promise.reject(denial)
  }
  const http: HttpClient = { endpoint, request, close: () => Promise.resolve() }
  return { requests, bodies, http, open: () => openCluster(http, new AbortController().signal) }
}

/** A body of several lines is kept as it is. */
function parsed(body: string): unknown {
  return body.includes('\n') ? body : (JSON.parse(body) as unknown)
}

function answer(state: FakeState, { method, path }: HttpRequest): unknown {
  const { distribution = 'elasticsearch', version = distribution === 'opensearch' ? '2.19.4' : '7.10.2' } = state
  switch (`${method} ${path}`) {
    case 'GET /':
      return {
        cluster_name: 'test',
        cluster_uuid: state.uuid ?? `uuid-of-${distribution}`,
        version: { number: version, ...(distribution === 'opensearch' && { distribution }) },
      }
    case 'GET /_cat/indices':
      return (state.indices ?? []).map(({ index, status = 'open', health = 'green', pri = 1, documents, bytes }) => ({
        index,
        status,
        health,
        uuid: `u-${index}`,
        pri: String(pri),
        'docs.count': status === 'close' ? null : String(documents ?? 10),
        'pri.store.size': status === 'close' ? null : String(bytes ?? 1000),
      }))
    case 'GET /_all':
      return definitions(state.indices ?? [])
    case 'GET /_cat/plugins':
      return []
    case 'GET /_snapshot':
      return state.repositories ?? {}
    case 'GET /_nodes/settings':
      return { nodes: { n1: { name: 'node-1', version, settings: { path: { repo: state.pathRepo ?? [] } } } } }
    case 'GET /_data_stream':
      return {
        data_streams: Object.entries(state.dataStreams ?? {}).map(([name, indices]) => ({
          name,
          timestamp_field: { name: '@timestamp' },
          indices: indices.map((index) => ({ index_name: index })),
        })),
      }
    case 'GET /_alias':
      return Object.fromEntries((state.indices ?? []).map(({ index }) => [index, { aliases: {} }]))
    case 'GET /_cluster/settings':
      return { persistent: {}, transient: {} }
    case 'GET /_cluster/health':
      return {
        status: 'green',
        number_of_nodes: 1,
        number_of_data_nodes: 1,
        active_shards: 10,
        timed_out: false,
      }
    case 'GET /_nodes/plugins':
      return { nodes: { n1: { name: 'node-1', plugins: [], modules: [{ name: 'repository-s3' }] } } }
    case 'GET /_cat/allocation':
      return [{ node: 'node-1', 'disk.avail': '1000000000000', 'disk.total': '2000000000000' }]
    case 'GET /_template':
      return {}
    case 'GET /_index_template':
      return { index_templates: [] }
    case 'GET /_component_template':
      return { component_templates: [] }
    default: {
      const names = new Set(decodeURIComponent(path.slice(1)).split(','))
      const named = (state.indices ?? []).filter(({ index }) => names.has(index))
      if (method === 'GET' && named.length > 0) return definitions(named)
      if (method === 'GET' || method === 'HEAD')
        return new Status(404, { error: { type: 'none', reason: 'no handler' } })
      throw new Error(`a test cluster was asked to change something: ${method} ${path}`)
    }
  }
}

function definitions(indices: readonly FakeIndex[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    indices.map(({ index, settings = {}, mappings = {} }) => [
      index,
      { settings: { index: { number_of_shards: '1', ...settings } }, mappings, aliases: {} },
    ]),
  )
}

/** What a connection to nowhere throws. */
export function unreachable(endpoint: string): Failure {
  return new Failure('CLUSTER_UNREACHABLE', 'connection refused', { op: 'send', subject: `GET ${endpoint}/` })
}
