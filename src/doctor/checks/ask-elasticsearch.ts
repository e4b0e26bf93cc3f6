import * as z from 'zod'
import { callOr } from '../../cluster/call.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { ConfigCluster } from '../../config/config.ts'
import { isFailure } from '../../core/failure.ts'
import type { NeededRights, RightsAnswer } from './rights.ts'
import { tryRights } from './try-rights.ts'

const grants = z.record(z.string(), z.boolean())
const answerSchema = z.object({
  username: z.string().optional(),
  cluster: grants.default({}),
  index: z.record(z.string(), grants).default({}),
})

/**
 * Asks Elasticsearch 6 and later which rights the user has. Where there is no such question (versions before, a plugin of another
 * maker, a gateway), every right is tried, unless the cluster wants no credentials.
 */
export async function askElasticsearch(
  cluster: Cluster,
  needed: NeededRights,
  auth: ConfigCluster['auth'],
  signal: AbortSignal,
): Promise<RightsAnswer> {
  try {
    const answer = await askPrivileges(cluster, needed, signal)
    if (answer !== undefined) {
      const granted = [answer.cluster, ...Object.values(answer.index)]
      const missing = granted.flatMap((rights) => Object.keys(rights).filter((right) => rights[right] === false))
      return {
        kind: 'told',
        missing: [...new Set(missing)],
        ...(answer.username !== undefined && { user: answer.username }),
      }
    }
    if (auth.kind === 'none') {
      return { kind: 'unrestricted', why: 'it restricts no user: it answers without credentials' }
    }
    return { kind: 'told', missing: await tryRights(cluster, needed, signal) }
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return { kind: 'untried', why: error.detail }
  }
}

/**
 * The answer of Elasticsearch's own security; undefined where it is not in use.
 *
 * Source: Elasticsearch has-privileges API, `_xpack/security/user/_has_privileges` before 7.0.
 */
async function askPrivileges(
  cluster: Cluster,
  { cluster: clusterRights, index, indexName }: NeededRights,
  signal: AbortSignal,
): Promise<z.infer<typeof answerSchema> | undefined> {
  const { major } = cluster.info.version
  if (major < 6) return undefined
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
    return answer === 'none' ? undefined : answer
  } catch (error) {
    if (isFailure(error, 'CLUSTER_DENIED')) return undefined // a gateway that lets some paths through only
    throw error
  }
}

function isOff(reason: string): boolean {
  return /security must be explicitly enabled|security is disabled|not enabled/i.test(reason)
}
