import { createHash } from 'node:crypto'
import type { Cluster } from '../cluster/cluster.ts'
import type { Config, ConfigAuth, ConfigCluster, ConfigGroup } from '../config/config.ts'
import { secretRef } from '../config/config.ts'
import { Failure } from '../core/failure.ts'
import type { Plan, PlannedAuth, PlannedCluster, PlannedGroup, PlannedMigration } from './plan.ts'
import { planSteps } from './plan-steps.ts'
import type { PlanningMigration, PlanQuestions } from './planning.ts'
import { resolveRepository } from './resolve-repository.ts'
import { resolveIndices } from './resolve-indices.ts'

/**
 * Resolves a configuration into a plan by asking the clusters and repositories it names; changes nothing. `CONFIG_INVALID`
 * where the answers contradict the configuration, `INDEX_NOT_FOUND` for a pattern that matches nothing, and whatever asking
 * throws. The same configuration and answers give the same plan.
 */
export async function makePlan(config: Config, questions: PlanQuestions, signal: AbortSignal): Promise<Plan> {
  const warnings: string[] = []
  const sources: Record<string, PlannedCluster> = {}
  const targets: Record<string, PlannedCluster> = {}
  const clusters = new Map<string, Cluster>()
  for (const { source, target } of config.migrations) {
    for (const [side, name, found] of [
      ['source', source, config.sources[source]],
      ['target', target, config.targets[target]],
    ] as const) {
      const key = `${side} ${name}`
      if (found === undefined || clusters.has(key)) continue
      const connection = connectionOf(found, questions.configFile)
      const cluster = await questions.connect(connection)
      clusters.set(key, cluster)
      const planned = describeCluster(side, found, connection, cluster, warnings)
      if (side === 'source') sources[name] = planned
      else targets[name] = planned
    }
  }

  const migrations: PlannedMigration[] = []
  for (const [n, wanted] of config.migrations.entries()) {
    const id = `m${n + 1}`
    const source = clusters.get(`source ${wanted.source}`)!
    const planning: PlanningMigration = { id, source, sourceName: wanted.source, warnings }
    const repository = await resolveRepository(config, wanted, planning, questions, signal)
    const groups = await resolveIndices(wanted, planning, repository, signal)
    const indices = [...new Set(groups.flatMap((group) => group.indices.map((index) => index.name)))].sort()
    const { snapshot } = wanted
    migrations.push({
      id,
      source: wanted.source,
      target: wanted.target,
      repository,
      snapshot: snapshot.create
        ? {
            create: true,
            indices,
            includeGlobalState: snapshot.includeGlobalState,
            partial: snapshot.partial,
            ...(snapshot.maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond: snapshot.maxBytesPerSecond }),
          }
        : { create: false, name: snapshot.name, partial: snapshot.partial },
      groups: wanted.groups.map((group, g) => planGroup(`${id}g${g + 1}`, group, groups[g]!.indices)),
    })
  }
  const { snapshot, repository, workState } = config.cleanup
  return {
    schemaVersion: 1,
    configDigest: digestOf(config),
    sources,
    targets,
    migrations,
    steps: planSteps(migrations),
    parallelism: config.parallelism ?? questions.parallelism,
    cleanup: { snapshot, repository, workState },
    warnings,
  }
}

function planGroup(id: string, group: ConfigGroup, indices: PlannedGroup['indices']): PlannedGroup {
  const { metadata, backfill } = group
  return {
    id,
    patterns: group.indices,
    indices,
    metadata: {
      enabled: metadata.enabled,
      existingIndex: metadata.existingIndex,
      ...(metadata.indexTemplates === undefined ? {} : { templates: metadata.indexTemplates }),
      ...(metadata.componentTemplates === undefined ? {} : { componentTemplates: metadata.componentTemplates }),
    },
    backfill: {
      enabled: backfill.enabled,
      bulkBytes: backfill.bulkBytes,
      bulkDocs: backfill.bulkDocs,
      onConflict: backfill.onConflict,
      ...(backfill.maxRejects === undefined ? {} : { maxRejects: backfill.maxRejects }),
    },
    verify: group.verify,
  }
}

function connectionOf(
  { endpoint, auth, tls, connections, requestsPerSecond }: ConfigCluster,
  configFile: string | undefined,
): Omit<PlannedCluster, 'distribution' | 'version'> {
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

/** What the cluster is by its own words; a version in the text that says otherwise is worth a warning, not a failure. */
function describeCluster(
  side: 'source' | 'target',
  wanted: ConfigCluster,
  connection: Omit<PlannedCluster, 'distribution' | 'version'>,
  cluster: Cluster,
  warnings: string[],
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
  const claimed = wanted.version
  const differs =
    claimed !== undefined &&
    ((claimed.distribution ?? distribution) !== distribution || !version.text.startsWith(claimed.number))
  if (differs) {
    warnings.push(
      `${side} ${wanted.name} is ${distribution} ${version.text}; the configuration says ${claimed.distribution ?? ''} ${claimed.number}`.replace(
        '  ',
        ' ',
      ),
    )
  }
  return { ...connection, distribution, version: version.text }
}

/** The meaning of a configuration as one number: secrets are left out, since a new password changes nothing that is done. */
function digestOf(config: Config): string {
  const canonical = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(canonical)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, key === 'value' ? '[secret]' : canonical(member)]),
    )
  }
  return createHash('sha256')
    .update(JSON.stringify(canonical(config)))
    .digest('hex')
}
