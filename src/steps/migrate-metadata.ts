import type { Cluster } from '../cluster/cluster.ts'
import { createIndex, getIndex, putMapping, updateIndexSettings } from '../cluster/indices.ts'
import { listPlugins } from '../cluster/nodes.ts'
import {
  getComponentTemplates,
  getIndexTemplates,
  getLegacyTemplates,
  putComponentTemplate,
  putIndexTemplate,
  putLegacyTemplate,
  type NamedObjects,
} from '../cluster/templates.ts'
import { stringifyJson } from '../codec/json-exact.ts'
import { isJsonObject, type JsonObject } from '../codec/json-value.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { compilePatterns } from '../core/patterns.ts'
import { formatCount } from '../core/units.ts'
import { applyWishes } from '../metadata/apply-wishes.ts'
import type { Change, Problem, Translated } from '../metadata/change.ts'
import { diffIndex, diffTemplate, type Difference } from '../metadata/diff.ts'
import { selectTemplates } from '../metadata/select-templates.ts'
import {
  translateComponentTemplate,
  translateIndexTemplate,
  translateLegacyTemplate,
} from '../metadata/translate-template.ts'
import { translateIndex } from '../metadata/translate-index.ts'
import type { ProductVersion, TargetVersion } from '../metadata/version-range.ts'
import type { PlannedGroup } from '../plan/plan.ts'
import { sourceIndex, versionFromText } from '../plan/source-index.ts'
import { openRepository } from '../repository/open.ts'
import type { Snapshot } from '../repository/snapshot.ts'
import { openLocation } from './migration-repository.ts'
import { groupOf, migrationOf, snapshotName } from './plan-parts.ts'
import type { Step, StepContext } from './step.ts'

/** What became of one template or index. */
export interface MigratedObject {
  readonly kind: 'component template' | 'index template' | 'legacy template' | 'index'
  readonly name: string
  readonly outcome: 'created' | 'equal' | 'kept' | 'updated' | 'refused'
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  /** How the object that the target had differs from the one wanted. */
  readonly differences: readonly Difference[]
  /** The target's words, when it refused. */
  readonly refusal?: string
}

/** What Migrate Metadata leaves behind. */
export interface MigrateMetadataData {
  readonly objects: readonly MigratedObject[]
  /** Templates that were not moved, with the reason. */
  readonly leftOut: readonly { readonly kind: string; readonly name: string; readonly reason: string }[]
}

/** One object on its way: how to look it up, how to write it. */
interface Candidate {
  readonly kind: MigratedObject['kind']
  readonly name: string
  readonly translated: Translated
  readonly found: JsonObject | undefined
}

/**
 * Creates the templates and indices of a group on the target, in the order in which they depend on each other, translated to
 * its version. Idempotent: an equal object is left alone; a different one follows `existingIndex`. `METADATA_CONFLICT` and
 * `METADATA_REFUSED` name the first object and how many more there are, after all others have been tried.
 */
export const migrateMetadata: Step = async (input, context) => {
  const migration = migrationOf(input.plan, input.step)
  const group = groupOf(input.plan, input.step)
  const location = await openLocation(migration.repository, context.clock, context.random)
  const repository = await openRepository(location, context.signal)
  const snapshot = await repository.snapshot(snapshotName(input, migration), context.signal)
  const target = await context.clusters.target(migration.target)
  const planned = input.plan.sources[migration.source]
  const source =
    versionFromText(snapshot.distribution, snapshot.version) ?? versionFromText(planned?.distribution, planned?.version)
  if (source === undefined) throw new Error(`nothing tells the version of snapshot ${snapshot.name}`)
  const { distribution, version } = target.info
  const to: TargetVersion = {
    distribution,
    major: version.major,
    minor: version.minor,
    plugins: await listPlugins(target, context.signal),
  }

  const objects: MigratedObject[] = []
  // Templates belong to no group, so the first group that migrates metadata brings them.
  const first = migration.groups.find((candidate) => candidate.metadata.enabled)
  const leftOut = first === group ? await migrateTemplates(snapshot, source, target, to, group, objects, context) : []
  for (const { name } of group.indices) {
    const metadata = await snapshot.index(name, context.signal)
    const translated = applyWishes(translateIndex(sourceIndex(metadata, source), to), group.metadata)
    const existing = await getIndex(target, name, context.signal)
    // Parsed from the target's JSON by the client, so the members are JSON values.
    const found = existing as JsonObject | undefined
    objects.push(await migrate({ kind: 'index', name, translated, found }, group, target, context))
    context.progress({ message: `${formatCount(objects.length)} objects` })
  }
  report(objects, leftOut, context)
  failIfNeeded(objects, migration.target)
  const count = (outcome: MigratedObject['outcome']): number =>
    objects.filter((object) => object.outcome === outcome).length
  const changes = objects.reduce((total, object) => total + object.changes.length, 0)
  const parts = (['created', 'updated', 'equal', 'kept'] as const).flatMap((outcome) =>
    count(outcome) === 0 ? [] : [`${formatCount(count(outcome))} ${outcome}`],
  )
  const data: MigrateMetadataData = { objects, leftOut }
  return {
    result: 'done',
    summary: `${parts.length === 0 ? 'nothing to do' : parts.join(', ')}; ${formatCount(changes)} changes for the target's version`,
    data,
  }
}

async function migrateTemplates(
  snapshot: Snapshot,
  source: ProductVersion,
  target: Cluster,
  to: TargetVersion,
  group: PlannedGroup,
  objects: MigratedObject[],
  context: StepContext,
): Promise<MigrateMetadataData['leftOut']> {
  const { signal } = context
  const { templates, componentTemplates } = group.metadata
  const wanted = templates === undefined ? undefined : compilePatterns(templates)
  const selection = selectTemplates(await snapshot.globalMetadata(signal), {
    legacyTemplates: wanted,
    indexTemplates: wanted,
    componentTemplates: componentTemplates === undefined ? undefined : compilePatterns(componentTemplates),
  })
  const kinds = [
    ['component template', selection.componentTemplates, translateComponentTemplate, getComponentTemplates],
    ['index template', selection.indexTemplates, translateIndexTemplate, getIndexTemplates],
    [
      'legacy template',
      selection.legacyTemplates,
      translateLegacyTemplate,
      (cluster: Cluster, at: AbortSignal): Promise<NamedObjects> => getLegacyTemplates(cluster, {}, at),
    ],
  ] as const
  for (const [kind, definitions, translate, get] of kinds) {
    if (definitions.size === 0) continue
    const there = await get(target, signal)
    for (const [name, definition] of definitions) {
      const translated = translate({ name, source, definition }, to)
      const found = there[name] as JsonObject | undefined
      objects.push(await migrate({ kind, name, translated, found }, group, target, context))
    }
  }
  return selection.leftOut
}

/** Writes one object unless the target has an equal one; what the target refuses is part of the result. */
async function migrate(
  candidate: Candidate,
  group: PlannedGroup,
  target: Cluster,
  context: StepContext,
): Promise<MigratedObject> {
  const { kind, name, translated, found } = candidate
  const { body, changes, problems } = translated
  const differences = found === undefined ? [] : (kind === 'index' ? diffIndex : diffTemplate)(body, found)
  const result = { kind, name, changes, problems, differences }
  if (found !== undefined && differences.length === 0) return { ...result, outcome: 'equal' }
  const policy = group.metadata.existingIndex
  if (found !== undefined && policy === 'keep') return { ...result, outcome: 'kept' }
  if (found !== undefined && policy === 'fail') {
    return { ...result, outcome: 'refused', refusal: `the target has another one: ${describe(differences)}` }
  }
  try {
    await write(candidate, target, context.signal)
    return { ...result, outcome: found === undefined ? 'created' : 'updated' }
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_REFUSED')) throw error
    return { ...result, outcome: 'refused', refusal: error.detail }
  }
}

async function write(
  { kind, name, translated, found }: Candidate,
  target: Cluster,
  signal: AbortSignal,
): Promise<void> {
  const { body } = translated
  switch (kind) {
    case 'component template':
      return putComponentTemplate(target, name, body, signal)
    case 'index template':
      return putIndexTemplate(target, name, body, signal)
    case 'legacy template':
      return putLegacyTemplate(target, name, body, signal)
    case 'index':
      if (found === undefined) {
        await createIndex(target, name, body, {}, signal)
        return
      }
      await updateIndex(target, name, body, signal)
  }
}

/** An index that is there takes new fields and dynamic settings; the target refuses what cannot be changed any more. */
async function updateIndex(target: Cluster, name: string, body: JsonObject, signal: AbortSignal): Promise<void> {
  const { mappings, settings } = body
  if (isJsonObject(mappings)) await putMapping(target, name, mappings, {}, signal)
  const index = isJsonObject(settings) && isJsonObject(settings['index']) ? settings['index'] : settings
  if (!isJsonObject(index)) return
  const fixed = new Set([
    'number_of_shards',
    'number_of_routing_shards',
    'codec',
    'sort',
    'routing_partition_size',
    'analysis',
    'similarity',
  ])
  const dynamic = Object.fromEntries(
    Object.entries(index)
      .map(([key, value]) => [key.replace(/^index\./, ''), value] as const)
      .filter(([key]) => !fixed.has(key.split('.', 1)[0]!)),
  )
  if (Object.keys(dynamic).length > 0) await updateIndexSettings(target, name, { index: dynamic }, signal)
}

function report(
  objects: readonly MigratedObject[],
  leftOut: MigrateMetadataData['leftOut'],
  context: StepContext,
): void {
  for (const { kind, name, outcome, changes, problems, refusal } of objects) {
    context.log(
      refusal === undefined ? 'info' : 'error',
      `${kind} ${name}: ${outcome}${refusal === undefined ? '' : `: ${refusal}`}`,
    )
    for (const change of changes) {
      context.log('info', `${kind} ${name}: ${change.path} ${change.action} (${change.rule}): ${change.reason}`)
    }
    for (const problem of problems) {
      context.log(
        'warning',
        `${kind} ${name}: ${problem.path} (${problem.rule}): ${problem.detail} ${problem.decision}`,
      )
    }
  }
  for (const { kind, name, reason } of leftOut) context.log('info', `${kind} ${name}: left out, it ${reason}`)
}

function failIfNeeded(objects: readonly MigratedObject[], target: string): void {
  const refused = objects.filter((object) => object.outcome === 'refused')
  const first = refused[0]
  if (first === undefined) return
  const conflict = first.differences.length > 0
  const more = refused.length === 1 ? '' : `; ${refused.length - 1} more objects are named in the log`
  throw new Failure(conflict ? 'METADATA_CONFLICT' : 'METADATA_REFUSED', `${first.refusal ?? ''}${more}`, {
    op: 'migrate',
    subject: `${first.kind} ${first.name} to target ${target}`,
    hint: conflict
      ? 'Remove the object from the target, or set metadataMigration.existingIndex to keep or update; then workflow resume.'
      : 'See workflow output for every refusal and the rules that were applied.',
  })
}

function describe(differences: readonly Difference[]): string {
  const shown = differences.slice(0, 3).map(({ path, wanted, found }) => {
    const text = (value: Difference['wanted']): string =>
      value === undefined ? 'nothing' : stringifyJson(value).slice(0, 60)
    return `${path} is ${text(found)} instead of ${text(wanted)}`
  })
  return shown.join('; ') + (differences.length > 3 ? `; ${differences.length - 3} more` : '')
}
