import * as z from 'zod'
import { call, callOr } from './call.ts'
import type { Cluster } from './cluster.ts'
import { acknowledgedSchema, ifMissing } from './shapes.ts'

/** A data stream and the indices behind it, the oldest first. */
export interface DataStream {
  readonly name: string
  readonly timestampField: string
  readonly indices: readonly string[]
}

const dataStreamsSchema = z.object({
  data_streams: z.array(
    z.object({
      name: z.string(),
      timestamp_field: z.object({ name: z.string() }),
      indices: z.array(z.object({ index_name: z.string() })),
    }),
  ),
})

/** All data streams; none where the version has no such thing. Changes nothing. */
export async function listDataStreams(cluster: Cluster, signal: AbortSignal): Promise<DataStream[]> {
  if (!cluster.quirks.dataStreams) return []
  const wanted = { method: 'GET', path: ['_data_stream'] } as const
  // A distribution without the module knows no such path.
  const judge = ({ status }: { status: number }): 'none' | undefined =>
    [400, 404, 405].includes(status) ? 'none' : undefined
  const found = await callOr(cluster, wanted, dataStreamsSchema, judge, signal)
  if (found === 'none') return resolvedDataStreams(cluster, signal)
  return found.data_streams.map((stream) => ({
    name: stream.name,
    timestampField: stream.timestamp_field.name,
    indices: stream.indices.map((index) => index.index_name),
  }))
}

const resolvedSchema = z.object({
  data_streams: z.array(
    z.object({
      name: z.string(),
      timestamp_field: z.string(),
      backing_indices: z.union([z.string(), z.array(z.string())]),
    }),
  ),
})

/** The server itself knows its streams also where the module with the paths of their own is missing. */
async function resolvedDataStreams(cluster: Cluster, signal: AbortSignal): Promise<DataStream[]> {
  const query = { expand_wildcards: 'all' }
  const wanted = { method: 'GET', path: ['_resolve', 'index', '*'], query } as const
  const judge = ({ status }: { status: number }): 'none' | undefined =>
    [400, 404, 405].includes(status) ? 'none' : undefined
  const found = await callOr(cluster, wanted, resolvedSchema, judge, signal)
  if (found === 'none') return []
  return found.data_streams.map(({ name, timestamp_field: timestampField, backing_indices: indices }) => ({
    name,
    timestampField,
    indices: typeof indices === 'string' ? [indices] : indices,
  }))
}

/** The data stream of that name; undefined when there is none. Changes nothing. */
export async function getDataStream(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<DataStream | undefined> {
  return (await listDataStreams(cluster, signal)).find((stream) => stream.name === name)
}

const rolledSchema = z.object({ new_index: z.string() })

/** Gives a data stream a new write index and returns its name. Not idempotent. */
export async function rollOver(cluster: Cluster, name: string, signal: AbortSignal): Promise<string> {
  const wanted = { method: 'POST', path: [name, '_rollover'], idempotent: false } as const
  return (await call(cluster, wanted, rolledSchema, signal)).new_index
}

/** Creates a data stream, for which a matching index template must exist. Not idempotent; `exists` when the name is taken. */
export async function createDataStream(
  cluster: Cluster,
  name: string,
  signal: AbortSignal,
): Promise<'created' | 'exists'> {
  const wanted = { method: 'PUT', path: ['_data_stream', name], idempotent: false } as const
  const outcome = await callOr(
    cluster,
    wanted,
    acknowledgedSchema,
    ({ error }) =>
      /already_exists|already exists/.test(`${error.type} ${error.reason}`) ? ('exists' as const) : undefined,
    signal,
  )
  return typeof outcome === 'string' ? outcome : 'created'
}

/** Deletes a data stream with its indices. False when there was none. Idempotent. */
export async function deleteDataStream(cluster: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  const wanted = { method: 'DELETE', path: ['_data_stream', name] } as const
  return (await callOr(cluster, wanted, acknowledgedSchema, ifMissing, signal)) !== 'missing'
}
