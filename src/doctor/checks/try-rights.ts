import * as z from 'zod'
import type { Cluster } from '../../cluster/cluster.ts'
import { isAtLeast } from '../../cluster/version.ts'
import { mapBounded } from '../../core/concurrency.ts'
import { isFailure } from '../../core/failure.ts'
import { probeOf } from './right-probes.ts'
import type { NeededRights } from './rights.ts'

const permissionSchema = z.object({ accessAllowed: z.boolean(), missingPrivileges: z.array(z.string()).default([]) })

const DEADLINE_MS = 30_000
const AT_ONCE = 4

/**
 * The rights that the user lacks, found by a request for each that cannot change anything. OpenSearch since 3.2 judges such
 * requests and does not even carry them out.
 *
 * Source: OpenSearch security documentation, `perform_permission_check`.
 */
export async function tryRights(cluster: Cluster, needed: NeededRights, signal: AbortSignal): Promise<string[]> {
  const rights = [...needed.cluster, ...needed.index]
  const allowed = await mapBounded(rights, AT_ONCE, (right) => allows(cluster, right, needed.indexName, signal), signal)
  return rights.filter((_, at) => !allowed[at])
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
  const { distribution, version } = cluster.info
  const judged = distribution === 'opensearch' && isAtLeast(version, 3, 2)
  const query = { ...probe.query, ...(judged && { perform_permission_check: true }) }
  try {
    const wanted = { ...probe, query, deadlineMs: DEADLINE_MS, idempotent: true }
    const { body } = await cluster.http.request(wanted, signal)
    const permission = judged ? permissionSchema.safeParse(parsed(body)) : undefined
    if (permission?.success !== true || permission.data.accessAllowed) return true
    return !isMissing(right, permission.data.missingPrivileges)
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_DENIED')) throw error
    return !isMissing(right, namedRights(error.detail))
  }
}

/** The rights that a refusal names, by the words of the security plugin of OpenSearch, and of Elasticsearch. */
function namedRights(detail: string): readonly string[] {
  const named = /no permissions for \[([^\]]*)\]/.exec(detail) ?? /action \[([^\]]*)\] is unauthorized/.exec(detail)
  return named?.[1]?.split(', ') ?? []
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
