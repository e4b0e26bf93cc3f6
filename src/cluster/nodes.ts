import * as z from 'zod'
import { call, callOr, type JsonObject } from './call.ts'
import type { Cluster } from './cluster.ts'
import { acknowledgedSchema } from './shapes.ts'

/** A node, and where it may keep fs repositories. */
export interface NodeInfo {
  readonly name: string
  readonly version: string
  /** The setting `path.repo`; empty when it has none. */
  readonly pathRepo: readonly string[]
}

/** Health of the cluster, or of the indices that were asked for. */
export interface ClusterHealth {
  readonly status: 'green' | 'yellow' | 'red'
  readonly nodes: number
  readonly dataNodes: number
  /** True when the wanted status did not come in the time given. */
  readonly timedOut: boolean
}

/** Settings of a cluster, with flat keys. */
export interface ClusterSettings {
  readonly persistent: JsonObject
  readonly transient: JsonObject
}

/** A list is an array, one string, or an object with numbers as keys, by version. */
const listSchema = z
  .union([z.string(), z.array(z.string()), z.record(z.string(), z.string())])
  .transform((value) => (typeof value === 'string' ? value.split(',') : Object.values(value)))
const nodesSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({
      name: z.string(),
      version: z.string(),
      settings: z.object({ path: z.object({ repo: listSchema.optional() }).optional() }).optional(),
    }),
  ),
})
const healthSchema = z.object({
  status: z.enum(['green', 'yellow', 'red']),
  number_of_nodes: z.number(),
  number_of_data_nodes: z.number(),
  timed_out: z.boolean(),
})
const anyObject = z.record(z.string(), z.unknown()).default({})
const settingsSchema = z.object({ persistent: anyObject, transient: anyObject })

const pluginsSchema = z.array(z.object({ component: z.string() }))

/** All nodes. Changes nothing. */
export async function listNodes(cluster: Cluster, signal: AbortSignal): Promise<NodeInfo[]> {
  const filter = 'nodes.*.name,nodes.*.version,nodes.*.settings.path.repo'
  const query = cluster.quirks.filterPath ? { filter_path: filter } : {}
  const { nodes } = await call(cluster, { method: 'GET', path: ['_nodes', 'settings'], query }, nodesSchema, signal)
  return Object.values(nodes).map(({ name, version, settings }) => ({
    name,
    version,
    pathRepo: settings?.path?.repo ?? [],
  }))
}

/** Names of the plugins that any node has, as `opensearch-knn`. Changes nothing. */
export async function listPlugins(cluster: Cluster, signal: AbortSignal): Promise<Set<string>> {
  const query = { format: 'json', h: 'component' }
  const lines = await call(cluster, { method: 'GET', path: ['_cat', 'plugins'], query }, pluginsSchema, signal)
  return new Set(lines.map((line) => line.component))
}

/** Health now, or once `waitFor` is reached, or after `waitMs` (default 30 s). Changes nothing. */
export async function clusterHealth(
  cluster: Cluster,
  options: { readonly index?: string; readonly waitFor?: 'green' | 'yellow'; readonly waitMs?: number },
  signal: AbortSignal,
): Promise<ClusterHealth> {
  const waitMs = options.waitMs ?? 30_000
  const path = ['_cluster', 'health', ...(options.index === undefined ? [] : [options.index])]
  const query = options.waitFor === undefined ? {} : { wait_for_status: options.waitFor, timeout: `${waitMs}ms` }
  const wanted = { method: 'GET', path, query, deadlineMs: waitMs + 60_000 } as const
  // 408 is how a wait that ran out is answered; the numbers are then asked for without waiting.
  const judge = ({ status }: { status: number }): 'late' | undefined => (status === 408 ? 'late' : undefined)
  const answer = await callOr(cluster, wanted, healthSchema, judge, signal)
  const late = answer === 'late'
  const health = late ? await call(cluster, { method: 'GET', path }, healthSchema, signal) : answer
  return {
    status: health.status,
    nodes: health.number_of_nodes,
    dataNodes: health.number_of_data_nodes,
    timedOut: late || health.timed_out,
  }
}

/** Settings of the cluster that differ from the defaults. Changes nothing. */
export async function getClusterSettings(cluster: Cluster, signal: AbortSignal): Promise<ClusterSettings> {
  const wanted = { method: 'GET', path: ['_cluster', 'settings'], query: { flat_settings: true } } as const
  return call(cluster, wanted, settingsSchema, signal)
}

/** Changes settings of the cluster; a value of null goes back to the default. Idempotent. */
export async function putClusterSettings(
  cluster: Cluster,
  settings: Partial<ClusterSettings>,
  signal: AbortSignal,
): Promise<void> {
  const wanted = { method: 'PUT', path: ['_cluster', 'settings'], body: { ...settings } } as const
  await call(cluster, wanted, acknowledgedSchema, signal)
}
