import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problem, warning, type Finding } from '../finding.ts'
import { askElasticsearch } from './ask-elasticsearch.ts'
import { askOpenSearch } from './ask-opensearch.ts'
import type { NeededRights } from './rights.ts'

/** Rights on a source that takes a snapshot. */
export const SOURCE_RIGHTS: readonly string[] = [
  'cluster:admin/repository/put',
  'cluster:admin/repository/delete',
  'cluster:admin/snapshot/create',
  'cluster:admin/snapshot/delete',
  'cluster:admin/snapshot/get',
]

/** Rights on a target. */
export const TARGET_RIGHTS = {
  cluster: ['indices:admin/index_template/put', 'cluster:admin/component_template/put', 'indices:data/write/bulk'],
  index: [
    'indices:admin/create',
    'indices:admin/mapping/put',
    'indices:admin/settings/update',
    'indices:admin/refresh',
    'indices:data/write/index',
    'indices:data/write/bulk*',
    'indices:data/read/search',
  ],
} as const

/** Asks the cluster, without changing anything, whether the user has the rights to change what a run changes. */
export async function checkWriteRights(
  { subject, cluster }: ReachedCluster,
  needed: NeededRights,
  { signal }: Examination,
): Promise<Finding[]> {
  const all = [...needed.cluster, ...needed.index]
  if (all.length === 0) return [ok('write-rights', subject, 'nothing is written to it')]
  const answer =
    cluster.info.distribution === 'opensearch'
      ? await askOpenSearch(cluster, needed, signal)
      : await askElasticsearch(cluster, needed, signal)
  switch (answer.kind) {
    case 'unrestricted':
      return [ok('write-rights', subject, answer.why)]
    case 'told': {
      if (answer.missing.length === 0) return [ok('write-rights', subject, 'it grants every right that the run needs')]
      const missing = answer.missing.join(', ')
      const remedy = `Grant ${missing} to ${answer.user === undefined ? 'this user' : `user ${answer.user}`}.`
      return [problem('write-rights', subject, `rights are missing: ${missing}`, remedy)]
    }
    case 'untried':
      return [
        warning(
          'write-rights',
          subject,
          `could not be tried without changing anything: ${all.join(', ')} (${answer.why})`,
          'Make sure that the user has them; a refusal during the run names the right and the run can be resumed.',
        ),
      ]
  }
}
