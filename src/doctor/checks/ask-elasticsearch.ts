import * as z from 'zod'
import { callOr } from '../../cluster/call.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { isFailure } from '../../core/failure.ts'
import type { NeededRights, RightsAnswer } from './rights.ts'

const grants = z.record(z.string(), z.boolean())
const answerSchema = z.object({ cluster: grants.default({}), index: z.record(z.string(), grants).default({}) })

/**
 * Asks Elasticsearch 6 and later which rights the user has.
 *
 * Source: Elasticsearch has-privileges API, `_xpack/security/user/_has_privileges` before 7.0.
 */
export async function askElasticsearch(
  cluster: Cluster,
  { cluster: clusterRights, index, indexName }: NeededRights,
  signal: AbortSignal,
): Promise<RightsAnswer> {
  const { major } = cluster.info.version
  if (major < 6) return { kind: 'untried', why: `Elasticsearch ${major}.x has no question for that` }
  const body = {
    cluster: clusterRights,
    index: index.length === 0 || indexName === undefined ? [] : [{ names: [indexName], privileges: index }],
  }
  const security = major < 7 ? ['_xpack', 'security'] : ['_security']
  const path = [...security, 'user', '_has_privileges']
  try {
    const answer = await callOr(
      cluster,
      { method: 'POST', path, body, idempotent: true },
      answerSchema,
      // Without the feature there is no such path, or the path says that it is switched off.
      ({ status, error }) => ([400, 404, 405].includes(status) || isOff(error.reason) ? ('none' as const) : undefined),
      signal,
    )
    if (answer === 'none') return { kind: 'unrestricted', why: 'it restricts no user: its security is not in use' }
    const granted = [answer.cluster, ...Object.values(answer.index)]
    const missing = granted.flatMap((rights) => Object.keys(rights).filter((right) => rights[right] === false))
    return { kind: 'told', missing: [...new Set(missing)] }
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return { kind: 'untried', why: error.detail }
  }
}

function isOff(reason: string): boolean {
  return /security must be explicitly enabled|security is disabled|not enabled/i.test(reason)
}
