import type { Commit, SegmentCommit } from '../lucene/commit.ts'
import type { Directory } from '../lucene/directory.ts'
import { readAhead } from './read-ahead.ts'
import { openSegmentSource, type SegmentSource } from './segment-source.ts'

/** Segments that are being opened, or are open, beside the one in use. */
const SEGMENTS_AHEAD = 2

/** Opens the segments of a commit that have live documents, as {@link eachSegment} does. Codes as `openSegmentSource`. */
export async function* openSegments(
  directory: Directory,
  commit: Commit,
  signal: AbortSignal,
): AsyncGenerator<SegmentSource, void> {
  for await (const source of eachSegment(commit, (segment) => openSegmentSource(directory, segment, signal))) {
    if (source !== undefined) yield source
  }
}

/**
 * What `read` gives for each segment of a commit, in their order; the next ones are read while one is in use, since opening a
 * segment takes several reads one after another.
 */
export function eachSegment<Result>(
  { segments }: Commit,
  read: (segment: SegmentCommit) => Promise<Result>,
): AsyncGenerator<Result> {
  return readAhead(segments, { ahead: SEGMENTS_AHEAD, maxBytes: Number.POSITIVE_INFINITY, bytesOf: () => 0 }, read)
}
