import { Failure } from '../core/failure.ts'
import type { Directory } from '../lucene/directory.ts'
import { readLiveDocs, type LiveDocs } from '../lucene/live-docs.ts'
import { openSegment, type Segment } from '../lucene/segment.ts'
import type { SegmentCommit } from '../lucene/commit.ts'
import { openStoredFields, type StoredFields } from '../lucene/stored-fields.ts'

/** One segment, opened for reading its documents. */
export interface SegmentSource {
  readonly segment: Segment
  readonly live: LiveDocs
  readonly stored: StoredFields
}

/**
 * Opens a segment of a shard's commit for reading documents; undefined when it has no live document, so that its stored
 * fields need not be read at all. `FORMAT_UNSUPPORTED` for time-series indices whose ids are not stored.
 */
export async function openSegmentSource(
  directory: Directory,
  commit: SegmentCommit,
  signal: AbortSignal,
): Promise<SegmentSource | undefined> {
  const segment = await openSegment(directory, commit, signal)
  if (segment.maxDoc === 0) return undefined
  const live = await readLiveDocs(segment, signal)
  if (live.count === 0) return undefined
  if (segment.fields.byName.has('_tsid')) {
    throw new Failure('FORMAT_UNSUPPORTED', 'it belongs to a time-series index, whose document ids are derived', {
      op: 'read',
      subject: `segment ${segment.name} of ${directory.name}`,
      hint: 'Leave time-series indices out with a -pattern; see docs/compatibility.md.',
    })
  }
  return { segment, live, stored: await openStoredFields(segment, signal) }
}
