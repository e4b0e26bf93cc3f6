import { isJsonObject, type JsonValue } from '../codec/json-value.ts'
import { readCommit, type SegmentCommit } from '../lucene/commit.ts'
import type { Directory } from '../lucene/directory.ts'
import { readDocsWithValue } from '../lucene/doc-values/doc-values.ts'
import { readLiveDocs } from '../lucene/live-docs.ts'
import { openSegment } from '../lucene/segment.ts'
import { eachSegment } from './open-segments.ts'
import { readDocuments } from './read-documents.ts'
import { openSegmentSource } from './segment-source.ts'

/** A column that root documents have and nested children do not, since Elasticsearch 6.1. */
const ROOTS_ONLY = '_primary_term'

/**
 * Counts the live root documents of a shard. Without nested documents its metadata alone tells; with them a small column is
 * read, or in old indices the documents themselves. Codes as `readShard`.
 */
export async function countDocuments(directory: Directory, hasNested: boolean, signal: AbortSignal): Promise<number> {
  const commit = await readCommit(directory, signal)
  let total = 0
  for await (const count of eachSegment(commit, (segment) => countInSegment(directory, segment, hasNested, signal))) {
    total += count
  }
  return total
}

async function countInSegment(
  directory: Directory,
  commit: SegmentCommit,
  hasNested: boolean,
  signal: AbortSignal,
): Promise<number> {
  const segment = await openSegment(directory, commit, signal)
  if (segment.maxDoc === 0) return 0
  const live = await readLiveDocs(segment, signal)
  if (!hasNested || live.count === 0) return live.count
  const roots = segment.fields.byName.get(ROOTS_ONLY)
  if (roots?.docValuesType !== 'numeric') return countByReading(directory, commit, signal)
  const { bits } = await readDocsWithValue(segment, roots, signal)
  let count = 0
  for (let doc = 0; doc < segment.maxDoc; doc++) {
    if (((bits[doc >> 3]! >> (doc & 7)) & 1) === 1 && live.isLive(doc)) count++
  }
  return count
}

/** True when a mapping has nested objects at any level. */
export function hasNestedObjects(mapping: JsonValue): boolean {
  if (Array.isArray(mapping)) return mapping.some(hasNestedObjects)
  if (!isJsonObject(mapping)) return false
  return mapping['type'] === 'nested' || Object.values(mapping).some(hasNestedObjects)
}

async function countByReading(directory: Directory, commit: SegmentCommit, signal: AbortSignal): Promise<number> {
  const source = await openSegmentSource(directory, commit, signal)
  if (source === undefined) return 0
  let count = 0
  const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
  for await (const batch of readDocuments(source, whole, undefined, {}, signal)) count += batch.count
  return count
}
