import { countDocuments, refresh } from '../cluster/indices.ts'
import { mapBounded } from '../core/concurrency.ts'
import { formatCount } from '../core/units.ts'
import { countDifferences, type IndexAccount } from '../verify/counts.ts'
import type { InitializeData } from './initialize.ts'
import { groupOf, migrationOf, outputOf } from './plan-parts.ts'
import type { RegisterSnapshotData } from './register-snapshot.ts'
import type { RestoreDocumentsData } from './restore-documents.ts'
import type { Step } from './step.ts'

/** What Verify leaves behind: the account of each index and what does not add up. */
export interface VerifyData {
  readonly accounts: readonly IndexAccount[]
  readonly differences: readonly { readonly index: string; readonly what: string }[]
}

/**
 * Compares the counts of snapshot, load and target for every index of a group, after a refresh of the target. Ends with
 * `differences` when something does not add up. Changes nothing.
 */
export const verify: Step = async (input, context) => {
  const migration = migrationOf(input.plan, input.step)
  const group = groupOf(input.plan, input.step)
  const target = await context.clusters.target(migration.target)
  // All three were written by steps of this same program.
  const before = outputOf(input, 'initialize')?.data as InitializeData | undefined
  const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData
  const loaded = outputOf(input, 'restore-documents')?.data as RestoreDocumentsData

  const accounts = await mapBounded(
    group.indices,
    4,
    async ({ name }): Promise<IndexAccount> => {
      const counts = loaded.indices[name]!
      // An index without documents may never have been created on the target when metadata is not migrated.
      const empty = counts.acknowledged + counts.skipped === 0 && !group.metadata.enabled
      let inTarget = 0
      if (!empty) {
        await refresh(target, name, context.signal)
        inTarget = await countDocuments(target, name, context.signal)
      }
      return {
        index: name,
        inSnapshot: registered.indices[name]!.documents,
        ...counts,
        heldBefore: before?.existing[migration.target]?.[name] ?? 0,
        inTarget,
      }
    },
    context.signal,
  )
  const differences = accounts.flatMap((account) =>
    countDifferences(account).map((what) => ({ index: account.index, what })),
  )
  const data: VerifyData = { accounts, differences }
  const documents = accounts.reduce((total, account) => total + account.acknowledged + account.skipped, 0)
  if (differences.length === 0) {
    const summary = `${formatCount(documents)} documents of ${formatCount(accounts.length)} indices counted on both sides`
    return { result: 'done', summary, data }
  }
  for (const { index, what } of differences) context.log('error', `${index}: ${what}`)
  const first = differences[0]!
  const more = differences.length === 1 ? '' : ` and ${differences.length - 1} more`
  return { result: 'differences', summary: `${first.index}: ${first.what}${more}`, data }
}
