import type { Clock } from '../../core/clock.ts'
import { Failure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Kubernetes } from '../../kubernetes/kubernetes.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { groupOf, migrationOf } from '../../steps/plan-parts.ts'
import { parseRejectLine } from '../../steps/reject-record.ts'
import { openBulkLoader } from '../../cluster/bulk-loader.ts'
import { AdaptiveLimit } from '../../cluster/concurrency.ts'
import { ResentRejects } from '../run/resent-rejects.ts'
import type { RejectsRetried } from '../run/run-events.ts'
import { EventTime } from './event-time.ts'
import { readRejectIndex, RejectIndex, removeEmptyRejectIndex } from './reject-index.ts'
import { rejectKey } from './reject-key.ts'
import { removeRejects } from './remove-rejects.ts'
import type { StoredRun } from './run-story.ts'
import { StepJournal } from './step-journal.ts'

/** What sending rejects again takes from its surroundings. */
export interface RetryParts {
  readonly kubernetes: Kubernetes
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly clusters: Clusters
}

/**
 * Sends the rejects of a finished run again, step by step. What the target took is removed from its index of rejects after the
 * journal says so; interrupted before, it is sent once more, which does no harm. An index with nothing left in it is removed.
 */
export async function retryRun(run: StoredRun, parts: RetryParts): Promise<readonly RejectsRetried[]> {
  const { root, plan, events } = run
  const { signal, clock, random, clusters } = parts
  const results: RejectsRetried[] = []
  for (const step of plan.steps.filter(({ kind }) => kind === 'restore-documents')) {
    const cluster = await clusters.target(migrationOf(plan, step).target)
    const lines = readRejectIndex(cluster, root.name, step.id, signal)
    const first = await lines.next()
    if (first.done === true) continue
    const loader = openBulkLoader(cluster, new AdaptiveLimit({ max: 1 }, clock), { compression: 'none' }, clock, random)
    const left = new RejectIndex(cluster, loader, root.name, step.id, signal)
    const delivered: string[] = []
    const resent = new ResentRejects(cluster, left, groupOf(plan, step), parts, (reject) => {
      delivered.push(rejectKey(step.id, reject))
    })
    await resent.take(parseRejectLine(first.value))
    for await (const line of lines) await resent.take(parseRejectLine(line))
    await resent.finish()
    const retried = { step: step.id, ...resent.result() }
    const time = new EventTime(clock)
    time.saw(events)
    const journal = await StepJournal.open({ ...parts, root, step: step.id, time })
    await journal.record({ type: 'rejects-retried', ...retried })
    await journal.close()
    await removeRejects(cluster, root.name, delivered, signal)
    await removeEmptyRejectIndex(cluster, root.name, signal)
    results.push(retried)
  }
  return results
}

/** `USAGE` when rejects cannot be sent again yet. */
export function requireFinished(name: string, outcome: string | undefined): void {
  if (outcome === 'finished') return
  throw new Failure('USAGE', 'it has not finished yet', {
    op: 'retry rejects of',
    subject: `workflow ${name}`,
    hint: `Let it finish first: workflow resume ${name}`,
  })
}
