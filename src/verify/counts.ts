import { counted, formatCount } from '../core/units.ts'
/** What is known of one index on its way from the snapshot into the target. */
export interface IndexAccount {
  readonly index: string
  /** Live documents in the snapshot, counted from its metadata. */
  readonly inSnapshot: number
  readonly read: number
  readonly acknowledged: number
  readonly rejected: number
  readonly skipped: number
  readonly sourceless: number
  /** Documents that the target index held before the run. */
  readonly heldBefore: number
  /** Documents in the target after a refresh. */
  readonly inTarget: number
}

/**
 * What does not add up for an index; empty when everything does. Every live document of the snapshot must have been read,
 * every read one accounted for, and the target must hold all that it acknowledged: exactly, or at least when it held
 * documents before.
 */
export function countDifferences(account: IndexAccount): string[] {
  const differences: string[] = []
  const { inSnapshot, read, acknowledged, rejected, skipped, sourceless, heldBefore, inTarget } = account
  if (read !== inSnapshot)
    differences.push(`${counted(inSnapshot, 'live document')} in the snapshot, ${formatCount(read)} read`)
  const accounted = acknowledged + rejected + skipped + sourceless
  if (accounted !== read) differences.push(`${counted(read, 'document')} read, ${formatCount(accounted)} accounted for`)
  const expected = acknowledged + skipped
  if (heldBefore === 0 && inTarget !== expected) {
    differences.push(`${counted(expected, 'document')} acknowledged, ${formatCount(inTarget)} in the target`)
  }
  if (heldBefore > 0 && inTarget < Math.max(expected, heldBefore)) {
    differences.push(
      `${counted(expected, 'document')} acknowledged and ${formatCount(heldBefore)} held before, ${formatCount(inTarget)} in the target`,
    )
  }
  return differences
}
