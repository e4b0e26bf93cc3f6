import type { Cluster } from '../cluster/cluster.ts'
import type { Config, ConfigGroup, ConfigMigration, ConfigSnapshot } from '../config/config.ts'
import { Failure } from '../core/failure.ts'
import { configDigest } from './config-digest.ts'
import type { Plan, PlannedCluster, PlannedGroup, PlannedMigration, PlannedSnapshot } from './plan.ts'
import { addressOf, claimWarning, connectTo, planCluster } from './plan-cluster.ts'
import { planMetadata, type MetadataPlan } from './plan-metadata.ts'
import { planSteps } from './plan-steps.ts'
import type { PlanQuestions } from './planning.ts'
import { resolveIndices, type ResolvedIndices } from './resolve-indices.ts'
import { resolveRepository } from './resolve-repository.ts'
import { sourceAnswers, type SourceAnswers } from './source-answers.ts'
import { targetState, type TargetState } from './target-state.ts'

/**
 * Resolves a configuration into a plan by asking the clusters and repositories it names; changes nothing. `CONFIG_INVALID`
 * where the answers contradict the configuration, `INDEX_NOT_FOUND` for a pattern that matches nothing, and whatever asking
 * throws. The same configuration and answers give the same plan.
 */
export async function makePlan(config: Config, questions: PlanQuestions, signal: AbortSignal): Promise<Plan> {
  const warnings: string[] = []
  const sources: Record<string, PlannedCluster> = {}
  const targets: Record<string, PlannedCluster> = {}
  const answers = new Map<string, SourceAnswers>()
  const targetStates = new Map<string, TargetState>()
  for (const { source, target } of config.migrations) {
    if (!answers.has(source)) {
      const { planned, cluster } = await connect('source', source, config, questions, warnings)
      sources[source] = planned
      answers.set(source, sourceAnswers(source, cluster, signal))
    }
    if (!targetStates.has(target)) {
      const { planned, cluster } = await connect('target', target, config, questions, warnings)
      targets[target] = planned
      targetStates.set(target, targetState(cluster, signal))
    }
    requireTwoClusters(answers.get(source)!, target, targetStates.get(target)!.cluster)
  }

  const migrations: PlannedMigration[] = []
  for (const [position, wanted] of config.migrations.entries()) {
    const earlier = migrations.flatMap((one) => (one.source === wanted.source ? [one.repository] : []))
    const planning = { id: `m${position + 1}`, source: answers.get(wanted.source)!, earlier, warnings }
    const repository = await resolveRepository(config, wanted, planning, questions, signal)
    const resolved = await resolveIndices(wanted, planning, repository, questions, signal)
    const groups = wanted.groups.map((group, at) => planGroup(`${planning.id}g${at + 1}`, group, resolved.groups[at]!))
    const target = targetStates.get(wanted.target)!
    const metadata = await planMetadata(wanted, groups, resolved, target, questions.forecast === true, warnings)
    migrations.push(planMigration(planning.id, wanted, repository, resolved, groups, metadata))
  }
  const approvals = config.migrations.map((migration) => migration.groups.map((group) => group.approval))
  const { snapshot, repository, workState } = config.cleanup
  return {
    schemaVersion: 1,
    configDigest: configDigest(config),
    sources,
    targets,
    migrations,
    steps: planSteps(migrations, approvals),
    parallelism: config.parallelism ?? questions.parallelism,
    cleanup: { snapshot, repository, workState },
    warnings: [...new Set(warnings)],
  }
}

async function connect(
  side: 'source' | 'target',
  name: string,
  config: Config,
  questions: PlanQuestions,
  warnings: string[],
): Promise<{ readonly planned: PlannedCluster; readonly cluster: Cluster }> {
  const wanted = side === 'source' ? config.sources[name] : config.targets[name]
  if (wanted === undefined) throw new Error(`the configuration has no ${side} ${name}`)
  const address = addressOf(wanted, questions.configFile)
  const cluster = await connectTo(side, wanted, address, questions)
  const warning = claimWarning(side, wanted, cluster)
  if (warning !== undefined) warnings.push(warning)
  return { planned: planCluster(side, wanted, address, cluster), cluster }
}

/** Two endpoints may lead to one cluster, which would then be written over while it is read. */
function requireTwoClusters(source: SourceAnswers, target: string, { info }: Cluster): void {
  const uuid = source.cluster.info.clusterUuid
  // A cluster that has not formed yet, and versions before 5, have no uuid of their own.
  if (uuid === undefined || uuid === '_na_' || uuid !== info.clusterUuid) return
  throw new Failure('CONFIG_INVALID', `it is the same cluster as target ${target} (uuid ${uuid})`, {
    op: 'plan migration of',
    subject: `source ${source.name} at ${source.cluster.http.endpoint}`,
    hint: 'Correct the endpoint of one of them.',
  })
}

function planMigration(
  id: string,
  wanted: ConfigMigration,
  repository: PlannedMigration['repository'],
  resolved: ResolvedIndices,
  groups: readonly PlannedGroup[],
  { changes, leftOut, objects }: MetadataPlan,
): PlannedMigration {
  const { source, target, snapshot } = wanted
  return {
    id,
    source,
    target,
    repository,
    snapshot: planSnapshot(snapshot, resolved),
    groups: groups.map((group) => {
      const own = changes.get(group.id)
      return own === undefined ? group : { ...group, changes: own }
    }),
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(objects === undefined ? {} : { objects }),
  }
}

function planSnapshot(snapshot: ConfigSnapshot, resolved: ResolvedIndices): PlannedSnapshot {
  if (!snapshot.create) return { create: false, name: resolved.snapshot ?? snapshot.name, partial: snapshot.partial }
  return {
    create: true,
    // A snapshot knows a data stream only when it is asked for by name.
    indices: [
      ...new Set(
        resolved.groups.flatMap((group) =>
          group.indices.flatMap(({ name, stream }) => [name, ...(stream === undefined ? [] : [stream])]),
        ),
      ),
    ].sort(),
    includeGlobalState: snapshot.includeGlobalState,
    partial: snapshot.partial,
    ...(snapshot.maxBytesPerSecond === undefined ? {} : { maxBytesPerSecond: snapshot.maxBytesPerSecond }),
  }
}

function planGroup(id: string, group: ConfigGroup, found: ResolvedIndices['groups'][number]): PlannedGroup {
  const { metadata, backfill, priority } = group
  const { settings, mappings } = metadata
  return {
    id,
    label: group.label,
    patterns: group.indices,
    matches: found.matches,
    ...(priority === 0 ? {} : { priority }),
    indices: found.indices,
    metadata: {
      enabled: metadata.enabled,
      existingIndex: metadata.existingIndex,
      ...(metadata.onRefused === 'continue' ? { onRefused: metadata.onRefused } : {}),
      ...(metadata.indexTemplates === undefined ? {} : { templates: metadata.indexTemplates }),
      ...(metadata.componentTemplates === undefined ? {} : { componentTemplates: metadata.componentTemplates }),
      ...(metadata.ingestPipelines === undefined ? {} : { ingestPipelines: metadata.ingestPipelines }),
      ...(isEmpty(settings) ? {} : { settings }),
      ...(isEmpty(mappings) ? {} : { mappings }),
      ...(Object.keys(metadata.options).length === 0 ? {} : { options: metadata.options }),
    },
    backfill: {
      enabled: backfill.enabled,
      ...(backfill.workers === undefined ? {} : { workers: backfill.workers }),
      bulkBytes: backfill.bulkBytes,
      bulkDocs: backfill.bulkDocs,
      onConflict: backfill.onConflict,
      ...(backfill.compression === 'none' ? {} : { compression: backfill.compression }),
      ...(backfill.maxRejects === undefined ? {} : { maxRejects: backfill.maxRejects }),
      ...(backfill.sourceless === undefined ? {} : { sourceless: backfill.sourceless }),
      ...(backfill.refreshDuringLoad === undefined ? {} : { refreshDuringLoad: backfill.refreshDuringLoad }),
      ...(backfill.replicasDuringLoad === undefined ? {} : { replicasDuringLoad: backfill.replicasDuringLoad }),
      ...(backfill.transform === undefined ? {} : { transform: backfill.transform }),
    },
    verify: group.verify,
  }
}

function isEmpty(changes: { readonly remove: readonly string[]; readonly set: object }): boolean {
  return changes.remove.length === 0 && Object.keys(changes.set).length === 0
}
