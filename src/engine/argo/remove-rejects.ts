import * as z from 'zod'
import { call } from '../../cluster/call.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { rejectIndexName } from './reject-index.ts'

/** Keys in one request. */
const KEYS = 1000
const removedSchema = z.object({ deleted: z.number() })

/** Removes rejects of a run by their keys. Codes as `call`. */
export async function removeRejects(
  cluster: Cluster,
  run: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const path = [rejectIndexName(run), '_delete_by_query']
  for (let start = 0; start < keys.length; start += KEYS) {
    const body = { query: { terms: { key: keys.slice(start, start + KEYS) } } }
    const query = { conflicts: 'proceed', refresh: true }
    await call(cluster, { method: 'POST', path, query, body, idempotent: true }, removedSchema, signal)
  }
}
