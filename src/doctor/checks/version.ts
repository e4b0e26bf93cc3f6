import { claimWarning } from '../../plan/plan-cluster.ts'
import type { ReachedCluster } from '../examination.ts'
import { ok, problem, warning, type Finding } from '../finding.ts'

/** Whether the version can be used on this side, and is the one that the configuration claims. */
export function checkVersion({ side, wanted, subject, cluster }: ReachedCluster): Finding[] {
  const { distribution, version, compatibilityMode } = cluster.info
  const name = `${distribution} ${version.text}`
  if (side === 'target' && distribution !== 'opensearch') {
    const remedy = 'Check that source and target are not exchanged.'
    return [problem('version', subject, `it is ${name}; documents go into OpenSearch only`, remedy)]
  }
  const claim = claimWarning(side, wanted, cluster)
  if (claim !== undefined)
    return [warning('version', subject, claim, 'Correct or remove version in the configuration.')]
  return [ok('version', subject, compatibilityMode ? `${name}, reporting itself as 7.10.2 to old clients` : name)]
}
