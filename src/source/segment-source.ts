import type { Directory } from '../lucene/directory.ts'
import { segmentColumns, type SegmentColumns } from '../lucene/doc-values/segment-columns.ts'
import { readLiveDocs, type LiveDocs } from '../lucene/live-docs.ts'
import { openSegment, type Segment } from '../lucene/segment.ts'
import type { SegmentCommit } from '../lucene/commit.ts'
import { openStoredFields, STORED_FIELDS_READS, type StoredFields } from '../lucene/stored-fields.ts'

/** One segment, opened for reading its documents. */
export interface SegmentSource {
  readonly segment: Segment
  readonly live: LiveDocs
  readonly stored: StoredFields
  /** Its columns, of which nothing has been read yet. */
  readonly columns: SegmentColumns
}

/**
 * Opens a segment of a shard's commit for reading documents; undefined when it has no live document, so that its stored
 * fields need not be read at all.
 */
export async function openSegmentSource(
  directory: Directory,
  commit: SegmentCommit,
  signal: AbortSignal,
): Promise<SegmentSource | undefined> {
  const segment = await openSegment(directory, commit, signal, STORED_FIELDS_READS)
  if (segment.maxDoc === 0) return undefined
  const live = await readLiveDocs(segment, signal)
  if (live.count === 0) return undefined
  return { segment, live, columns: segmentColumns(segment), stored: await openStoredFields(segment, signal) }
}
