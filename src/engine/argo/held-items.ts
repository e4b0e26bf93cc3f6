import type { Cluster } from '../../cluster/cluster.ts'
import { LeaseWatch } from '../../coordination/lease-watch.ts'
import type { Clock } from '../../core/clock.ts'
import { isFailure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { HeldItem } from '../engine.ts'
import { shareWork } from './work-state.ts'

/** The work items of a step that pods hold, as the target has them; none while they are not planned yet. Codes as `call`. */
export async function itemsHeld(
  cluster: Cluster,
  run: string,
  step: string,
  { clock, random, signal }: { readonly clock: Clock; readonly random: Random; readonly signal: AbortSignal },
): Promise<readonly HeldItem[]> {
  const options = { step, process: 'reader', onFailed: () => undefined }
  const { index } = shareWork(cluster, run, options, { clock, random, stop: signal, cut: signal })
  try {
    const leases = await index.leases(step, LeaseWatch.LEASES)
    return leases.map(({ item, owner }) => ({ step, item, holder: owner }))
  } catch (error) {
    // What the index says when it is not there.
    if (isFailure(error, 'STATE_CORRUPT')) return []
    throw error
  }
}
