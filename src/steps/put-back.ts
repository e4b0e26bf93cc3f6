import { updateIndexSettings } from '../cluster/indices.ts'
import { isFailure } from '../core/failure.ts'
import type { RecordedChange, StepContext } from './step.ts'

/**
 * Puts back the index settings that were changed for the duration of the load, all of them or those chosen. Idempotent; an
 * index that is gone is settled. Returns what was put back, in words.
 */
export async function putBack(
  context: StepContext,
  chosen: (change: RecordedChange) => boolean = () => true,
): Promise<string[]> {
  const done: string[] = []
  for (const change of context.openChanges()) {
    if (change.kind !== 'index-settings' || !chosen(change)) continue
    await restoreSettings(change, context)
    await context.settleChange(change.id)
    done.push(`settings of ${change.subject}`)
  }
  return done
}

async function restoreSettings(change: RecordedChange, context: StepContext): Promise<void> {
  const { side, cluster: name, subject, previous } = change
  const cluster = side === 'source' ? await context.clusters.source(name) : await context.clusters.target(name)
  try {
    await updateIndexSettings(cluster, subject, { ...previous }, context.signal)
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_REFUSED') || !error.detail.includes('index_not_found')) throw error
  }
}
