import { counted, formatBytes, formatCount } from '../core/units.ts'
import type { WorkCounts } from '../coordination/work-store.ts'

/** What became of documents, as the summary of Restore Documents says it. */
export function countsInWords(counts: WorkCounts): string {
  const parts = [
    `${counted(counts.acknowledged, 'document')} (${formatBytes(counts.bytes)}) acknowledged`,
    ...(counts.skipped === 0 ? [] : [`${formatCount(counts.skipped)} left as the target had them`]),
    ...(counts.rejected === 0 ? [] : [`${formatCount(counts.rejected)} rejected`]),
    ...(counts.sourceless === 0 ? [] : [`${formatCount(counts.sourceless)} without a stored source`]),
  ]
  return parts.join(', ')
}
