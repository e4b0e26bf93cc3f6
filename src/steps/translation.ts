import type { Cluster } from '../cluster/cluster.ts'
import { listPlugins } from '../cluster/nodes.ts'
import type { ProductVersion, TargetVersion } from '../metadata/version-range.ts'
import { translateParts, type TranslatedIndex } from '../metadata/wanted-indices.ts'
import type { PlannedGroup } from '../plan/plan.ts'
import { sourceIndex, versionFromText } from '../plan/source-index.ts'
import { openRepository } from '../repository/open.ts'
import type { Snapshot } from '../repository/snapshot.ts'
import { openLocation } from './migration-repository.ts'
import { groupOf, migrationOf, snapshotName } from './plan-parts.ts'
import type { StepContext, StepInput } from './step.ts'

/** What a group's metadata is translated from and for. */
export interface Translation {
  readonly snapshot: Snapshot
  /** Version of the cluster that took the snapshot. */
  readonly source: ProductVersion
  readonly target: Cluster
  readonly to: TargetVersion
  readonly group: PlannedGroup
}

/** Opens the snapshot and asks the target for its version and plugins. Codes as `openRepository`. */
export async function openTranslation(
  input: StepInput,
  context: Pick<StepContext, 'clock' | 'random' | 'signal' | 'clusters'>,
): Promise<Translation> {
  const { clock, random, signal } = context
  const migration = migrationOf(input.plan, input.step)
  const repository = await openRepository(await openLocation(migration.repository, clock, random), signal)
  const snapshot = await repository.snapshot(snapshotName(input, migration), signal)
  const planned = input.plan.sources[migration.source]
  const source =
    versionFromText(snapshot.distribution, snapshot.version) ?? versionFromText(planned?.distribution, planned?.version)
  if (source === undefined) throw new Error(`nothing tells the version of snapshot ${snapshot.name}`)
  const target = await context.clusters.target(migration.target)
  const { distribution, version } = target.info
  const { major, minor } = version
  const to = { distribution, major, minor, plugins: await listPlugins(target, signal) }
  return { snapshot, source, target, to, group: groupOf(input.plan, input.step) }
}

/** The indices of the target that an index of the snapshot becomes: one, or one for each mapping type when types are split. */
export async function translatedIndices(
  { snapshot, source, to, group }: Translation,
  name: string,
  signal: AbortSignal,
): Promise<readonly TranslatedIndex[]> {
  return translateParts(sourceIndex(await snapshot.index(name, signal), source), to, group.metadata)
}
