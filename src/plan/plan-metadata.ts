import type { ConfigMigration } from '../config/config.ts'
import { isFailure } from '../core/failure.ts'
import { aliasesOfStreams, selectTemplates, templateFilters, type LeftOut } from '../metadata/select-templates.ts'
import type { GroupForecast } from './forecast-indices.ts'
import { forecastMetadata, type GlobalSource } from './forecast-metadata.ts'
import { translateForPlan, type TranslatedIndices } from './metadata-changes.ts'
import { streamsOf, type PlannedChange, type PlannedGroup, type PlannedMigration } from './plan.ts'
import type { ResolvedIndices } from './resolve-indices.ts'
import type { TargetState } from './target-state.ts'

/** What becomes of the metadata of a migration. */
export interface MetadataPlan extends Pick<PlannedMigration, 'objects'> {
  /** What is changed for the target, by the id of the group; without those that migrate no metadata. */
  readonly changes: ReadonlyMap<string, readonly PlannedChange[]>
  readonly leftOut: readonly LeftOut[]
}

/**
 * What the rules change, what stays behind, and, where a `forecast` is asked for, what is going to be done with every object.
 * Where a side does not tell what is needed, that part is left out with a warning.
 */
export async function planMetadata(
  { source, snapshot }: Pick<ConfigMigration, 'source' | 'snapshot'>,
  groups: readonly PlannedGroup[],
  resolved: ResolvedIndices,
  target: TargetState,
  forecast: boolean,
  warnings: string[],
): Promise<MetadataPlan> {
  const migrating = groups.filter(({ metadata }) => metadata.enabled)
  const unless = async <T>(what: string, otherwise: T, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (!isFailure(error) || error.code === 'ABORTED') throw error
      warnings.push(`${what}: ${error.message}`)
      return otherwise
    }
  }
  const translated = await unless('changes of settings and mappings are not listed', undefined, () =>
    translateGroups(migrating, resolved, target, warnings),
  )
  const withGlobal = !snapshot.create || snapshot.includeGlobalState
  const leftOut = withGlobal
    ? await unless('templates that are left out are not listed', [], () => leftOutOf(migrating, resolved))
    : []
  const changes = new Map([...(translated ?? [])].map(([id, { changes: all }]) => [id, all]))
  if (!forecast || translated === undefined) return { changes, leftOut }
  const objects = await unless(
    'what is going to be created, and what the target has already, is not listed',
    undefined,
    () =>
      forecastMetadata(
        migrating.map((group): GroupForecast => ({ ...group, translated: translated.get(group.id) ?? NOTHING })),
        withGlobal ? globalSource(resolved) : undefined,
        resolved.snapshot ?? `of ${source}`,
        target,
      ),
  )
  return { changes, leftOut, ...(objects === undefined || objects.length === 0 ? {} : { objects }) }
}

const NOTHING: TranslatedIndices = { changes: [], notLookedAt: 0, parts: new Map() }

/** The indices of each group in the words of the target, by the id of the group; without those that have none. */
async function translateGroups(
  groups: readonly PlannedGroup[],
  resolved: ResolvedIndices,
  target: TargetState,
  warnings: string[],
): Promise<ReadonlyMap<string, TranslatedIndices>> {
  const translated = new Map<string, TranslatedIndices>()
  for (const { id, label, indices, metadata } of groups) {
    if (indices.length === 0) continue
    const definitions = await resolved.definitions(indices.map(({ name }) => name))
    const found = translateForPlan(definitions, await target.version(), metadata)
    translated.set(id, found)
    if (found.notLookedAt === 0) continue
    const rest = `${found.notLookedAt} of ${indices.length} indices are too many and too different to list their changes here`
    warnings.push(`${label ?? id}: ${rest}; Migrate Metadata logs those of every index`)
  }
  return translated
}

/** Templates belong to no group; the first one that migrates metadata brings them. */
async function leftOutOf(groups: readonly PlannedGroup[], resolved: ResolvedIndices): Promise<readonly LeftOut[]> {
  const [first] = groups
  if (first === undefined) return []
  const { leftOut } = await globalSource(resolved).selection(first)
  const streams = new Set(groups.flatMap((group) => [...streamsOf(group).keys()]))
  return streams.size === 0 ? leftOut : [...leftOut, ...aliasesOfStreams(await resolved.streamAliases(), streams)]
}

function globalSource(resolved: ResolvedIndices): GlobalSource {
  return {
    version: resolved.version,
    pipelines: () => resolved.pipelines(),
    selection: async ({ metadata }) =>
      selectTemplates(await resolved.templates(), templateFilters(metadata.templates, metadata.componentTemplates)),
  }
}
