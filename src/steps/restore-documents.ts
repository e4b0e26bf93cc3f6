import { throwIfAborted } from '../core/clock.ts'
import { easeTargets } from './load-settings.ts'
import { planShards } from './plan-load.ts'
import { groupOf } from './plan-parts.ts'
import { reconcileLoad } from './reconcile-load.ts'
import { groupShards, type GroupShard } from './snapshot-shards.ts'
import { generationWaves, prepareGeneration } from './stream-generations.ts'
import type { Step, StepContext } from './step.ts'

export type { RestoreDocumentsData } from './loaded-documents.ts'

/** Loading waits this long for the planning of all shards, which gives the workers the whole picture, and not longer. */
const PLAN_AHEAD_MS = 1000

/**
 * Loads the documents of a group: cuts every shard into slices, has the engine's workers load them, and reconciles the result
 * with the snapshot's own shard list: every slice of every segment is done, every file's checksum is right, every document is
 * accounted for. The indices behind a data stream are loaded one after the other. Run again, it goes on from the acknowledged
 * positions. Ends with `rejects` when documents were left out.
 */
export const restoreDocuments: Step = async (input, context) => {
  const shards = await groupShards(input, context)
  await easeTargets(input, context)
  for (const [wave, due] of generationWaves(shards, groupOf(input.plan, input.step).indices).entries()) {
    await prepareGeneration(input, wave, context)
    await planAndLoad(due, context)
  }
  return reconcileLoad(input, context, shards)
}

/** Loading begins while shards are still being planned: the first document does not wait for the last shard. */
async function planAndLoad(shards: readonly GroupShard[], context: StepContext): Promise<void> {
  const { work, signal, clock } = context
  const stop = new AbortController()
  let ended = false
  const isPlanned = (): boolean => ended
  const planning = planShards(shards, context, AbortSignal.any([signal, stop.signal])).finally(() => (ended = true))
  planning.catch(() => undefined) // Thrown by the last line.
  try {
    while (!isPlanned()) {
      const enough = new AbortController()
      const pause = clock.sleep(PLAN_AHEAD_MS, AbortSignal.any([signal, enough.signal])).catch(() => undefined)
      await Promise.race([pause, planning.catch(() => undefined)])
      enough.abort()
      throwIfAborted(signal)
      if (!isPlanned() && (await work.totals()).items.pending > 0) await context.loadItems()
    }
    await planning
    await context.loadItems()
  } finally {
    stop.abort()
    await Promise.allSettled([planning])
  }
}
