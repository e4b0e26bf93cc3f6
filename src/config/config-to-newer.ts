import { allowListEntry } from './allow-list.ts'
import {
  DEFAULTS,
  type Config,
  type ConfigAuth,
  type ConfigCluster,
  type ConfigGroup,
  type ConfigMigration,
} from './config.ts'
import type { NewerInput, PassInput } from './newer-schema.ts'

/** A configuration in the newer form, and what could not be said in it. */
export interface NewerTranslation {
  readonly newer: NewerInput
  /** What means something else than before or is left out, as sentences. */
  readonly changes: readonly string[]
}

type NewerSource = NewerInput['sourceClusters'][string]
type NewerAuth = NonNullable<NewerSource['authConfig']>
type Changes = Set<string>

/** Stands where the newer form demands a bucket and there is none. */
const PLACEHOLDER = 's3://bucket/prefix'
const MIB = 1024 * 1024

/** Says in the newer form what a configuration means. */
export function configToNewer(config: Config): NewerTranslation {
  const changes: Changes = new Set()
  noteTopLevel(config, changes)
  const sourceClusters = mapValues(config.sources, (source) => sourceOf(source, config, changes))
  const targetClusters = mapValues(config.targets, (target) => {
    if (target.version !== undefined) changes.add(`version of target '${target.name}' is left out: the target is asked`)
    return clusterOf(target, changes)
  })
  const snapshotMigrationConfigs: NewerInput['snapshotMigrationConfigs'] = []
  const keys = snapshotKeys(config)
  for (const [index, migration] of config.migrations.entries()) {
    const snapshot = keys[index]!
    const { snapshots } = sourceClusters[migration.source]!.snapshotInfo!
    const narrowed = addSnapshot(migration, snapshot, config, snapshots!, changes)
    const passes = migration.groups.map((group, position) => passOf(group, `group-${position + 1}`, narrowed, changes))
    let entry = snapshotMigrationConfigs.find(
      (other) =>
        other.fromSource === migration.source &&
        other.toTarget === migration.target &&
        !Object.hasOwn(other.perSnapshotConfig, snapshot),
    )
    if (entry === undefined) {
      entry = { fromSource: migration.source, toTarget: migration.target, perSnapshotConfig: {} }
      snapshotMigrationConfigs.push(entry)
    }
    entry.perSnapshotConfig[snapshot] = passes
  }
  const begin = config.migrations.some(({ groups }) =>
    groups.some(({ approval }) => approval.includes('create-snapshot')),
  )
  const newer: NewerInput = {
    // Upstream waits for a person at every step unless told not to.
    skipApprovals: true,
    ...(begin && { requireBeginApproval: true }),
    sourceClusters,
    targetClusters,
    snapshotMigrationConfigs,
  }
  return { newer, changes: [...changes] }
}

function noteTopLevel(config: Config, changes: Changes): void {
  if (config.engine !== undefined) changes.add(`engine: ${config.engine} is left out`)
  if (config.namespace !== undefined) changes.add(`namespace: ${config.namespace} is left out`)
  if (config.parallelism !== undefined)
    changes.add(`parallelism: ${config.parallelism} is left out; podReplicas counts workers`)
  const kept = Object.entries(config.cleanup).filter(([, remove]) => remove !== true)
  for (const [key] of kept) changes.add(`cleanup.${key}: false is left out`)
}

function sourceOf(source: Config['sources'][string], config: Config, changes: Changes): NewerSource {
  const repository = source.repository ?? config.defaultRepository
  const { version } = source
  if (version === undefined) changes.add(`source '${source.name}' has no version, which upstream demands`)
  else if (version.distribution === undefined) {
    changes.add(`version "${version.number}" of source '${source.name}' needs ES or OS before it for upstream`)
  }
  let repo: NonNullable<NonNullable<NewerSource['snapshotInfo']>['repos']>[string] = { repoPathUri: PLACEHOLDER }
  if (repository?.type === 's3') {
    const { uri, region, endpoint, roleArn } = repository
    repo = {
      repoPathUri: uri,
      ...(region !== undefined && { awsRegion: region }),
      ...(endpoint !== undefined && { endpoint }),
      ...(roleArn !== undefined && { s3RoleArn: roleArn }),
    }
    if (repository.pathStyle === (endpoint === undefined)) {
      changes.add(`pathStyle: ${repository.pathStyle} of '${source.name}' is left out`)
    }
    if (repository.registerOnTarget === true) changes.add(`registerOnTarget of '${source.name}' is left out`)
    if (repository.readerRoleArn !== undefined) changes.add(`readerRoleArn of '${source.name}' is left out`)
  } else {
    const lacking = repository === undefined ? 'names no repository' : 'has a repository that is not in S3'
    changes.add(`source '${source.name}' ${lacking}: replace the placeholder ${PLACEHOLDER}`)
  }
  return {
    ...clusterOf(source, changes),
    ...(version !== undefined && { version: prefixed(version) }),
    snapshotInfo: { repos: { [repository?.name ?? 'default']: repo }, snapshots: {} },
  }
}

function prefixed(version: NonNullable<ConfigCluster['version']>): string {
  if (version.distribution === undefined) return version.number
  return `${version.distribution === 'elasticsearch' ? 'ES' : 'OS'} ${version.number}`
}

function clusterOf(cluster: ConfigCluster, changes: Changes): NewerInput['targetClusters'][string] {
  const { name, endpoint, auth, tls } = cluster
  for (const key of ['connections', 'requestsPerSecond'] as const) {
    if (cluster[key] !== undefined) changes.add(`${key} of '${name}' is left out`)
  }
  if (tls.caFile !== undefined) changes.add(`tls.caFile of '${name}' is left out: upstream takes no private authority`)
  const authConfig = authOf(auth, name, changes)
  return {
    endpoint,
    ...(!tls.verify && { allowInsecure: true }),
    ...(authConfig !== undefined && { authConfig }),
  }
}

function authOf(auth: ConfigAuth, cluster: string, changes: Changes): NewerAuth | undefined {
  switch (auth.kind) {
    case 'none':
      return undefined
    case 'basic': {
      if (auth.password.kind === 'secret') return { basic: { secretName: auth.password.name } }
      const secretName = `${cluster}-login`
      changes.add(`user name and password of '${cluster}' are to be put into a Secret '${secretName}'`)
      return { basic: { secretName } }
    }
    case 'sigv4':
      return { sigv4: { region: auth.region, service: auth.service } }
    case 'apiKey':
    case 'mtls':
      changes.add(`authConfig.${auth.kind} of '${cluster}' is left out: upstream does not know it`)
      return undefined
  }
}

/** The name of each migration's snapshot among those of its source; different snapshots get different names. */
function snapshotKeys(config: Config): string[] {
  const bySource = new Map<string, Map<string, string>>()
  return config.migrations.map(({ source, target, snapshot }) => {
    const names = bySource.get(source) ?? new Map<string, string>()
    bySource.set(source, names)
    // A snapshot that is taken belongs to its migration; one that is there can be read by several.
    const identity = snapshot.create ? JSON.stringify([target, snapshot, names.size]) : JSON.stringify(snapshot)
    const known = names.get(identity)
    if (known !== undefined) return known
    const wanted = snapshot.create ? 'snapshot' : snapshot.name.replace(/[^A-Za-z0-9._-]/g, '-')
    let name = wanted
    for (let number = 2; [...names.values()].includes(name); number++) name = `${wanted}-${number}`
    names.set(identity, name)
    return name
  })
}

/** Adds the snapshot of a migration; true when it holds just the indices of every group, so that groups need no lists. */
function addSnapshot(
  migration: ConfigMigration,
  key: string,
  config: Config,
  snapshots: NonNullable<NonNullable<NewerSource['snapshotInfo']>['snapshots']>,
  changes: Changes,
): boolean {
  const { snapshot, source, groups } = migration
  const repoName = (config.sources[source]?.repository ?? config.defaultRepository)?.name ?? 'default'
  if (snapshot.partial !== DEFAULTS.partial) changes.add(`createSnapshot.partial: ${snapshot.partial} is left out`)
  if (!snapshot.create) {
    if (snapshot.name === 'latest')
      changes.add(`snapshot 'latest' of '${source}' is to be replaced by the name of a snapshot`)
    snapshots[key] = { repoName, config: { externallyManagedSnapshotName: snapshot.name } }
    return false
  }
  const [first] = groups
  const alike = groups.every((group) => String(group.indices) === String(first!.indices))
  const excluding = groups.some((group) => group.indices.some((pattern) => pattern.startsWith('-')))
  // The order of patterns counts where some exclude, so different lists cannot be put together.
  const indexAllowlist = alike || !excluding ? [...new Set(groups.flatMap((group) => group.indices))] : ['*']
  const { maxBytesPerSecond, includeGlobalState } = snapshot
  snapshots[key] = {
    repoName,
    config: {
      createSnapshotConfig: {
        ...(String(indexAllowlist) !== '*' && { indexAllowlist }),
        ...(maxBytesPerSecond !== undefined && { maxSnapshotRateMbPerNode: maxBytesPerSecond / MIB }),
        ...(includeGlobalState !== DEFAULTS.includeGlobalState && { includeGlobalState }),
      },
    },
  }
  return alike
}

function passOf(group: ConfigGroup, label: string, narrowed: boolean, changes: Changes): PassInput {
  const where = `group '${group.indices.join(', ')}'`
  noteGroup(group, where, changes)
  const { metadata, backfill, approval } = group
  let indexAllowlist: string[] = []
  if (!narrowed && String(group.indices) !== '*') {
    const excluded = group.indices.filter((pattern) => pattern.startsWith('-'))
    if (excluded.length > 0) changes.add(`${where}: allow lists cannot exclude ${excluded.join(', ')}`)
    indexAllowlist = group.indices.filter((pattern) => !pattern.startsWith('-')).map(allowListEntry)
  }
  const { workers, bulkBytes, bulkDocs } = backfill
  return {
    label,
    ...(metadata.enabled && {
      metadataMigrationConfig: {
        ...list('indexAllowlist', indexAllowlist),
        ...list('indexTemplateAllowlist', metadata.indexTemplates?.map(allowListEntry)),
        ...list('componentTemplateAllowlist', metadata.componentTemplates?.map(allowListEntry)),
        ...(approval.includes('migrate-metadata') && { skipMigrateApproval: false }),
      },
    }),
    ...(backfill.enabled && {
      documentBackfillConfig: {
        ...list('indexAllowlist', indexAllowlist),
        ...(workers !== undefined && { podReplicas: workers }),
        ...(bulkDocs !== DEFAULTS.bulkDocs && { documentsPerBulkRequest: bulkDocs }),
        ...(bulkBytes !== DEFAULTS.bulkBytes && { documentsSizePerBulkRequest: bulkBytes }),
        ...(approval.includes('verify') && { skipApproval: false }),
      },
    }),
  }
}

function noteGroup(group: ConfigGroup, where: string, changes: Changes): void {
  const { metadata, backfill, approval, allowEmpty, verify, priority } = group
  const left = (what: string): unknown => changes.add(`${where}: ${what} is left out`)
  if (!allowEmpty) changes.add(`${where}: a pattern that matches nothing is no error there`)
  if (verify !== DEFAULTS.verify) left(`verify: ${verify}`)
  if (priority !== 0) left(`priority: ${priority}`)
  if (approval.includes('restore-documents')) left("the gate before 'restore-documents'")
  if (metadata.existingIndex !== DEFAULTS.existingIndex) left(`existingIndex: ${metadata.existingIndex}`)
  for (const key of ['settings', 'mappings'] as const) {
    if (metadata[key].remove.length > 0 || Object.keys(metadata[key].set).length > 0) left(`metadataMigration.${key}`)
  }
  if (metadata.onRefused !== DEFAULTS.onRefused) left(`onRefused: ${metadata.onRefused}`)
  if (metadata.ingestPipelines !== undefined) left('ingestPipelineAllowlist')
  for (const [key, value] of Object.entries(metadata.options)) left(`metadataMigration.${key}: ${String(value)}`)
  if (backfill.onConflict !== DEFAULTS.onConflict) left(`onConflict: ${backfill.onConflict}`)
  if (backfill.compression !== DEFAULTS.compression) left(`compression: ${backfill.compression}`)
  if (backfill.maxRejects !== undefined) left(`maxRejects: ${backfill.maxRejects}`)
  if (backfill.sourceless !== undefined) left(`sourceless: ${backfill.sourceless}`)
  for (const key of ['refreshDuringLoad', 'replicasDuringLoad'] as const) {
    if (backfill[key] !== undefined) left(`${key}: ${backfill[key]}`)
  }
  if (backfill.transform !== undefined) left('documentBackfill.transform')
}

function list<K extends string>(key: K, entries: string[] | undefined): { readonly [key in K]?: string[] } {
  return entries === undefined || entries.length === 0 ? {} : ({ [key]: entries } as Record<K, string[]>)
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
