import type { ClusterInfo } from '../cluster/detect.ts'
import type { PlannedMigration } from '../plan/plan.ts'

/**
 * Settings of a planned repository as the source registers them. Credentials are the source's own business; `role_arn` is the
 * role that Amazon's managed services assume, and servers without that service pass over it.
 *
 * Source: the pages on repositories of both projects, and Amazon OpenSearch Service's on manual snapshots.
 */
export function repositorySettings(
  { repository, snapshot }: Pick<PlannedMigration, 'repository' | 'snapshot'>,
  { distribution, version }: Pick<ClusterInfo, 'distribution' | 'version'>,
): Record<string, unknown> {
  const perSecond = snapshot.create ? snapshot.maxBytesPerSecond : undefined
  const limit = perSecond === undefined ? {} : { max_snapshot_bytes_per_sec: `${perSecond}b` }
  if (repository.type === 'fs') return { location: repository.sourcePath ?? repository.uri, ...limit }
  const [, bucket = '', basePath = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(repository.uri) ?? []
  const { region, endpoint, pathStyle, roleArn } = repository.s3 ?? {}
  return {
    bucket,
    base_path: basePath.replace(/\/+$/, ''),
    ...limit,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(roleArn === undefined ? {} : { role_arn: roleArn }),
    ...(pathStyle === true || endpoint !== undefined ? { path_style_access: true } : {}),
    // Without it OpenSearch 3 asks for an encryption that other S3 services refuse.
    ...(distribution === 'opensearch' && version.major >= 3 && endpoint !== undefined
      ? { server_side_encryption_type: 'bucket_default' }
      : {}),
  }
}
