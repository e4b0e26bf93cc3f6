import { catIndices } from '../cluster/indices.ts'
import type { ConfigMigration } from '../config/config.ts'
import { Failure } from '../core/failure.ts'
import { compileGlob, compilePatterns } from '../core/patterns.ts'
import { openStore } from '../blob/open-store.ts'
import { openRepository } from '../repository/open.ts'
import type { PlanningMigration } from './planning.ts'
import type { PlannedIndex, PlannedRepository } from './plan.ts'
import { s3OptionsOf } from './s3-options.ts'

/** The indices of one group. */
export interface ResolvedGroup {
  readonly indices: readonly PlannedIndex[]
}

/**
 * Finds the indices that each group's patterns match: in the source when the snapshot is still to be taken, else in the
 * snapshot. An index that several groups match belongs to the first. `INDEX_NOT_FOUND` when a pattern matches nothing and the
 * group does not allow that.
 */
export async function resolveIndices(
  migration: ConfigMigration,
  planning: PlanningMigration,
  repository: PlannedRepository,
  signal: AbortSignal,
): Promise<ResolvedGroup[]> {
  const available = migration.snapshot.create
    ? await indicesOfSource(planning, signal)
    : await indicesOfSnapshot(migration.snapshot.name, repository, signal)
  const taken = new Map<string, string>()
  return migration.groups.map((group) => {
    for (const pattern of group.indices) {
      if (pattern.startsWith('-') || group.allowEmpty) continue
      if (!available.some((index) => compileGlob(pattern)(index.name))) throw noMatch(pattern, planning, available)
    }
    const matches = compilePatterns(group.indices)
    const indices = available.filter((index) => {
      if (!matches(index.name)) return false
      const owner = taken.get(index.name)
      if (owner !== undefined) {
        planning.warnings.push(`Index ${index.name} is in ${owner} already and is left out of ${group.label}`)
        return false
      }
      taken.set(index.name, group.label)
      return true
    })
    return { indices }
  })
}

async function indicesOfSource(planning: PlanningMigration, signal: AbortSignal): Promise<PlannedIndex[]> {
  const lines = await catIndices(planning.source, signal)
  return lines.flatMap((line) => {
    if (line.status === 'close') {
      planning.warnings.push(`Index ${line.index} of source ${planning.sourceName} is closed and is left out`)
      return []
    }
    return [
      {
        name: line.index,
        shards: line.primaries,
        ...(line.documents === undefined ? {} : { documents: line.documents }),
        ...(line.primaryBytes === undefined ? {} : { bytes: line.primaryBytes }),
      },
    ]
  })
}

async function indicesOfSnapshot(
  name: string,
  repository: PlannedRepository,
  signal: AbortSignal,
): Promise<PlannedIndex[]> {
  const location = await openStore(repository.uri, { s3: s3OptionsOf(repository) })
  const snapshot = await (await openRepository(location, signal)).snapshot(name, signal)
  const metadata = await snapshot.indices(snapshot.indexNames, signal)
  return metadata.map((index) => ({ name: index.name, shards: index.numberOfShards }))
}

function noMatch(pattern: string, planning: PlanningMigration, available: readonly PlannedIndex[]): Failure {
  const names = available.map((index) => index.name)
  const shown = names.slice(0, 10).join(', ')
  const hidden = names.find((name) => name.startsWith('.') && compileGlob(`.${pattern}`)(name))
  return new Failure('INDEX_NOT_FOUND', `pattern '${pattern}' matches none of ${names.length} indices`, {
    op: 'plan migration of',
    subject: `source ${planning.sourceName}`,
    hint:
      hidden !== undefined
        ? `Names with a leading dot are matched only by a pattern with one, such as '${hidden}'.`
        : names.length === 0
          ? 'There are no indices at all.'
          : `There are ${shown}${names.length > 10 ? ', …' : ''}. allowEmpty: true lets a pattern match nothing.`,
  })
}
