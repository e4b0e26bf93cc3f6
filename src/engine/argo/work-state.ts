import { openBulkLoader, type BulkLoader } from '../../cluster/bulk-loader.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { AdaptiveLimit } from '../../cluster/concurrency.ts'
import { ClusterWorkIndex, removeWorkIndex } from '../../coordination/cluster-work-index.ts'
import { IndexWorkStore } from '../../coordination/index-work-store.ts'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'
import type { Plan } from '../../plan/plan.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { rejectIndexName, removeEmptyRejectIndex } from './reject-index.ts'

/** What the pods of a load share, on the target. */
export interface SharedWork {
  readonly index: ClusterWorkIndex
  readonly store: IndexWorkStore
  /** For what is written beside the documents of the migration; one request at a time. */
  readonly loader: BulkLoader
}

/** What sharing work takes from its surroundings. */
export interface SharedWorkWorld {
  readonly clock: Clock
  readonly random: Random
  /** Fires when nothing more is to be claimed. */
  readonly stop: AbortSignal
  /** Fires when nothing more is to be sent, which is after a stop. */
  readonly cut: AbortSignal
}

/** Connects to the work items of a step of a run; `process` is unique. The index need not exist yet. */
export function shareWork(
  cluster: Cluster,
  run: string,
  options: { readonly step: string; readonly process: string; onFailed(item: string, reason: string): void },
  { clock, random, stop, cut }: SharedWorkWorld,
): SharedWork {
  const loader = openBulkLoader(cluster, new AdaptiveLimit({ max: 1 }, clock), {}, clock, random)
  const index = new ClusterWorkIndex(cluster, loader, run, cut)
  return { index, loader, store: new IndexWorkStore(index, { clock, random, signal: stop }, options) }
}

/** Removes what a run kept on its targets for its own use, and empty indices of rejects; in words. Run again, it finds less. */
export async function removeWorkState(
  plan: Plan,
  run: string,
  clusters: Clusters,
  signal: AbortSignal,
): Promise<{ readonly removed: readonly string[]; readonly kept: readonly string[] }> {
  const removed: string[] = []
  const kept: string[] = []
  const targets = new Set(plan.steps.filter(isLoad).map((step) => targetOf(plan, step.migration)))
  for (const name of targets) {
    const cluster = await clusters.target(name)
    if (plan.cleanup.workState) {
      if (await removeWorkIndex(cluster, run, signal)) removed.push(`work items on target ${name}`)
    } else kept.push(`work items on target ${name}`)
    const rejects = await removeEmptyRejectIndex(cluster, run, signal)
    if (rejects === 'kept') kept.push(`rejects in ${rejectIndexName(run)} on target ${name}`)
  }
  return { removed, kept }
}

function isLoad({ kind, skip }: Plan['steps'][number]): boolean {
  return kind === 'restore-documents' && skip === undefined
}

function targetOf(plan: Plan, migration: string | undefined): string {
  return plan.migrations.find(({ id }) => id === migration)!.target
}
