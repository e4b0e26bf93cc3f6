import { counted } from '../../core/units.ts'
import { clusterHealth } from '../../cluster/nodes.ts'
import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problem, type Finding } from '../finding.ts'

/** Whether every shard has a primary; yellow is no more than missing replicas. */
export async function checkHealth(
  { subject, side, cluster }: ReachedCluster,
  { signal }: Examination,
): Promise<Finding[]> {
  const { status, dataNodes } = await clusterHealth(cluster, {}, signal)
  const nodes = counted(dataNodes, 'data node')
  if (status !== 'red') return [ok('health', subject, `${status}, ${nodes}`)]
  const effect = side === 'source' ? 'snapshots of some indices are not complete' : 'some indices cannot be written'
  const remedy = 'GET _cluster/allocation/explain says which primaries are missing and why.'
  return [problem('health', subject, `red, ${nodes}: ${effect}`, remedy)]
}
