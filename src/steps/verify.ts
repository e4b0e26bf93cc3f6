import type { Cluster } from '../cluster/cluster.ts'
import { countDocuments, indexExists, refresh } from '../cluster/indices.ts'
import { addCounts, NO_COUNTS } from '../coordination/work-store.ts'
import { mapBounded } from '../core/concurrency.ts'
import { counted, formatCount } from '../core/units.ts'
import { targetNames, type PlannedIndex } from '../plan/plan.ts'
import { countDifferences, type IndexAccount } from '../verify/counts.ts'
import { documentDifferences, type DocumentComparison } from '../verify/document-tally.ts'
import { compareDocuments, type CompareWorld } from './compare-documents.ts'
import type { InitializeData } from './initialize.ts'
import { groupOf, migrationOf, outputOf } from './plan-parts.ts'
import type { RegisterSnapshotData } from './register-snapshot.ts'
import type { RestoreDocumentsData } from './restore-documents.ts'
import type { Step, StepInput, StepOutput } from './step.ts'

/** How much is compared: numbers of documents, also a sample of each index's documents, also every document. */
export type VerifyLevel = 'counts' | 'sample' | 'full'

/** What Verify leaves behind: the account of each index, the comparison of documents, and what does not add up. */
export interface VerifyData {
  readonly accounts: readonly IndexAccount[]
  readonly differences: readonly { readonly index: string; readonly what: string }[]
  /** By index; absent at level `counts`, and in runs of earlier releases. */
  readonly comparisons?: readonly DocumentComparison[]
}

/** A {@link StepOutput} with the data of Verify. */
export type VerifyOutput = StepOutput & { readonly data: VerifyData }

/**
 * Compares snapshot, load and target for every index and data stream of a group, after a refresh of the target, as thoroughly as the group
 * wants. Ends with `differences` when something does not add up. Changes nothing.
 */
export const verify: Step = (input, context) => {
  const level = groupOf(input.plan, input.step).verify
  return verifyGroup(input, level === 'off' ? 'counts' : level, context)
}

/** Compares a group whose documents were loaded, at any level; see {@link verify}. Codes as `compareDocuments`. */
export async function verifyGroup(input: StepInput, level: VerifyLevel, world: CompareWorld): Promise<VerifyOutput> {
  const migration = migrationOf(input.plan, input.step)
  const { backfill } = groupOf(input.plan, input.step)
  const target = await world.clusters.target(migration.target)
  const accounts = await accountsOf(input, target, world)
  const byName = new Map(accounts.map((account) => [account.index, account]))
  const inTarget = new Map(accounts.map((account) => [account.index, account.inTarget]))
  const maySkip = (index: string): boolean => backfill.onConflict === 'skip' && byName.get(index)!.skipped > 0
  const comparisons =
    level === 'counts' ? undefined : await compareDocuments(input, level, target, inTarget, maySkip, world)

  const differences = [
    ...accounts.flatMap((account) => countDifferences(account).map((what) => ({ index: account.index, what }))),
    ...(comparisons ?? []).flatMap((comparison) =>
      documentDifferences(comparison).map((what) => ({ index: comparison.index, what })),
    ),
  ]
  const data: VerifyData = { accounts, differences, ...(comparisons !== undefined && { comparisons }) }
  if (differences.length === 0) return { result: 'done', summary: inWords(accounts, comparisons), data }
  for (const { index, what } of differences) world.log('error', `${index}: ${what}`)
  const first = differences[0]!
  const more = differences.length === 1 ? '' : ` and ${differences.length - 1} more`
  return { result: 'differences', summary: `${first.index}: ${first.what}${more}`, data }
}

/** One account for each index of the snapshot, and one for each data stream as a whole. */
async function accountsOf(input: StepInput, target: Cluster, { signal }: CompareWorld): Promise<IndexAccount[]> {
  const migration = migrationOf(input.plan, input.step)
  const group = groupOf(input.plan, input.step)
  // All three were written by steps of this same program.
  const before = outputOf(input, 'initialize')?.data as InitializeData | undefined
  const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData
  const loaded = outputOf(input, 'restore-documents')?.data as RestoreDocumentsData
  const byName = new Map<string, PlannedIndex[]>()
  for (const index of group.indices) {
    const name = index.stream ?? index.name
    byName.set(name, [...(byName.get(name) ?? []), index])
  }
  return mapBounded(
    [...byName],
    4,
    async ([index, parts]): Promise<IndexAccount> => {
      const counts = parts.map(({ name }) => loaded.indices[name]!).reduce(addCounts, NO_COUNTS)
      // An index without documents may never have been created on the target when metadata is not migrated.
      const empty = counts.acknowledged + counts.skipped === 0 && !group.metadata.enabled
      const names = targetNames(parts[0]!)
      let inTarget = 0
      for (const name of empty ? [] : names) {
        // What the target has refused to make holds nothing, which the counts then say.
        const mayLack = group.metadata.onRefused === 'continue'
        if (mayLack && !(await indexExists(target, name, signal))) continue
        await refresh(target, name, signal)
        inTarget += await countDocuments(target, name, signal)
      }
      const held = before?.existing[migration.target] ?? {}
      return {
        index,
        inSnapshot: parts.reduce((sum, { name }) => sum + registered.indices[name]!.documents, 0),
        ...counts,
        heldBefore: names.reduce((sum, name) => sum + (held[name] ?? 0), 0),
        inTarget,
      }
    },
    signal,
  )
}

function inWords(accounts: readonly IndexAccount[], comparisons: readonly DocumentComparison[] | undefined): string {
  const documents = accounts.reduce((total, account) => total + account.acknowledged + account.skipped, 0)
  const counts = `${counted(documents, 'document')} of ${counted(accounts.length, 'index', 'indices')} counted on both sides`
  if (comparisons === undefined) return counts
  const sum = (key: 'same' | 'leftOut' | 'kept'): number =>
    comparisons.reduce((total, comparison) => total + comparison[key], 0)
  const [leftOut, kept] = [sum('leftOut'), sum('kept')]
  return [
    counts,
    `${formatCount(sum('same'))} compared and the same`,
    ...(leftOut === 0 ? [] : [`${formatCount(leftOut)} left out or rejected`]),
    ...(kept === 0 ? [] : [`${formatCount(kept)} left as the target had them`]),
  ].join(', ')
}
