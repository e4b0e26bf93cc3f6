import { openTermCounts } from '../../lucene/term-counts.ts'
import type { LeafContext, LeafReader } from './leaf-reader.ts'
import type { Leaf } from './leaves.ts'
import { oneValueLeaf } from './one-value-leaf.ts'

/**
 * Opens `_doc_count` where it is no column: how often a term counts that every document with a count has.
 * `FORMAT_UNSUPPORTED` when the terms cannot be read.
 *
 * Source: Elasticsearch `DocCountFieldMapper`, before 9.3.
 */
export async function openDocCountLeaf(leaf: Leaf, { segment }: LeafContext, signal: AbortSignal): Promise<LeafReader> {
  const counts = await openTermCounts(segment, segment.fields.byName.get(leaf.name)!, signal)
  return oneValueLeaf(leaf, counts, (count) => count.toString())
}
