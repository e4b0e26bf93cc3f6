import { getIndex, updateIndexSettings } from '../cluster/indices.ts'
import { mapBounded } from '../core/concurrency.ts'
import { targetNames, type PlannedIndex } from '../plan/plan.ts'
import { groupOf, migrationOf } from './plan-parts.ts'
import { putBack } from './put-back.ts'
import { loadedIndices } from './snapshot-shards.ts'
import type { StepContext, StepInput } from './step.ts'

const REFRESH = 'index.refresh_interval'
const REPLICAS = 'index.number_of_replicas'
const INDICES_AT_ONCE = 4

/** Settings by which a server sends documents through a pipeline, which those of a snapshot have been through already. */
const PIPELINES = ['index.default_pipeline', 'index.final_pipeline']

/**
 * Prepares the target for the load: switches refreshes, and if the plan says so replicas, of the group's indices off, and
 * their ingest pipelines, each journalled before with its earlier value. An index that does not exist yet is left out, as are
 * those behind data streams, which come later. Idempotent.
 */
export async function easeTargets(input: StepInput, context: StepContext): Promise<void> {
  await mapBounded(
    loadedIndices(input).flatMap(ownIndices),
    INDICES_AT_ONCE,
    (name) => easeTarget(input, name, context),
    context.signal,
  )
}

/** Prepares one index of the target as {@link easeTargets} does. */
export async function easeTarget(input: StepInput, name: string, context: StepContext): Promise<void> {
  const migration = migrationOf(input.plan, input.step)
  const { backfill } = groupOf(input.plan, input.step)
  const target = await context.clusters.target(migration.target)
  const index = await getIndex(target, name, context.signal)
  // Of an alias the name is another one: that index is not of this run's making.
  if (index?.name !== name) return
  const setting = (key: string): string | null => settingOf(index.settings, key)
  const wanted = new Map<string, string>()
  if ((backfill.refreshDuringLoad ?? 'off') === 'off') wanted.set(REFRESH, '-1')
  const isAutomatic = (setting('index.auto_expand_replicas') ?? 'false') !== 'false'
  if (backfill.replicasDuringLoad === 'off' && !isAutomatic) wanted.set(REPLICAS, '0')
  for (const key of PIPELINES) if (setting(key) !== null) wanted.set(key, '_none')
  const changed = [...wanted].filter(([key, value]) => setting(key) !== value)
  if (changed.length === 0) return
  await context.recordChange({
    id: changeId(migration.target, name),
    kind: 'index-settings',
    side: 'target',
    cluster: migration.target,
    subject: name,
    previous: Object.fromEntries(changed.map(([key]) => [key, setting(key)])),
  })
  await updateIndexSettings(target, name, Object.fromEntries(changed), context.signal)
}

/** Puts back what was changed for the load of this step's group, and nothing of groups that are still being loaded. */
export async function relieveTargets(input: StepInput, context: StepContext): Promise<void> {
  const { target } = migrationOf(input.plan, input.step)
  const { indices } = groupOf(input.plan, input.step)
  const own = new Set(indices.flatMap(ownIndices).map((name) => changeId(target, name)))
  const prefixes = indices.flatMap(({ stream }) => (stream === undefined ? [] : [changeId(target, `.ds-${stream}-`)]))
  const isBehind = (id: string): boolean =>
    prefixes.some((prefix) => id.startsWith(prefix) && /^\d+$/.test(id.slice(prefix.length)))
  await putBack(context, ({ id }) => own.has(id) || isBehind(id))
}

/** A data stream gets its indices during the load, from its template. */
function ownIndices(index: PlannedIndex): readonly string[] {
  return index.stream === undefined ? targetNames(index) : []
}

function changeId(target: string, index: string): string {
  return `settings:${target}/${index}`
}

/** A setting as text; null when it is not set. Settings come nested, or with dots in their names from some versions. */
function settingOf(settings: Readonly<Record<string, unknown>>, key: string): string | null {
  const flat = settings[key]
  const nested = settings['index'] as Record<string, unknown> | undefined
  const value = flat ?? nested?.[key.slice('index.'.length)]
  return typeof value === 'string' ? value : null
}
