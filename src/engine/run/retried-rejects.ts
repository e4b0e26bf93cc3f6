import { addCounts, NO_COUNTS, type WorkCounts } from '../../coordination/work-store.ts'
import { countsInWords } from '../../steps/counts-in-words.ts'
import type { RestoreDocumentsData } from '../../steps/restore-documents.ts'
import type { StepOutput } from '../../steps/step.ts'
import type { RejectsRetried, RetriedIndex } from './run-events.ts'

const NONE_LEFT: RetriedIndex = { bytes: 0, skipped: 0, rejected: 0, sourceless: 0 }

/** The output of a Restore Documents step after its rejects were sent again: every document is still accounted for; pure. */
export function withRetriedRejects(output: StepOutput, event: RejectsRetried): StepOutput {
  // Written by Restore Documents of this same program.
  const { indices, ...rest } = output.data as RestoreDocumentsData
  const updated = Object.fromEntries(
    Object.entries(indices).map(([name, counts]) => [name, retried(counts, event.indices[name] ?? NONE_LEFT)]),
  )
  const total = Object.values(updated).reduce(addCounts, NO_COUNTS)
  const data: RestoreDocumentsData = { indices: updated, ...rest }
  const result = total.rejected + total.sourceless === 0 ? 'done' : 'rejects'
  return { result, summary: countsInWords(total), data }
}

function retried(counts: WorkCounts, { bytes, skipped: existing, rejected, sourceless }: RetriedIndex): WorkCounts {
  const skipped = counts.skipped + existing
  return {
    read: counts.read,
    acknowledged: counts.read - skipped - rejected - sourceless,
    rejected,
    skipped,
    sourceless,
    bytes: counts.bytes + bytes,
  }
}
