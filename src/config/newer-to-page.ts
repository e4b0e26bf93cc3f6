import { globOf } from './allow-list.ts'
import type { ApprovalGate } from './config.ts'
import type { GroupInput } from './migration-schema.ts'
import type { NewerInput, PassInput } from './newer-schema.ts'
import type { GroupOrigin } from './normalise.ts'
import type { PageInput } from './page-schema.ts'
import type { RepositoryInput } from './repository-schema.ts'

/** A configuration of the newer form in the form of the page. */
export interface PageTranslation {
  readonly page: PageInput
  /** Where each group came from, by `migration.group`. */
  readonly origins: ReadonlyMap<string, GroupOrigin>
  /** What means something else than before, as sentences. */
  readonly changes: readonly string[]
}

type NewerSource = NewerInput['sourceClusters'][string]
type NewerSnapshot = NonNullable<NonNullable<NewerSource['snapshotInfo']>['snapshots']>[string]

/** Says in the form of the page what a configuration of the newer form says that schema and checks have found good. */
export function newerToPage(newer: NewerInput): PageTranslation {
  const changes = new Set<string>()
  const sourceClusters: PageInput['sourceClusters'] = {}
  const migrations: PageInput['migrations'] = []
  const origins = new Map<string, GroupOrigin>()

  for (const [index, entry] of newer.snapshotMigrationConfigs.entries()) {
    const written = newer.sourceClusters[entry.fromSource]!
    const entrySources = new Map<string, number>()
    const gates = {
      skip: entry.skipApprovals ?? newer.skipApprovals ?? false,
      begin: newer.requireBeginApproval ?? false,
    }
    const takenBySource = new Map<string, string>()
    for (const [snapshotName, passes] of Object.entries(entry.perSnapshotConfig)) {
      const snapshot = written.snapshotInfo!.snapshots![snapshotName]!
      const sourceCluster = sourceName(newer, entry.fromSource, snapshot.repoName)
      sourceClusters[sourceCluster] ??= sourceOf(written, snapshot.repoName)
      if (sourceCluster !== entry.fromSource) {
        changes.add(
          `source '${entry.fromSource}' reads from several repositories: repository '${snapshot.repoName}' became a source of its own, '${sourceCluster}'`,
        )
      }
      noteSnapshot(snapshotName, snapshot, sourceCluster, takenBySource, changes)
      const position = entrySources.get(sourceCluster) ?? migrations.length
      if (position === migrations.length)
        migrations.push({ sourceCluster, targetCluster: entry.toTarget, snapshotMigrations: [] })
      entrySources.set(sourceCluster, position)
      const groups = migrations[position]!.snapshotMigrations
      for (const [passIndex, pass] of passes.entries()) {
        const label = `${snapshotName}/${pass.label ?? `migration-${passIndex}`}`
        const path = ['snapshotMigrationConfigs', String(index), 'perSnapshotConfig', snapshotName, String(passIndex)]
        for (const group of groupsOf(pass, snapshot, gates, changes)) {
          origins.set(`${position}.${groups.length}`, { path, label })
          groups.push(group)
        }
      }
    }
  }
  for (const [name, source] of Object.entries(newer.sourceClusters)) {
    const used = newer.snapshotMigrationConfigs.some((entry) => entry.fromSource === name)
    if (!used) sourceClusters[name] = clusterOf(source)
  }
  const targetClusters = Object.fromEntries(
    Object.entries(newer.targetClusters).map(([name, target]) => [name, clusterOf(target)]),
  )
  return { page: { sourceClusters, targetClusters, migrations }, origins, changes: [...changes] }
}

/** The repositories that the migrations of a source use, in the order of the text. */
function usedRepositories(newer: NewerInput, source: string): string[] {
  const snapshots = newer.sourceClusters[source]!.snapshotInfo!.snapshots!
  const names = newer.snapshotMigrationConfigs
    .filter((entry) => entry.fromSource === source)
    .flatMap((entry) => Object.keys(entry.perSnapshotConfig).map((name) => snapshots[name]!.repoName))
  return [...new Set(names)]
}

/** A source of the page has one repository: the first one keeps the name, each further one gets a source of its own. */
function sourceName(newer: NewerInput, source: string, repoName: string): string {
  if (usedRepositories(newer, source)[0] === repoName) return source
  let name = `${source}-${repoName}`
  while (Object.hasOwn(newer.sourceClusters, name)) name += '-2'
  return name
}

function sourceOf(source: NewerSource, repoName: string): PageInput['sourceClusters'][string] {
  const repo = source.snapshotInfo!.repos![repoName]!
  const snapshotRepo: RepositoryInput = {
    s3RepoPathUri: repo.repoPathUri,
    ...given('aws_region', repo.awsRegion),
    ...given('endpoint', repo.endpoint),
    ...given('roleArn', repo.s3RoleArn),
    repoName,
  }
  return { ...clusterOf(source), snapshotRepo }
}

function clusterOf(cluster: NewerInput['targetClusters'][string]): PageInput['targetClusters'][string] {
  const { endpoint, version, allowInsecure, authConfig } = cluster
  const { basic, sigv4 } = authConfig ?? {}
  return {
    endpoint,
    ...(version !== undefined && { version }),
    ...((basic !== undefined || sigv4 !== undefined) && {
      authConfig: { ...(basic !== undefined && { basic }), ...(sigv4 !== undefined && { sigv4 }) },
    }),
    ...(allowInsecure === true && { tls: { verify: false } }),
  }
}

/** A key with a text that is not empty; upstream writes empty texts for what is not set. */
function given<K extends string>(key: K, value: string | undefined): { readonly [key in K]?: string } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as Record<K, string>)
}

function noteSnapshot(
  name: string,
  snapshot: NewerSnapshot,
  source: string,
  takenBySource: Map<string, string>,
  changes: Set<string>,
): void {
  if (snapshot.config.externallyManagedSnapshotName !== undefined) return
  changes.add(`snapshot '${name}' is named after the workflow, not after '${name}'`)
  const created = { ...snapshot.config.createSnapshotConfig }
  if (created.indexAllowlist !== undefined && created.indexAllowlist.length > 0) {
    changes.add(
      `snapshot '${name}' holds the indices of its groups; its own indexAllowlist counts only for passes without one`,
    )
  }
  const before = takenBySource.get(source)
  if (before !== undefined) {
    changes.add(
      `snapshots '${before}' and '${name}' of '${source}' become one when they are taken with the same options`,
    )
  }
  takenBySource.set(source, name)
}

/** A pass is one group; two when metadata and documents are of different indices. */
function groupsOf(
  pass: PassInput,
  snapshot: NewerSnapshot,
  gates: { readonly skip: boolean; readonly begin: boolean },
  changes: Set<string>,
): GroupInput[] {
  const { metadataMigrationConfig: metadata, documentBackfillConfig: backfill } = pass
  const { createSnapshotConfig: created, externallyManagedSnapshotName } = snapshot.config
  const ofSnapshot = listOr(created?.indexAllowlist, ['*'], (entry) => entry)
  const metadataIndices = listOr(metadata?.indexAllowlist, ofSnapshot, translated)
  const backfillIndices = listOr(backfill?.indexAllowlist, ofSnapshot, translated)

  const rate = created?.maxSnapshotRateMbPerNode ?? 0
  const createSnapshot = {
    ...(rate > 0 && { maxBytesPerSecond: Math.max(1, Math.round(rate * 1024 * 1024)) }),
    ...(created?.includeGlobalState !== undefined && { includeGlobalState: created.includeGlobalState }),
  }
  const shared = {
    // Upstream's lists allow, they do not demand.
    allowEmpty: true,
    ...(externallyManagedSnapshotName !== undefined && { snapshot: externallyManagedSnapshotName }),
    ...(Object.keys(createSnapshot).length > 0 && { createSnapshot }),
  }
  const approval: ApprovalGate[] = []
  if (gates.begin) {
    const first =
      externallyManagedSnapshotName === undefined
        ? 'create-snapshot'
        : metadata
          ? 'migrate-metadata'
          : 'restore-documents'
    approval.push(first)
    changes.add(`requireBeginApproval became a gate before '${first}'`)
  }
  const evaluate = metadata !== undefined && !(metadata.skipEvaluateApproval ?? gates.skip)
  const migrate = metadata !== undefined && !(metadata.skipMigrateApproval ?? gates.skip)
  if ((evaluate || migrate) && !approval.includes('migrate-metadata')) approval.push('migrate-metadata')
  if (evaluate && migrate)
    changes.add("the gates after the evaluation and before the migration of metadata became one, 'migrate-metadata'")
  if (backfill !== undefined && !(backfill.skipApproval ?? gates.skip)) {
    approval.push('verify')
    changes.add("the gate after the load became a gate before 'verify'")
  }

  const metadataMigration = {
    enabled: metadata !== undefined,
    ...templates('indexTemplateAllowlist', metadata?.indexTemplateAllowlist),
    ...templates('componentTemplateAllowlist', metadata?.componentTemplateAllowlist),
  }
  const documentBackfill = {
    enabled: backfill !== undefined,
    ...(backfill?.podReplicas !== undefined && { workers: backfill.podReplicas }),
    ...(backfill?.documentsSizePerBulkRequest !== undefined && { bulkBytes: backfill.documentsSizePerBulkRequest }),
    ...(backfill?.documentsPerBulkRequest !== undefined && { bulkDocs: backfill.documentsPerBulkRequest }),
  }
  const gatesOf = (wanted: readonly ApprovalGate[]): { approval?: ApprovalGate[] } => {
    const own = approval.filter((gate) => wanted.includes(gate))
    return own.length > 0 ? { approval: own } : {}
  }
  const whole = metadata === undefined || backfill === undefined || String(metadataIndices) === String(backfillIndices)
  if (whole) {
    const indices = metadata === undefined ? backfillIndices : metadataIndices
    const every = gatesOf(['create-snapshot', 'migrate-metadata', 'restore-documents', 'verify'])
    return [{ indices, ...shared, metadataMigration, documentBackfill, ...every }]
  }
  changes.add('a pass whose metadata and documents are of different indices became two groups')
  return [
    {
      indices: metadataIndices,
      ...shared,
      metadataMigration,
      documentBackfill: { enabled: false },
      ...gatesOf(['create-snapshot', 'migrate-metadata']),
    },
    {
      indices: backfillIndices,
      ...shared,
      metadataMigration: { enabled: false },
      documentBackfill,
      ...gatesOf(['create-snapshot', 'restore-documents', 'verify']),
    },
  ]
}

function listOr(
  list: readonly string[] | undefined,
  otherwise: readonly string[],
  translate: (entry: string) => string,
): string[] {
  return list === undefined || list.length === 0 ? [...otherwise] : list.map(translate)
}

function translated(entry: string): string {
  const glob = globOf(entry)
  if (glob === undefined) throw new Error('checks let a pattern pass that no glob expresses')
  return glob
}

function templates<K extends string>(key: K, list: readonly string[] | undefined): { readonly [key in K]?: string[] } {
  return list === undefined || list.length === 0 ? {} : ({ [key]: list.map(translated) } as Record<K, string[]>)
}
