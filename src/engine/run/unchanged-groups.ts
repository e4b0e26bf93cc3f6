import { targetNames, type DoneBefore, type Plan, type PlannedGroup, type PlannedMigration } from '../../plan/plan.ts'
import type { RestoreDocumentsData } from '../../steps/loaded-documents.ts'
import { stepState, type RunState } from './run-state.ts'

/** A run of this state folder, as it is now. */
export interface EarlierRun {
  readonly name: string
  readonly plan: Plan
  readonly state: RunState
}

/**
 * The plan without the groups that an earlier run has done as this one wants them: the same indices between the same clusters,
 * treated alike, and every document of them acknowledged. Their steps stay in the graph as skipped, with the reason, and the
 * snapshot is taken of the other groups only. `runs` are the newest first.
 */
export function withoutUnchangedGroups(plan: Plan, runs: readonly EarlierRun[]): Plan {
  const skipped = new Map<string, string>()
  const migrations = plan.migrations.map((migration): PlannedMigration => {
    const groups = migration.groups.map((group): PlannedGroup => {
      const doneBefore = findDone(plan, migration, group, runs)
      if (doneBefore === undefined) return group
      skipped.set(group.id, reason(doneBefore))
      return { ...group, doneBefore }
    })
    const left = groups.filter(({ id }) => !skipped.has(id))
    if (left.length === groups.length) return migration
    if (left.length === 0) skipped.set(migration.id, reason(groups[0]!.doneBefore!))
    const indices = [...new Set(left.flatMap((group) => group.indices.map(({ name }) => name)))].sort()
    const { snapshot } = migration
    return { ...migration, groups, snapshot: snapshot.create ? { ...snapshot, indices } : snapshot }
  })
  if (skipped.size === 0) return plan
  const steps = plan.steps.map((step) => {
    const why = skipped.get(step.group ?? step.migration ?? '')
    return why === undefined || step.skip !== undefined ? step : { ...step, skip: why }
  })
  return { ...plan, migrations, steps }
}

function reason({ workflow }: DoneBefore): string {
  return `done by ${workflow}, and nothing of it has changed`
}

function findDone(
  plan: Plan,
  migration: PlannedMigration,
  group: PlannedGroup,
  runs: readonly EarlierRun[],
): DoneBefore | undefined {
  if (group.indices.length === 0) return undefined
  const wanted = meaning(plan, migration, group)
  for (const run of runs) {
    for (const earlier of run.plan.migrations) {
      const same = earlier.groups.find(
        (candidate) => candidate.doneBefore === undefined && meaning(run.plan, earlier, candidate) === wanted,
      )
      if (same === undefined || VERIFY.indexOf(same.verify) < VERIFY.indexOf(group.verify)) continue
      const indices = documentsOf(run, same)
      if (indices !== undefined) return { workflow: run.name, indices }
    }
  }
  return undefined
}

/** From the least to the most that is compared. */
const VERIFY: readonly PlannedGroup['verify'][] = ['off', 'counts', 'sample', 'full']

/** What the result of a group depends on, as text; how fast it is loaded and what the target held before are not part of it. */
function meaning(plan: Plan, migration: PlannedMigration, { indices, metadata, backfill }: PlannedGroup): string {
  const { existingIndex: _existing, onRefused: _refused, ...translation } = metadata
  const { enabled, onConflict, sourceless, transform } = backfill
  const { repository, snapshot } = migration
  return JSON.stringify([
    plan.sources[migration.source]?.endpoint,
    plan.targets[migration.target]?.endpoint,
    snapshot.create ? null : [repository.uri, snapshot.name],
    indices.map(({ name, stream, typeIndices }) => [name, stream, typeIndices]),
    translation,
    [enabled, onConflict, sourceless, transform],
  ])
}

/** How many documents a run brought into the indices of a group; undefined when it has not done all of the group. */
function documentsOf({ plan, state }: EarlierRun, group: PlannedGroup): DoneBefore['indices'] | undefined {
  const steps = plan.steps.filter((step) => step.group === group.id)
  const isDone = steps.every(({ id }) => {
    const { phase, output } = stepState(state, id)
    return phase === 'skipped' || (phase === 'ended' && output?.result === 'done')
  })
  if (!isDone) return undefined
  if (!group.backfill.enabled) return group.indices.map((index) => ({ names: targetNames(index), documents: 0 }))
  const restore = steps.find(({ kind }) => kind === 'restore-documents')
  const loaded = restore && (stepState(state, restore.id).output?.data as RestoreDocumentsData | undefined)
  if (loaded === undefined) return undefined
  const places = new Map<string, { readonly names: readonly string[]; documents: number }>()
  for (const index of group.indices) {
    const names = targetNames(index)
    const { acknowledged, skipped } = loaded.indices[index.name]!
    const place = places.get(names.join()) ?? { names, documents: 0 }
    place.documents += acknowledged + skipped
    places.set(names.join(), place)
  }
  // An index without documents and without its metadata need not have come into being.
  return [...places.values()].filter(({ documents }) => documents > 0 || group.metadata.enabled)
}
