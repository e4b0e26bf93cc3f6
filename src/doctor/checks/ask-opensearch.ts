import * as z from 'zod'
import { callOr } from '../../cluster/call.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { isFailure } from '../../core/failure.ts'
import type { NeededRights, RightsAnswer } from './rights.ts'
import { tryRights } from './try-rights.ts'

const userSchema = z.object({ user_name: z.string(), roles: z.array(z.string()).default([]) })

/** The role of the security plugin that may do everything. */
const ALL_ACCESS = 'all_access'

/** Asks the security plugin of OpenSearch who the user is, and tries every right where that does not answer it. */
export async function askOpenSearch(
  cluster: Cluster,
  needed: NeededRights,
  signal: AbortSignal,
): Promise<RightsAnswer> {
  try {
    const user = await callOr(
      cluster,
      { method: 'GET', path: ['_plugins', '_security', 'authinfo'] },
      userSchema,
      ({ status }) => ([400, 404, 405].includes(status) ? ('none' as const) : undefined),
      signal,
    )
    if (user === 'none') return { kind: 'unrestricted', why: 'it restricts no user: it has no security plugin' }
    if (user.roles.includes(ALL_ACCESS)) {
      return { kind: 'unrestricted', why: `user ${user.user_name} has the role ${ALL_ACCESS}` }
    }
    return { kind: 'told', missing: await tryRights(cluster, needed, signal), user: user.user_name }
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return { kind: 'untried', why: error.detail }
  }
}
