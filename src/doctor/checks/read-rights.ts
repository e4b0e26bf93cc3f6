import type { Cluster } from '../../cluster/cluster.ts'
import { listDataStreams } from '../../cluster/data-streams.ts'
import { catIndices, getAliases } from '../../cluster/indices.ts'
import { getClusterSettings, listNodes } from '../../cluster/nodes.ts'
import { listRepositories } from '../../cluster/repositories.ts'
import { getComponentTemplates, getIndexTemplates, getLegacyTemplates } from '../../cluster/templates.ts'
import { isFailure } from '../../core/failure.ts'
import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problemOf, type Finding } from '../finding.ts'

interface Reading {
  readonly what: string
  readonly sides: readonly ('source' | 'target')[]
  readonly ask: (cluster: Cluster, signal: AbortSignal) => Promise<unknown>
}

const BOTH = ['source', 'target'] as const

/** Everything that a run reads, asked once each. */
const READINGS: readonly Reading[] = [
  { what: 'indices', sides: BOTH, ask: catIndices },
  { what: 'aliases', sides: ['target'], ask: getAliases },
  { what: 'data streams', sides: BOTH, ask: listDataStreams },
  { what: 'repositories', sides: ['source'], ask: listRepositories },
  { what: 'settings of nodes', sides: ['source'], ask: listNodes },
  { what: 'settings of the cluster', sides: ['target'], ask: getClusterSettings },
  {
    what: 'legacy templates',
    sides: ['target'],
    ask: (cluster, signal) => getLegacyTemplates(cluster, {}, signal),
  },
  {
    what: 'index templates',
    sides: ['target'],
    ask: async (cluster, signal) => {
      if (!cluster.quirks.composableTemplates) return
      await getIndexTemplates(cluster, signal)
      await getComponentTemplates(cluster, signal)
    },
  },
]

/** Tries every reading call that a run makes. */
export async function checkReadRights(
  { side, subject, cluster }: ReachedCluster,
  { signal }: Examination,
): Promise<Finding[]> {
  const allowed: string[] = []
  const findings: Finding[] = []
  for (const { what, sides, ask } of READINGS) {
    if (!sides.includes(side)) continue
    try {
      await ask(cluster, signal)
      allowed.push(what)
    } catch (error) {
      if (!isFailure(error) || error.code === 'ABORTED') throw error
      findings.push(problemOf('read-rights', subject, error))
    }
  }
  if (allowed.length > 0) findings.unshift(ok('read-rights', subject, `may read ${allowed.join(', ')}`))
  return findings
}
