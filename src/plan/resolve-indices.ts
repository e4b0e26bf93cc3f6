import type { JsonObject } from '../codec/json-value.ts'
import type { ConfigGroup, ConfigMigration } from '../config/config.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { counted } from '../core/units.ts'
import type { TemplateSource } from '../metadata/select-templates.ts'
import type { ProductVersion } from '../metadata/version-range.ts'
import type { SourceIndex } from '../metadata/source-index.ts'
import { indicesOfSnapshot } from './indices-of-snapshot.ts'
import { indicesOfSource } from './indices-of-source.ts'
import { leftOut } from './left-out.ts'
import { noMatch } from './no-match.ts'
import type { DescribedIndices, Offer } from './offer.ts'
import type { PlanningMigration, PlanQuestions } from './planning.ts'
import type { PlannedIndex, PlannedPattern, PlannedRepository } from './plan.ts'
import { productOf } from './source-definitions.ts'
import { selectIndices } from './select-indices.ts'
import { sourceWarnings } from './source-warnings.ts'
import { typeIndicesOf } from './type-indices.ts'

/** What the groups of a migration match. */
export interface ResolvedIndices {
  /** In the order of the groups. */
  readonly groups: readonly { readonly indices: readonly PlannedIndex[]; readonly matches: readonly PlannedPattern[] }[]
  /** Settings, mappings and aliases of some of them. */
  definitions(names: readonly string[]): Promise<readonly SourceIndex[]>
  /** Templates of where they were found. */
  templates(): Promise<TemplateSource>
  pipelines(): Promise<ReadonlyMap<string, JsonObject>>
  /** Names of aliases of whole data streams, with the streams. */
  streamAliases(): Promise<ReadonlyMap<string, readonly string[]>>
  /** Version of the cluster they are of. */
  readonly version: ProductVersion
  /** The existing snapshot they were found in, by its own name; undefined when it is still to be taken. */
  readonly snapshot: string | undefined
}

/**
 * Finds the indices that each group's patterns match: in the source when the snapshot is still to be taken, else in the
 * snapshot. An index that several groups match belongs to the first. `INDEX_NOT_FOUND` when a pattern matches nothing, or
 * exclusions leave nothing, and the group does not allow that.
 */
export async function resolveIndices(
  migration: ConfigMigration,
  planning: PlanningMigration,
  repository: PlannedRepository,
  questions: PlanQuestions,
  signal: AbortSignal,
): Promise<ResolvedIndices> {
  const offer = migration.snapshot.create
    ? await indicesOfSource(planning.source)
    : await indicesOfSnapshot(migration.snapshot, repository, questions, productOf(planning.source.cluster), signal)
  const owners = new Map<string, string>()
  const chosen = migration.groups.map((group) => {
    const { selected, streamOf, matches, warnings } = selectIndices(group, offer)
    requireMatches(group, matches, selected, offer)
    planning.warnings.push(...warnings, ...leftOut(group, selected, owners, offer))
    const names = [...selected].filter((name) => !owners.has(name))
    for (const name of names) owners.set(name, group.label)
    return { group, names, streamOf, matches }
  })
  const found = await offer.describe([...owners.keys()].sort(), signal)
  const byName = new Map(found.indices.map((index) => [index.name, index]))
  planning.warnings.push(...found.warnings)
  for (const { group, names } of chosen) planning.warnings.push(...withoutUnreadable(group, names, found))
  let everyDefinition: Promise<readonly SourceIndex[]> | undefined
  const definitions = async (names: readonly string[]): Promise<readonly SourceIndex[]> => {
    everyDefinition ??= offer.definitions([...owners.keys()].sort(), signal)
    const wanted = new Set(names)
    return (await everyDefinition).filter(({ name }) => wanted.has(name))
  }
  for (const { group, names } of chosen) {
    if (!group.backfill.enabled || names.length === 0) continue
    planning.warnings.push(...(await warningsOfSources(group, () => definitions(names))))
  }
  const typeIndices = new Map<string, readonly string[]>()
  for (const { group, names } of chosen) {
    if (group.metadata.options.types !== 'split') continue
    for (const [name, indices] of typeIndicesOf(await definitions(names), owners)) typeIndices.set(name, indices)
  }
  return {
    groups: chosen.map(({ names, streamOf, matches }) => ({
      indices: names.flatMap((name) => {
        const index = byName.get(name)
        if (index === undefined) return []
        const [stream, split] = [streamOf.get(name), typeIndices.get(name)]
        return [
          { ...index, ...(stream !== undefined && { stream }), ...(split !== undefined && { typeIndices: split }) },
        ]
      }),
      matches: matches.map(({ pattern, count }) => ({ pattern, indices: count })),
    })),
    definitions,
    templates: () => offer.templates(signal),
    pipelines: () => offer.pipelines(signal),
    streamAliases: () => offer.streamAliases(signal),
    version: offer.version,
    snapshot: offer.snapshot,
  }
}

/** Warnings of indices that cannot be read, where the group is to go on without them; else the first one is thrown. */
function withoutUnreadable(
  { label, metadata }: ConfigGroup,
  names: readonly string[],
  { unreadable }: DescribedIndices,
): readonly string[] {
  const failures = names.flatMap((name) => unreadable?.get(name) ?? [])
  const [first] = failures
  if (first !== undefined && !(metadata.enabled && metadata.onRefused === 'continue')) throw allOf(first, failures)
  return failures.map(({ message }) => `${label}: goes on without an index that cannot be read: ${message}`)
}

/** The first failure, with what is wrong with the other indices. */
function allOf(first: Failure, failures: readonly Failure[]): Failure {
  if (failures.length === 1) return first
  const others = failures.slice(1).map(({ message }) => message)
  const { code, op, subject, hint } = first
  return new Failure(code, [first.detail, ...others].join('; '), {
    op,
    subject,
    ...(hint !== undefined && { hint }),
    cause: first,
  })
}

/** What becomes of documents whose source is not stored; where the mappings cannot be asked for, that is the warning. */
async function warningsOfSources(
  { label, backfill }: ConfigGroup,
  ask: () => Promise<readonly SourceIndex[]>,
): Promise<readonly string[]> {
  try {
    return sourceWarnings(await ask(), backfill.sourceless).map((text) => `${label}: ${text}`)
  } catch (error) {
    if (!isFailure(error) || error.code === 'ABORTED') throw error
    return [`${label}: whether all indices store the sources of their documents is not known: ${error.message}`]
  }
}

function requireMatches(
  group: ConfigGroup,
  matches: readonly { readonly pattern: string; readonly count: number }[],
  selected: ReadonlySet<string>,
  offer: Offer,
): void {
  if (group.allowEmpty) return
  const empty = matches.find(({ pattern, count }) => count === 0 && !pattern.startsWith('-'))
  if (empty !== undefined) throw noMatch(empty.pattern, offer, group.label)
  if (selected.size > 0) return
  throw new Failure(
    'INDEX_NOT_FOUND',
    `${group.indices.join(', ')} leaves none of ${counted(offer.names.size, 'index', 'indices')}`,
    {
      op: `select indices of ${group.label} in`,
      subject: offer.subject,
      hint: 'Patterns apply in order and the last one that matches decides: put exclusions after what they exclude from.',
    },
  )
}
