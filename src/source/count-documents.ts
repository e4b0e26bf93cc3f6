import { isJsonObject, type JsonValue } from '../codec/json-value.ts'
import { readCommit } from '../lucene/commit.ts'
import type { Directory } from '../lucene/directory.ts'
import { readDocsWithValue } from '../lucene/doc-values/doc-values.ts'
import { readLiveDocs } from '../lucene/live-docs.ts'
import { openSegment } from '../lucene/segment.ts'
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
  for (const segmentCommit of commit.segments) {
    const segment = await openSegment(directory, segmentCommit, signal)
    if (segment.maxDoc === 0) continue
    const live = await readLiveDocs(segment, signal)
    if (!hasNested || live.count === 0) {
      total += live.count
      continue
    }
    const roots = segment.fields.byName.get(ROOTS_ONLY)
    if (roots?.docValuesType !== 'numeric') {
      total += await countByReading(directory, segmentCommit, signal)
      continue
    }
    const { bits } = await readDocsWithValue(segment, roots, signal)
    for (let doc = 0; doc < segment.maxDoc; doc++) {
      if (((bits[doc >> 3]! >> (doc & 7)) & 1) === 1 && live.isLive(doc)) total++
    }
  }
  return total
}

/** True when a mapping has nested objects at any level. */
export function hasNestedObjects(mapping: JsonValue): boolean {
  if (Array.isArray(mapping)) return mapping.some(hasNestedObjects)
  if (!isJsonObject(mapping)) return false
  return mapping['type'] === 'nested' || Object.values(mapping).some(hasNestedObjects)
}

async function countByReading(
  directory: Directory,
  commit: Parameters<typeof openSegmentSource>[1],
  signal: AbortSignal,
): Promise<number> {
  const source = await openSegmentSource(directory, commit, signal)
  if (source === undefined) return 0
  let count = 0
  const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
  for await (const batch of readDocuments(source, whole, undefined, {}, signal)) count += batch.count
  return count
}
