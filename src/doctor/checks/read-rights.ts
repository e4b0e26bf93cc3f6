import { listDataStreams } from '../../cluster/data-streams.ts'
import { catIndices, getAliases } from '../../cluster/indices.ts'
import { getClusterSettings } from '../../cluster/nodes.ts'
import { getComponentTemplates, getIndexTemplates, getLegacyTemplates } from '../../cluster/templates.ts'
import { isFailure } from '../../core/failure.ts'
import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problemOf, remedyOf, warning, type Finding } from '../finding.ts'
import { takesSnapshot } from './source-rights.ts'

interface Reading {
  readonly what: string
  readonly ask: () => Promise<unknown>
  /** What is lost without it, where a run does its work all the same. */
  readonly lost?: string
}

/** Tries every reading call that a plan and a run make, side by side. */
export async function checkReadRights(reached: ReachedCluster, examination: Examination): Promise<Finding[]> {
  const { subject } = reached
  const readings =
    reached.side === 'source' ? readingsOfSource(reached, examination) : readingsOfTarget(reached, examination)
  const allowed: string[] = []
  const refused = await Promise.all(
    readings.map(async ({ what, ask, lost }): Promise<Finding[]> => {
      try {
        await ask()
        allowed.push(what)
        return []
      } catch (error) {
        if (!isFailure(error) || error.code === 'ABORTED') throw error
        if (lost === undefined) return [problemOf('read-rights', subject, error)]
        return [warning('read-rights', subject, `${lost}: ${error.message}`, remedyOf(error))]
      }
    }),
  )
  const may = readings.map(({ what }) => what).filter((what) => allowed.includes(what))
  return [...(may.length === 0 ? [] : [ok('read-rights', subject, `may read ${may.join(', ')}`)]), ...refused.flat()]
}

/** Of a source whose existing snapshots are read, the plan asks no more than where they lie. */
function readingsOfSource({ wanted, answers }: ReachedCluster, { config }: Examination): readonly Reading[] {
  if (answers === undefined) return []
  const repositories = { what: 'repositories', ask: () => answers.repositories() }
  if (!takesSnapshot(config, wanted.name)) return [repositories]
  const own = config.migrations.filter((one) => one.source === wanted.name && one.snapshot.create)
  const groups = own.flatMap((one) => one.groups)
  const definitions = {
    what: 'settings and mappings of indices',
    ask: () => answers.definitions(),
    lost: 'the plan cannot say what the target needs changed, or which sources are not stored',
  }
  const templates = {
    what: 'templates',
    ask: () => answers.templates(),
    lost: 'the plan cannot say which templates are left out',
  }
  return [
    { what: 'indices', ask: () => answers.indices() },
    { what: 'data streams', ask: () => answers.dataStreams() },
    repositories,
    // Where the plan needs it to find a repository, that fails by itself.
    {
      what: 'settings of nodes',
      ask: () => answers.repositoryFolders(),
      lost: 'path.repo of the nodes cannot be looked at',
    },
    ...(groups.some((group) => group.metadata.enabled || group.backfill.enabled) ? [definitions] : []),
    ...(groups.some((group) => group.metadata.enabled) ? [templates] : []),
  ]
}

function readingsOfTarget({ cluster }: ReachedCluster, { signal }: Examination): readonly Reading[] {
  return [
    { what: 'indices', ask: () => catIndices(cluster, signal) },
    { what: 'aliases', ask: () => getAliases(cluster, signal) },
    { what: 'data streams', ask: () => listDataStreams(cluster, signal) },
    { what: 'settings of the cluster', ask: () => getClusterSettings(cluster, signal) },
    { what: 'legacy templates', ask: () => getLegacyTemplates(cluster, {}, signal) },
    {
      what: 'index templates',
      ask: async () => {
        if (!cluster.quirks.composableTemplates) return
        await getIndexTemplates(cluster, signal)
        await getComponentTemplates(cluster, signal)
      },
    },
  ]
}
