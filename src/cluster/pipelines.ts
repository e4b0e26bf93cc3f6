import * as z from 'zod'
import { call, callOr, type JsonObject } from './call.ts'
import type { Cluster } from './cluster.ts'
import { acknowledgedSchema, ifMissing, objectsSchema } from './shapes.ts'

/** Ingest pipelines by id. Changes nothing. */
export async function getPipelines(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Readonly<Record<string, JsonObject>>> {
  const wanted = { method: 'GET', path: ['_ingest', 'pipeline'] } as const
  const found = await callOr(cluster, wanted, objectsSchema, ifMissing, signal)
  return found === 'missing' ? {} : found
}

/** Writes an ingest pipeline; `CLUSTER_REFUSED` names a processor that the cluster lacks. Idempotent. */
export async function putPipeline(cluster: Cluster, id: string, body: JsonObject, signal: AbortSignal): Promise<void> {
  const wanted = { method: 'PUT', path: ['_ingest', 'pipeline', id], body, idempotent: true } as const
  await call(cluster, wanted, acknowledgedSchema, signal)
}

const nodesSchema = z.object({
  nodes: z.record(
    z.string(),
    z.object({ ingest: z.object({ processors: z.array(z.object({ type: z.string() })) }).optional() }),
  ),
})

/** Types of processors that every node with ingestion has. Changes nothing. */
export async function listProcessors(cluster: Cluster, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { nodes } = await call(cluster, { method: 'GET', path: ['_nodes', 'ingest'] }, nodesSchema, signal)
  const lists = Object.values(nodes).flatMap(({ ingest }) =>
    ingest === undefined ? [] : [new Set(ingest.processors.map(({ type }) => type))],
  )
  const [first = new Set<string>(), ...others] = lists
  return new Set([...first].filter((type) => others.every((other) => other.has(type))))
}
