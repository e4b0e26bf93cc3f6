import { readDocsWithValue } from '../../lucene/doc-values/doc-values.ts'
import type { DocBits } from '../../lucene/doc-bits.ts'
import type { Segment } from '../../lucene/segment.ts'

/** A column that root documents have and nested ones do not, since Elasticsearch 6.1. */
const ROOTS_ONLY = '_primary_term'

/** Which documents of a segment are roots, deleted ones included; undefined when no column tells. Codes as `readDocsWithValue`. */
export async function rootDocuments(segment: Segment, signal: AbortSignal): Promise<DocBits | undefined> {
  const field = segment.fields.byName.get(ROOTS_ONLY)
  return field?.docValuesType === 'numeric' ? (await readDocsWithValue(segment, field, signal)).bits : undefined
}

/** First document of the block that ends with a root: the one after the root before. */
export function blockStart(roots: DocBits, root: number): number {
  let first = root
  while (first > 0 && ((roots[(first - 1) >> 3]! >> ((first - 1) & 7)) & 1) === 0) first--
  return first
}
