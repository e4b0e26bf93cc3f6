import type { Examination, ReachedCluster } from '../examination.ts'
import { ok, problem, warning, type Finding } from '../finding.ts'
import { askElasticsearch } from './ask-elasticsearch.ts'
import { askOpenSearch } from './ask-opensearch.ts'
import { howToGrant } from './how-to-grant.ts'
import type { NeededRights } from './rights.ts'

/** Asks the cluster, without changing anything, whether the user has the rights to change what a run changes. */
export async function checkWriteRights(
  { subject, cluster, wanted }: ReachedCluster,
  needed: NeededRights,
  { signal }: Examination,
): Promise<Finding[]> {
  const all = [...needed.cluster, ...needed.index]
  if (all.length === 0) return [ok('write-rights', subject, 'nothing is written to it')]
  const answer =
    cluster.info.distribution === 'opensearch'
      ? await askOpenSearch(cluster, needed, signal)
      : await askElasticsearch(cluster, needed, wanted.auth, signal)
  switch (answer.kind) {
    case 'unrestricted':
      return [ok('write-rights', subject, answer.why)]
    case 'told': {
      if (answer.missing.length === 0) return [ok('write-rights', subject, 'it grants every right that the run needs')]
      const remedy = howToGrant(cluster.info, answer.missing, answer.user)
      return [problem('write-rights', subject, `rights are missing: ${answer.missing.join(', ')}`, remedy)]
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
