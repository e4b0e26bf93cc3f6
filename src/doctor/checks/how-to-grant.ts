import type { ClusterInfo } from '../../cluster/detect.ts'

/** `manage_snapshots` of the security plugin has all rights on snapshots and their repositories. */
const OF_SNAPSHOTS = /^cluster:admin\/(snapshot|repository)\//

/**
 * What a role has to have: the rights themselves, and the shorter name under which the product grants those of snapshots.
 *
 * Source: static action groups of OpenSearch's security plugin; cluster privileges of Elasticsearch, where `create_snapshot` takes
 * and shows snapshots, and everything else that concerns them is in `manage`.
 */
export function howToGrant(info: ClusterInfo, missing: readonly string[], user: string | undefined): string {
  const whom = user === undefined ? 'this user' : `user ${user}`
  const grant = `Grant ${missing.join(', ')} to ${whom}`
  if (!missing.some((right) => OF_SNAPSHOTS.test(right))) return `${grant}.`
  if (info.distribution === 'opensearch') {
    return `${grant}, for instance with the action group manage_snapshots in cluster_permissions of a role.`
  }
  const enough = info.version.major >= 7 && missing.every((right) => /snapshot\/(create|get|status)$/.test(right))
  return `${grant}, for instance with the cluster privilege ${enough ? 'create_snapshot' : 'manage'}.`
}
