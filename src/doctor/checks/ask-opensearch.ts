import * as z from 'zod'
import { callOr } from '../../cluster/call.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { isAtLeast } from '../../cluster/version.ts'
import { isFailure } from '../../core/failure.ts'
import { probeOf } from './right-probes.ts'
import type { NeededRights, RightsAnswer } from './rights.ts'

const userSchema = z.object({ user_name: z.string(), roles: z.array(z.string()).default([]) })
const permissionSchema = z.object({ accessAllowed: z.boolean(), missingPrivileges: z.array(z.string()).default([]) })

const DEADLINE_MS = 30_000

/** The role of the security plugin that may do everything. */
const ALL_ACCESS = 'all_access'

/**
 * Asks the security plugin of OpenSearch who the user is, and tries every right with a request that cannot change anything. Since
 * 3.2 such requests are judged and not even carried out.
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
    const missing: string[] = []
    for (const right of [...needed.cluster, ...needed.index]) {
      if (!(await allows(cluster, right, needed.indexName, signal))) missing.push(right)
    }
    return { kind: 'told', missing, user: user.user_name }
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return { kind: 'untried', why: error.detail }
  }
}

/** False when the cluster refuses the request that needs a right for want of that right. */
async function allows(
  cluster: Cluster,
  right: string,
  indexName: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const probe = probeOf(right, indexName)
  if (probe === undefined) return true
  const judged = isAtLeast(cluster.info.version, 3, 2)
  const query = { ...probe.query, ...(judged && { perform_permission_check: true }) }
  try {
    const wanted = { ...probe, query, deadlineMs: DEADLINE_MS, idempotent: true }
    const { body } = await cluster.http.request(wanted, signal)
    const permission = judged ? permissionSchema.safeParse(parsed(body)) : undefined
    if (permission?.success !== true || permission.data.accessAllowed) return true
    return !isMissing(right, permission.data.missingPrivileges)
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_DENIED')) throw error
    const named = /no permissions for \[([^\]]*)\]/.exec(error.detail)?.[1] ?? ''
    return !isMissing(right, named.split(', '))
  }
}

/** A refusal that names no right, or only others, is about the right that was tried all the same when it names none. */
function isMissing(right: string, named: readonly string[]): boolean {
  const names = named.filter((name) => name !== '')
  return names.length === 0 || names.some((name) => name.startsWith(right))
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined // then it is no verdict
  }
}
