import * as z from 'zod'
import { call, callOr, type JsonObject } from './call.ts'
import type { Cluster } from './cluster.ts'
import { acknowledgedSchema, ifMissing } from './shapes.ts'

/** What a snapshot is to contain. */
export interface SnapshotRequest {
  readonly repository: string
  readonly snapshot: string
  /** Names and patterns as the cluster reads them. */
  readonly indices: readonly string[]
  readonly includeGlobalState: boolean
  /** True accepts shards that cannot be read. */
  readonly partial: boolean
  /** Stored with the snapshot where the version knows that. */
  readonly metadata?: JsonObject
}

/** How a snapshot stands. */
export interface SnapshotProgress {
  /** `IN_PROGRESS`, `SUCCESS`, `PARTIAL`, `FAILED`, and what later versions may add. */
  readonly state: string
  readonly shards: { readonly total: number; readonly done: number; readonly failed: number }
  /** Known while it runs. */
  readonly bytes?: { readonly total: number; readonly done: number }
  readonly failures: readonly { readonly index: string; readonly shard: number; readonly reason: string }[]
}

/** Deleting a large snapshot takes its time. */
const DELETE_DEADLINE_MS = 900_000
const CREATE_DEADLINE_MS = 180_000

const infoSchema = z.object({
  snapshot: z.string(),
  state: z.string(),
  shards: z.object({ total: z.number(), failed: z.number(), successful: z.number() }).optional(),
  failures: z
    .array(z.object({ index: z.string(), shard_id: z.number().default(-1), reason: z.string().default('') }))
    .default([]),
})
const listSchema = z.object({ snapshots: z.array(infoSchema) })

/** Sizes before Elasticsearch 6.4 are flat, later they are nested. */
const statsSchema = z.object({
  total_size_in_bytes: z.number().optional(),
  processed_size_in_bytes: z.number().optional(),
  incremental: z.object({ size_in_bytes: z.number() }).optional(),
  processed: z.object({ size_in_bytes: z.number() }).optional(),
})
const statusSchema = z.object({
  snapshots: z.array(
    z.object({
      state: z.string(),
      shards_stats: z.object({ done: z.number(), failed: z.number(), total: z.number() }),
      stats: statsSchema,
    }),
  ),
})

const startedSchema = z.object({ accepted: z.literal(true) })

/**
 * Starts a snapshot and does not wait for it. `exists` when the name is taken, `busy` when the version does not allow
 * another one now; both leave things as they were. Not idempotent, so never repeated on its own: after a lost connection
 * ask {@link snapshotProgress}.
 */
export async function createSnapshot(
  cluster: Cluster,
  request: SnapshotRequest,
  signal: AbortSignal,
): Promise<'started' | 'exists' | 'busy'> {
  const body = {
    indices: request.indices.join(','),
    ignore_unavailable: false,
    include_global_state: request.includeGlobalState,
    partial: request.partial,
    ...(request.metadata !== undefined && cluster.quirks.snapshotMetadata && { metadata: request.metadata }),
  }
  const wanted = {
    method: 'PUT',
    path: ['_snapshot', request.repository, request.snapshot],
    query: { wait_for_completion: false },
    body,
    idempotent: false,
    deadlineMs: CREATE_DEADLINE_MS,
  } as const
  const outcome = await callOr(
    cluster,
    wanted,
    startedSchema,
    ({ error }) => {
      const text = `${error.type} ${error.reason}`
      if (/concurrent_snapshot|concurrent snapshot|a snapshot is already running/i.test(text)) return 'busy' as const
      return /already exists|already_exists/i.test(text) ? ('exists' as const) : undefined
    },
    signal,
  )
  return typeof outcome === 'string' ? outcome : 'started'
}

/** How a snapshot stands, undefined when there is none of that name. Changes nothing. */
export async function snapshotProgress(
  cluster: Cluster,
  repository: string,
  snapshot: string,
  signal: AbortSignal,
): Promise<SnapshotProgress | undefined> {
  const path = ['_snapshot', repository, snapshot]
  const found = await callOr(cluster, { method: 'GET', path }, listSchema, ifMissing, signal)
  const info = found === 'missing' ? undefined : found.snapshots[0]
  if (info === undefined) return undefined
  const failures = info.failures.map(({ index, shard_id: shard, reason }) => ({ index, shard, reason }))
  if (info.state === 'IN_PROGRESS') {
    const status = await callOr(cluster, { method: 'GET', path: [...path, '_status'] }, statusSchema, ifMissing, signal)
    const now = status === 'missing' ? undefined : status.snapshots[0]
    if (now !== undefined) {
      const { total, done, failed } = now.shards_stats
      return { state: info.state, shards: { total, done, failed }, bytes: bytesOf(now.stats), failures }
    }
  }
  const { total, successful, failed } = info.shards ?? { total: 0, successful: 0, failed: 0 }
  return { state: info.state, shards: { total, done: successful, failed }, failures }
}

/** Names and states of all snapshots of a repository. Changes nothing. */
export async function listSnapshots(
  cluster: Cluster,
  repository: string,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly state: string }[]> {
  const path = ['_snapshot', repository, '_all']
  const { snapshots } = await call(cluster, { method: 'GET', path }, listSchema, signal)
  return snapshots.map(({ snapshot: name, state }) => ({ name, state }))
}

/** Deletes a snapshot, or stops and deletes one that runs. False when there was none. Idempotent. */
export async function deleteSnapshot(
  cluster: Cluster,
  repository: string,
  snapshot: string,
  signal: AbortSignal,
): Promise<boolean> {
  const path = ['_snapshot', repository, snapshot]
  const wanted = { method: 'DELETE', path, deadlineMs: DELETE_DEADLINE_MS } as const
  return (await callOr(cluster, wanted, acknowledgedSchema, ifMissing, signal)) !== 'missing'
}

function bytesOf(stats: z.infer<typeof statsSchema>): { total: number; done: number } {
  return {
    total: stats.incremental?.size_in_bytes ?? stats.total_size_in_bytes ?? 0,
    done: stats.processed?.size_in_bytes ?? stats.processed_size_in_bytes ?? 0,
  }
}
