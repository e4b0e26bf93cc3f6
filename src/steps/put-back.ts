import { updateIndexSettings } from '../cluster/indices.ts'
import { isFailure } from '../core/failure.ts'
import type { RecordedChange, StepContext } from './step.ts'

/** Puts back the index settings that were changed for the duration of the load. Idempotent; an index that is gone is settled. */
export async function putBack(context: StepContext): Promise<string[]> {
  const done: string[] = []
  for (const change of context.openChanges()) {
    if (change.kind !== 'index-settings') continue
    await restoreSettings(change, context)
    await context.settleChange(change.id)
    done.push(`settings of ${change.subject}`)
  }
  return done
}

async function restoreSettings(change: RecordedChange, context: StepContext): Promise<void> {
  const cluster =
    change.side === 'source'
      ? await context.clusters.source(change.cluster)
      : await context.clusters.target(change.cluster)
  try {
    await updateIndexSettings(cluster, change.subject, { ...change.previous }, context.signal)
  } catch (error) {
    if (!isFailure(error, 'CLUSTER_REFUSED') || !error.detail.includes('index_not_found')) throw error
  }
}
