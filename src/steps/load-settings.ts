import { getIndex, updateIndexSettings } from '../cluster/indices.ts'
import { mapBounded } from '../core/concurrency.ts'
import { groupOf, migrationOf } from './plan-parts.ts'
import { putBack } from './put-back.ts'
import type { StepContext, StepInput } from './step.ts'

const REFRESH = 'index.refresh_interval'
const REPLICAS = 'index.number_of_replicas'
const INDICES_AT_ONCE = 4

/**
 * Spares the target work while documents are loaded: switches refreshes, and if the plan says so replicas, of the group's
 * indices off, each journalled before with its earlier value. An index that does not exist yet is left out. Idempotent.
 */
export async function easeTargets(input: StepInput, context: StepContext): Promise<void> {
  const migration = migrationOf(input.plan, input.step)
  const { indices, backfill } = groupOf(input.plan, input.step)
  const wanted: Record<string, string> = {
    ...((backfill.refreshDuringLoad ?? 'off') === 'off' ? { [REFRESH]: '-1' } : {}),
    ...(backfill.replicasDuringLoad === 'off' ? { [REPLICAS]: '0' } : {}),
  }
  if (Object.keys(wanted).length === 0) return
  const target = await context.clusters.target(migration.target)
  await mapBounded(
    indices,
    INDICES_AT_ONCE,
    async ({ name }) => {
      const index = await getIndex(target, name, context.signal)
      // Of an alias the name is another one: that index is not of this run's making.
      if (index?.name !== name) return
      const previous: Record<string, string | null> = {}
      for (const [key, value] of Object.entries(wanted)) {
        const now = settingOf(index.settings, key)
        const isAutomatic =
          key === REPLICAS && (settingOf(index.settings, 'index.auto_expand_replicas') ?? 'false') !== 'false'
        if (now !== value && !isAutomatic) previous[key] = now
      }
      const changed = Object.fromEntries(Object.keys(previous).map((key) => [key, wanted[key]]))
      if (Object.keys(changed).length === 0) return
      await context.recordChange({
        id: changeId(migration.target, name),
        kind: 'index-settings',
        side: 'target',
        cluster: migration.target,
        subject: name,
        previous,
      })
      await updateIndexSettings(target, name, changed, context.signal)
    },
    context.signal,
  )
}

/** Puts back what {@link easeTargets} changed for the group of this step, and nothing of groups that are still being loaded. */
export async function relieveTargets(input: StepInput, context: StepContext): Promise<void> {
  const { target } = migrationOf(input.plan, input.step)
  const own = new Set(groupOf(input.plan, input.step).indices.map(({ name }) => changeId(target, name)))
  await putBack(context, (change) => own.has(change.id))
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
