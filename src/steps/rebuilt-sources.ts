import type { RebuiltSources } from '../coordination/work-store.ts'
import { RebuildReport } from '../source/rebuild/rebuild-report.ts'
import type { SegmentReport } from '../source/rebuild/rebuilder.ts'

/**
 * The sum of what was rebuilt in several parts, fields with exact values left out; undefined when there is nothing to tell.
 * `resumed` says that documents which were loaded before an interruption are not in the parts.
 */
export function rebuiltSources(parts: Iterable<SegmentReport>, resumed: boolean): RebuiltSources | undefined {
  const report = new RebuildReport()
  for (const part of parts) report.add(part)
  const { rebuilt, recovered, incomplete } = report
  if (rebuilt + recovered + incomplete === 0 && !resumed) return undefined
  const fields = report.fields.flatMap(({ field, level, reasons }) =>
    level === 'exact' ? [] : [{ field, level, reasons }],
  )
  const lacking = incomplete === 0 ? {} : { incomplete }
  return { rebuilt, recovered, ...lacking, fields, ...(resumed ? { resumed } : {}) }
}

/** The sum of sums; undefined when there are none. */
export function addRebuilt(parts: readonly RebuiltSources[]): RebuiltSources | undefined {
  return rebuiltSources(
    parts,
    parts.some((part) => part.resumed === true),
  )
}
