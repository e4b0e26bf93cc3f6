import { Secret } from '../core/secret.ts'
import type { AuthInput, SourceInput, TargetInput } from './cluster-schema.ts'
import {
  DEFAULTS,
  type Config,
  type ConfigAuth,
  type ConfigCluster,
  type ConfigGroup,
  type ConfigMigration,
  type ConfigPlace,
  type ConfigRepository,
  type ConfigSecret,
  type ConfigSnapshot,
  type ConfigSource,
} from './config.ts'
import type { GroupInput } from './migration-schema.ts'
import type { PageInput } from './page-schema.ts'
import type { RepositoryInput } from './repository-schema.ts'
import { readVersion } from './scalars.ts'

/** Where a group of the newer form came from. */
export interface GroupOrigin {
  readonly path: readonly string[]
  readonly label: string
}

/** The meaning of a configuration that schema and checks have found good. `origins` are by `migration.group`. */
export function normalise(
  page: PageInput,
  form: Config['form'] = 'page',
  origins: ReadonlyMap<string, GroupOrigin> = new Map(),
): Config {
  const { engine, parallelism, cleanup, defaults } = page
  const sources = mapValues(page.sourceClusters, (source, name) => normalSource(source, name))
  return {
    form,
    ...(engine !== undefined && { engine }),
    ...(page.namespace !== undefined && { namespace: page.namespace }),
    ...(parallelism !== undefined && { parallelism }),
    ...(defaults?.snapshotRepo !== undefined && { defaultRepository: normalRepository(defaults.snapshotRepo) }),
    sources,
    targets: mapValues(page.targetClusters, (target, name) => normalCluster(target, ['targetClusters', name])),
    migrations: page.migrations.flatMap((_, index) => normalMigrations(page, index, sources, origins)),
    cleanup: {
      snapshot: cleanup?.snapshot ?? true,
      repository: cleanup?.repository ?? true,
      workState: cleanup?.workState ?? true,
      temporaryData: cleanup?.temporaryData ?? true,
    },
  }
}

function normalSource(source: SourceInput, name: string): ConfigSource {
  const cluster = normalCluster(source, ['sourceClusters', name])
  if (source.snapshotRepo === undefined) return cluster
  return { ...cluster, repository: normalRepository(source.snapshotRepo) }
}

function normalCluster(cluster: TargetInput, path: readonly [string, string]): ConfigCluster {
  const { endpoint, version, authConfig, tls, connections, requestsPerSecond } = cluster
  return {
    name: path[1],
    endpoint,
    ...(version !== undefined && { version: readVersion(version) }),
    auth: normalAuth(authConfig, [...path, 'authConfig']),
    tls: { ...(tls?.caFile !== undefined && { caFile: tls.caFile }), verify: tls?.verify ?? true },
    ...(connections !== undefined && { connections }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
  }
}

function normalAuth(auth: AuthInput | undefined, path: readonly string[]): ConfigAuth {
  const { basic, sigv4, mtls, apiKey } = auth ?? {}
  if (basic !== undefined) {
    const { secretName } = basic
    if (secretName !== undefined) {
      const inSecret = (key: string): ConfigSecret => ({ kind: 'secret', name: secretName, key })
      return { kind: 'basic', username: inSecret('username'), password: inSecret('password') }
    }
    const at = [...path, 'basic']
    return {
      kind: 'basic',
      username: secretFrom({ inline: basic.username, env: basic.usernameFromEnv }, [...at, 'username']),
      password: secretFrom({ inline: basic.password, env: basic.passwordFromEnv, file: basic.passwordFromFile }, [
        ...at,
        'password',
      ]),
    }
  }
  if (apiKey !== undefined) {
    const { key, keyFromEnv, keyFromFile, secretName } = apiKey
    if (secretName !== undefined) return { kind: 'apiKey', key: { kind: 'secret', name: secretName, key: 'apiKey' } }
    return {
      kind: 'apiKey',
      key: secretFrom({ inline: key, env: keyFromEnv, file: keyFromFile }, [...path, 'apiKey', 'key']),
    }
  }
  if (sigv4 !== undefined) return { kind: 'sigv4', region: sigv4.region, service: sigv4.service ?? 'es' }
  if (mtls !== undefined) return { kind: 'mtls', certFile: mtls.cert, keyFile: mtls.key }
  return { kind: 'none' }
}

interface SecretPlaces {
  readonly inline: string | undefined
  readonly env: string | undefined
  readonly file?: string | undefined
}

function secretFrom({ inline, env, file }: SecretPlaces, path: readonly string[]): ConfigSecret {
  if (inline !== undefined) return { kind: 'inline', value: new Secret(inline), path }
  if (env !== undefined) return { kind: 'env', name: env }
  if (file !== undefined) return { kind: 'file', path: file }
  throw new Error(`checks let ${path.join('.')} pass without a value`)
}

function normalRepository(repository: RepositoryInput): ConfigRepository {
  const place = normalPlace(repository)
  return repository.registerOnTarget === true ? { ...place, registerOnTarget: true } : place
}

function normalPlace(repository: RepositoryInput): ConfigPlace {
  const { s3RepoPathUri, fsRepoPath, localPath, endpoint, pathStyle, roleArn, readerRoleArn, repoName } = repository
  const region = repository.aws_region ?? repository.awsRegion
  const name = repoName === undefined ? {} : { name: repoName }
  if (s3RepoPathUri !== undefined) {
    return {
      type: 's3',
      uri: s3RepoPathUri.replace(/\/+$/, ''),
      ...(region !== undefined && { region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(pathStyle !== undefined ? { pathStyle } : endpoint !== undefined && { pathStyle: true }),
      ...(roleArn !== undefined && { roleArn }),
      ...(readerRoleArn !== undefined && { readerRoleArn }),
      ...name,
    }
  }
  if (fsRepoPath !== undefined) {
    return { type: 'fs', sourcePath: fsRepoPath, localPath: localPath ?? fsRepoPath, ...name }
  }
  if (repoName === undefined) throw new Error('checks let a repository pass without a place')
  return { type: 'registered', name: repoName, ...(localPath !== undefined && { localPath }) }
}

/** One entry of the text, taken apart by the snapshot that its groups read. */
function normalMigrations(
  page: PageInput,
  index: number,
  sources: Readonly<Record<string, ConfigSource>>,
  origins: ReadonlyMap<string, GroupOrigin>,
): ConfigMigration[] {
  const entry = page.migrations[index]!
  const bySnapshot = new Map<string, { snapshot: ConfigSnapshot; groups: ConfigGroup[] }>()
  for (const [position, written] of entry.snapshotMigrations.entries()) {
    const group = withDefaults(written, page.defaults)
    const snapshot = normalSnapshot(group, page.sourceClusters[entry.sourceCluster]?.existingSnapshot)
    const key = JSON.stringify(snapshot)
    const bucket = bySnapshot.get(key) ?? { snapshot, groups: [] }
    bySnapshot.set(key, bucket)
    const origin = origins.get(`${index}.${position}`) ?? {
      path: ['migrations', String(index), 'snapshotMigrations', String(position)],
      label: `${page.migrations.length === 1 ? '' : `migrations[${index}].`}snapshotMigrations[${position}]`,
    }
    bucket.groups.push(normalGroup(group, origin))
  }
  const repository = sources[entry.sourceCluster]?.repository
  return [...bySnapshot.values()].map(({ snapshot, groups }) => ({
    source: entry.sourceCluster,
    target: entry.targetCluster,
    snapshot,
    ...(repository !== undefined && { repository }),
    groups,
  }))
}

function withDefaults(group: GroupInput, defaults: PageInput['defaults']): GroupInput {
  if (defaults === undefined) return group
  const { snapshotRepo: _, ...own } = defaults
  const merged: GroupInput = { ...own, ...group }
  for (const key of ['createSnapshot', 'metadataMigration', 'documentBackfill'] as const) {
    const both = { ...own[key], ...group[key] }
    if (own[key] !== undefined || group[key] !== undefined) Object.assign(merged, { [key]: both })
  }
  return merged
}

function normalSnapshot(group: GroupInput, existing: string | undefined): ConfigSnapshot {
  const { enabled, includeGlobalState, maxBytesPerSecond, partial = DEFAULTS.partial } = group.createSnapshot ?? {}
  const name = group.snapshot ?? existing ?? (enabled === false ? 'latest' : undefined)
  if (name !== undefined) return { create: false, name, partial }
  return {
    create: true,
    includeGlobalState: includeGlobalState ?? DEFAULTS.includeGlobalState,
    ...(maxBytesPerSecond !== undefined && { maxBytesPerSecond }),
    partial,
  }
}

function normalGroup(group: GroupInput, origin: GroupOrigin): ConfigGroup {
  const { metadataMigration: metadata = {}, documentBackfill: backfill = {} } = group
  const { indexTemplateAllowlist, componentTemplateAllowlist, ingestPipelineAllowlist, settings, mappings } = metadata
  const { parents, joinField, timestampField, ttlField, types, stringFielddata, unsupportedFields } = metadata
  const { workers, maxRejects, sourceless, refreshDuringLoad, replicasDuringLoad, transform } = backfill
  return {
    ...origin,
    indices: group.indices,
    allowEmpty: group.allowEmpty ?? false,
    metadata: {
      enabled: metadata.enabled ?? true,
      existingIndex: metadata.existingIndex ?? DEFAULTS.existingIndex,
      onRefused: metadata.onRefused ?? DEFAULTS.onRefused,
      ...(indexTemplateAllowlist !== undefined && { indexTemplates: indexTemplateAllowlist }),
      ...(componentTemplateAllowlist !== undefined && { componentTemplates: componentTemplateAllowlist }),
      ...(ingestPipelineAllowlist !== undefined && { ingestPipelines: ingestPipelineAllowlist }),
      settings: { remove: settings?.remove ?? [], set: settings?.set ?? {} },
      mappings: { remove: mappings?.remove ?? [], set: mappings?.set ?? {} },
      options: {
        ...(parents !== undefined && { parents }),
        ...(joinField !== undefined && { joinField }),
        ...(timestampField !== undefined && { timestampField }),
        ...(ttlField !== undefined && { ttlField }),
        ...(types !== undefined && { types }),
        ...(stringFielddata !== undefined && { stringFielddata }),
        ...(unsupportedFields !== undefined && { unsupportedFields }),
      },
    },
    backfill: {
      enabled: backfill.enabled ?? true,
      ...(workers !== undefined && { workers }),
      bulkBytes: backfill.bulkBytes ?? DEFAULTS.bulkBytes,
      bulkDocs: backfill.bulkDocs ?? DEFAULTS.bulkDocs,
      onConflict: backfill.onConflict ?? DEFAULTS.onConflict,
      compression: backfill.compression ?? DEFAULTS.compression,
      ...(maxRejects !== undefined && { maxRejects }),
      ...(sourceless !== undefined && { sourceless }),
      ...(refreshDuringLoad !== undefined && { refreshDuringLoad }),
      ...(replicasDuringLoad !== undefined && { replicasDuringLoad }),
      ...(transform !== undefined && {
        transform: { rename: transform.rename ?? {}, remove: transform.remove ?? [], set: transform.set ?? {} },
      }),
    },
    verify: group.verify ?? DEFAULTS.verify,
    approval: group.approval ?? [],
    priority: group.priority ?? 0,
  }
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A, key: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]))
}
