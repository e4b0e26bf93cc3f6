import * as z from 'zod'
import { call } from '../../cluster/call.ts'
import { getClusterSettings } from '../../cluster/nodes.ts'
import { counted, formatCount } from '../../core/units.ts'
import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problem, type Finding } from '../finding.ts'

const SETTING = 'cluster.max_shards_per_node'
const DEFAULT_LIMIT = 1000

const healthSchema = z.object({ active_shards: z.number(), number_of_data_nodes: z.number() })

/** Whether the target may have as many shards more as the planned indices need, replicas not counted. */
export async function checkShardLimit(
  { subject, cluster }: ReachedCluster,
  newShards: number,
  { signal }: Examination,
): Promise<Finding[]> {
  const path = ['_cluster', 'health']
  const { active_shards: active, number_of_data_nodes: nodes } = await call(
    cluster,
    { method: 'GET', path },
    healthSchema,
    signal,
  )
  const { persistent, transient } = await getClusterSettings(cluster, signal)
  const limit = Number(transient[SETTING] ?? persistent[SETTING] ?? DEFAULT_LIMIT) * nodes
  const detail = `${counted(active, 'shard')} now, ${formatCount(newShards)} more without replicas, ${formatCount(limit)} allowed`
  // -1 means that there is no limit.
  if (limit < 0 || active + newShards <= limit) return [ok('shard-limit', subject, detail)]
  const remedy = `Raise ${SETTING} on the target, add nodes, or migrate fewer indices.`
  return [problem('shard-limit', subject, detail, remedy)]
}
