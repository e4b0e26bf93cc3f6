import type { Cluster } from '../../cluster/cluster.ts'
import type { ConfigCluster } from '../../config/config.ts'
import type { ErrorCode } from '../../core/error-codes.ts'
import { throwIfAborted } from '../../core/clock.ts'
import { isFailure } from '../../core/failure.ts'
import { addressOf, connectTo } from '../../plan/plan-cluster.ts'
import type { Examination } from '../examination.ts'
import { ok, problemOf, type CheckId, type Finding } from '../finding.ts'

/** Which check a failed connection belongs to; every other failure is one of reachability. */
const CHECK_OF: Partial<Record<ErrorCode, CheckId>> = {
  CLUSTER_TLS: 'tls',
  CLUSTER_AUTH: 'authentication',
  CLUSTER_DENIED: 'read-rights',
  CLUSTER_UNSUPPORTED: 'version',
}

/** Connects to a cluster and asks what it is; the cluster is undefined when that failed. */
export async function checkConnection(
  side: 'source' | 'target',
  wanted: ConfigCluster,
  subject: string,
  { questions, signal }: Examination,
): Promise<{ readonly cluster: Cluster | undefined; readonly findings: readonly Finding[] }> {
  try {
    throwIfAborted(signal)
    const cluster = await connectTo(side, wanted, addressOf(wanted, questions.configFile), questions)
    const { auth } = wanted
    return {
      cluster,
      findings: [
        ok('reachable', subject, `${cluster.http.endpoint} answers as cluster ${cluster.info.clusterName}`),
        ok(
          'authentication',
          subject,
          auth.kind === 'none' ? 'it answers without authentication' : `it accepts the credentials (${auth.kind})`,
        ),
      ],
    }
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return { cluster: undefined, findings: [problemOf(CHECK_OF[error.code] ?? 'reachable', subject, error)] }
  }
}
