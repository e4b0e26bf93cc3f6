import * as z from 'zod'
import { callOr, type Call } from '../../cluster/call.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { isAtLeast } from '../../cluster/version.ts'
import { isFailure } from '../../core/failure.ts'
import type { NeededRights, RightsAnswer } from './rights.ts'

const userSchema = z.object({ user_name: z.string(), roles: z.array(z.string()).default([]) })
const permissionSchema = z.object({ accessAllowed: z.boolean(), missingPrivileges: z.array(z.string()).default([]) })

/** The role of the security plugin that may do everything. */
const ALL_ACCESS = 'all_access'

/** A name that no index, repository or template can have, so that the request fails even where it is carried out. */
const IMPOSSIBLE = 'BACKFILL,CHECK'

/**
 * Asks the security plugin of OpenSearch who the user is, and since 3.2 whether requests would be allowed, which it answers
 * without carrying them out. Each of these requests would fail if it were carried out.
 *
 * Source: OpenSearch security documentation, `perform_permission_check`.
 */
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
    if (!isAtLeast(cluster.info.version, 3, 2)) {
      const roles = user.roles.length === 0 ? 'no roles' : `the roles ${user.roles.join(', ')}`
      return { kind: 'untried', why: `user ${user.user_name} has ${roles}` }
    }
    const missing: string[] = []
    for (const request of probes(needed)) missing.push(...(await missingFor(cluster, request, signal)))
    return { kind: 'told', missing: [...new Set(missing)] }
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return { kind: 'untried', why: error.detail }
  }
}

function probes({ cluster, index, indexName }: NeededRights): Pick<Call, 'method' | 'path' | 'body'>[] {
  const wanted: Pick<Call, 'method' | 'path' | 'body'>[] = []
  if (cluster.some((right) => right.startsWith('cluster:admin/snapshot'))) {
    wanted.push(
      { method: 'PUT', path: ['_snapshot', IMPOSSIBLE], body: { type: 'none', settings: {} } },
      { method: 'DELETE', path: ['_snapshot', IMPOSSIBLE] },
      { method: 'PUT', path: ['_snapshot', IMPOSSIBLE, IMPOSSIBLE], body: {} },
      { method: 'DELETE', path: ['_snapshot', IMPOSSIBLE, IMPOSSIBLE] },
    )
  }
  if (index.length > 0) {
    wanted.push(
      { method: 'PUT', path: ['_index_template', IMPOSSIBLE], body: { index_patterns: ['none'] } },
      { method: 'PUT', path: ['_component_template', IMPOSSIBLE], body: { template: {} } },
    )
  }
  if (index.length > 0 && indexName !== undefined) {
    wanted.push(
      { method: 'PUT', path: [indexName], body: { settings: { 'index.number_of_shards': 'none' } } },
      { method: 'PUT', path: [indexName, '_settings'], body: { 'index.refresh_interval': 'none' } },
      { method: 'POST', path: [indexName, '_refresh'] },
    )
  }
  return wanted
}

async function missingFor(
  cluster: Cluster,
  request: Pick<Call, 'method' | 'path' | 'body'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const query = { perform_permission_check: true }
  const answer = await callOr(cluster, { ...request, query }, permissionSchema, () => undefined, signal)
  return answer?.accessAllowed === false ? answer.missingPrivileges : []
}
