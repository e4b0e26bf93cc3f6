import { deleteRepository } from '../cluster/repositories.ts'
import { deleteSnapshot } from '../cluster/snapshots.ts'
import { putBack } from './put-back.ts'
import type { RecordedChange, Step, StepContext, StepInput } from './step.ts'

/** What Cleanup leaves behind: what it removed or put back, and what it kept and why. */
export interface CleanupData {
  readonly removed: readonly string[]
  readonly kept: readonly { readonly what: string; readonly why: string }[]
}

/**
 * Puts back changed settings and removes what the run itself created, as far as the plan says so: the snapshot, then the
 * registration of its repository. Run again, it goes on with what is left. After differences the snapshot is kept, so that the
 * load can be repeated.
 */
export const cleanup: Step = async (input, context) => {
  const restored = await putBack(context)
  const removed: string[] = []
  const kept: { what: string; why: string }[] = []
  const differences = [...input.outputs.values()].some((output) => output.result === 'differences')
  for (const change of inOrder(context.openChanges())) {
    const why = reasonToKeep(change, input, differences)
    if (why === undefined) {
      await remove(change, context)
      removed.push(describe(change))
    } else {
      kept.push({ what: describe(change), why })
    }
    await context.settleChange(change.id)
  }
  for (const what of [...restored, ...removed]) context.log('info', `Cleaned up: ${what}`)
  for (const { what, why } of kept) context.log('info', `Kept: ${what} (${why})`)
  const data: CleanupData = { removed: [...restored, ...removed], kept }
  return {
    result: 'done',
    summary: [
      ...(restored.length === 0 ? [] : [`put back ${restored.join(', ')}`]),
      removed.length === 0 ? 'nothing to remove' : `removed ${removed.join(', ')}`,
      ...(kept.length === 0 ? [] : [`kept ${kept.map(({ what }) => what).join(', ')}`]),
    ].join('; '),
    data,
  }
}

/** Snapshots before the repositories they lie in. */
function inOrder(changes: readonly RecordedChange[]): readonly RecordedChange[] {
  const rank = {
    'snapshot-created': 0,
    'index-settings': 1,
    'repository-registered': 2,
    'target-repository-registered': 2,
  }
  return changes.toSorted((a, b) => rank[a.kind] - rank[b.kind])
}

function reasonToKeep(change: RecordedChange, { plan }: StepInput, differences: boolean): string | undefined {
  if (change.kind === 'index-settings') return undefined
  if (differences) return 'verification found differences'
  const wanted = change.kind === 'snapshot-created' ? plan.cleanup.snapshot : plan.cleanup.repository
  return wanted ? undefined : 'the configuration says so'
}

async function remove(change: RecordedChange, context: StepContext): Promise<void> {
  const { side, cluster: name, subject } = change
  const cluster = side === 'source' ? await context.clusters.source(name) : await context.clusters.target(name)
  if (change.kind === 'snapshot-created') {
    const slash = subject.indexOf('/')
    await deleteSnapshot(cluster, subject.slice(0, slash), subject.slice(slash + 1), context.signal)
  } else {
    await deleteRepository(cluster, subject, context.signal)
  }
}

function describe({ kind, side, cluster, subject }: RecordedChange): string {
  switch (kind) {
    case 'snapshot-created':
      return `snapshot ${subject} of ${side} ${cluster}`
    case 'index-settings':
      return `settings of ${subject}`
    case 'repository-registered':
    case 'target-repository-registered':
      return `registration of repository ${subject} on ${side} ${cluster}`
  }
}
