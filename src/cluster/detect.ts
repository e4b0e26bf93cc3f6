import * as z from 'zod'
import { Failure } from '../core/failure.ts'
import { serverWords } from '../http/denial.ts'
import type { HttpClient, HttpResponse } from '../http/http-client.ts'
import { parseVersion, type Version } from './version.ts'

/** The two families of servers. */
export type Distribution = 'elasticsearch' | 'opensearch'

/** What a cluster says of itself. */
export interface ClusterInfo {
  readonly distribution: Distribution
  readonly version: Version
  readonly clusterName: string
  /** Undefined where the server does not tell it (Elasticsearch before 5). */
  readonly clusterUuid: string | undefined
  /** Version of Lucene. */
  readonly lucene: string | undefined
  /** True when an OpenSearch cluster reports itself as 7.10.2 for the sake of old clients. */
  readonly compatibilityMode: boolean
}

const DETECT_DEADLINE_MS = 45_000

const rootSchema = z.object({
  cluster_name: z.string(),
  cluster_uuid: z.string().optional(),
  tagline: z.string().optional(),
  version: z.object({
    number: z.string(),
    distribution: z.string().optional(),
    lucene_version: z.string().optional(),
  }),
})

const nodeVersionsSchema = z.object({ nodes: z.record(z.string(), z.object({ version: z.string() })) })

/**
 * Asks a cluster what it is. An OpenSearch cluster in compatibility mode is recognised by its tagline, and its nodes are
 * asked for the true version. `CLUSTER_NOT_ONE` when something else answers.
 */
export async function detect(http: HttpClient, signal: AbortSignal): Promise<ClusterInfo> {
  const response = await http.request(
    { method: 'GET', path: '/', deadlineMs: DETECT_DEADLINE_MS, idempotent: true },
    signal,
  )
  const root = rootSchema.safeParse(jsonOf(response.body))
  const reported = root.success ? parseVersion(root.data.version.number) : undefined
  if (response.status !== 200 || !root.success || reported === undefined) throw notACluster(http, response)
  const { version, tagline, cluster_name: clusterName, cluster_uuid: clusterUuid } = root.data
  const openSearch = version.distribution === 'opensearch' || (tagline ?? '').includes('OpenSearch')
  const compatibilityMode = openSearch && version.distribution === undefined
  return {
    distribution: openSearch ? 'opensearch' : 'elasticsearch',
    version: compatibilityMode ? ((await oldestNodeVersion(http, signal)) ?? reported) : reported,
    clusterName,
    clusterUuid,
    lucene: version.lucene_version,
    compatibilityMode,
  }
}

async function oldestNodeVersion(http: HttpClient, signal: AbortSignal): Promise<Version | undefined> {
  const query = { filter_path: 'nodes.*.version' }
  const request = { method: 'GET', path: '/_nodes', query, deadlineMs: DETECT_DEADLINE_MS, idempotent: true } as const
  const nodes = nodeVersionsSchema.safeParse(jsonOf((await http.request(request, signal)).body))
  if (!nodes.success) return undefined
  const versions = Object.values(nodes.data.nodes).flatMap((node) => parseVersion(node.version) ?? [])
  return versions.sort((a, b) => a.major - b.major || a.minor - b.minor || a.patch - b.patch)[0]
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined // not JSON, so not a cluster: the schema says so
  }
}

function notACluster(http: HttpClient, response: HttpResponse): Failure {
  const words = serverWords(response.body)
  const { status, headers } = response
  const { location } = headers
  const redirected = status >= 300 && status < 400 && location !== undefined
  const said = redirected ? `a redirect to ${location}` : words === '' ? 'an empty answer' : `"${words.slice(0, 120)}"`
  return new Failure('CLUSTER_NOT_ONE', `status ${status} and ${said} instead of a cluster's greeting`, {
    op: 'ask',
    subject: `${http.endpoint}/`,
    hint: notAClusterHint(status),
  })
}

function notAClusterHint(status: number): string {
  if (status >= 502 && status <= 504) {
    return 'A proxy in front reaches no cluster: check that the cluster is up, and where the proxy leads.'
  }
  return 'Check host, port and path prefix; a proxy or another service may be in front.'
}
