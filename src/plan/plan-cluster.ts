import type { Cluster } from '../cluster/cluster.ts'
import { parseVersion, type Version } from '../cluster/version.ts'
import type { ConfigAuth, ConfigCluster } from '../config/config.ts'
import { secretRef } from '../config/config.ts'
import { Failure, isFailure } from '../core/failure.ts'
import type { PlannedAuth, PlannedCluster } from './plan.ts'
import type { ClusterAddress, PlanQuestions } from './planning.ts'

/** How to reach a cluster of the configuration, secrets as references; inline ones are found again in `configFile`. */
export function addressOf(
  { endpoint, auth, tls, connections, requestsPerSecond }: ConfigCluster,
  configFile: string | undefined,
): ClusterAddress {
  return {
    endpoint,
    auth: plannedAuth(auth, configFile),
    tls,
    ...(connections === undefined ? {} : { connections }),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
  }
}

function plannedAuth(auth: ConfigAuth, file: string | undefined): PlannedAuth {
  switch (auth.kind) {
    case 'none':
    case 'sigv4':
    case 'mtls':
      return auth
    case 'basic':
      return { kind: 'basic', username: secretRef(auth.username, file), password: secretRef(auth.password, file) }
    case 'apiKey':
      return { kind: 'apiKey', key: secretRef(auth.key, file) }
  }
}

const NO_CREDENTIALS_HINT = 'The configuration names no credentials for it: add authConfig.'

/** Connects to a cluster of the configuration; failures name it as the configuration does. Codes as `PlanQuestions.connect`. */
export async function connectTo(
  side: 'source' | 'target',
  { name, endpoint, auth }: ConfigCluster,
  address: ClusterAddress,
  questions: Pick<PlanQuestions, 'connect'>,
): Promise<Cluster> {
  try {
    return await questions.connect(address)
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    const { code, retryable } = error
    const hint = code === 'CLUSTER_AUTH' && auth.kind === 'none' ? NO_CREDENTIALS_HINT : error.hint
    // What is wrong with the configuration is a file or a secret, which the message names.
    throw new Failure(code, code === 'CONFIG_INVALID' ? error.message : error.detail, {
      op: 'connect to',
      subject: `${side} ${name} at ${endpoint}`,
      ...(hint !== undefined && { hint }),
      retryable,
      cause: error,
    })
  }
}

/** The cluster as the plan keeps it: what it is by its own words. `CLUSTER_UNSUPPORTED` for a target that is no OpenSearch. */
export function planCluster(
  side: 'source' | 'target',
  wanted: ConfigCluster,
  address: ClusterAddress,
  cluster: Cluster,
): PlannedCluster {
  const { distribution, version } = cluster.info
  if (side === 'target' && distribution !== 'opensearch') {
    throw new Failure(
      'CLUSTER_UNSUPPORTED',
      `it is ${distribution} ${version.text}; documents go into OpenSearch only`,
      {
        op: 'plan',
        subject: `target ${wanted.name} at ${wanted.endpoint}`,
        hint: 'Check that source and target are not exchanged.',
      },
    )
  }
  return { ...address, distribution, version: version.text }
}

/** A sentence when the configuration claims another version than the cluster has; the cluster's word counts. */
export function claimWarning(
  side: 'source' | 'target',
  { name, endpoint, version: claimed }: ConfigCluster,
  { info }: Cluster,
): string | undefined {
  if (claimed === undefined) return undefined
  const sameProduct = claimed.distribution === undefined || claimed.distribution === info.distribution
  if (sameProduct && isOf(info.version, claimed.number)) return undefined
  const product = claimed.distribution === undefined ? '' : `${claimed.distribution} `
  return (
    `${side} ${name} at ${endpoint} is ${info.distribution} ${info.version.text}, the configuration says ` +
    `${product}${claimed.number}: check that it is the right cluster, then correct or remove version`
  )
}

/** True when a version is the claimed one as far as that is written: 7.10.2 is of `7.10`, 7.1.0 is not. */
function isOf(version: Version, claimed: string): boolean {
  const wanted = parseVersion(claimed)
  if (wanted === undefined) return false
  const parts = claimed.split('.').length
  return (
    version.major === wanted.major &&
    (parts < 2 || version.minor === wanted.minor) &&
    (parts < 3 || version.patch === wanted.patch)
  )
}
