import type { DocBits } from './doc-bits.ts'
import { readDocsWithValue } from './doc-values/doc-values.ts'
import type { FieldInfo } from './field-infos.ts'
import type { Segment } from './segment.ts'

/** The name that Elasticsearch and OpenSearch use; segments before Lucene 7.4 cannot mark the field. */
const SOFT_DELETES = '__soft_deletes'

/**
 * The documents with a soft-delete mark, hard-deleted ones included; undefined when the segment has none. The mark is the
 * presence of a value, whatever it is, in the column's current generation.
 *
 * Source: Lucene `PendingSoftDeletes`; Elasticsearch `Lucene.SOFT_DELETES_FIELD`.
 */
export async function readSoftDeletes(segment: Segment, signal: AbortSignal): Promise<DocBits | undefined> {
  const field = softDeletesField(segment)
  if (field === undefined) return undefined
  const { count, bits } = await readDocsWithValue(segment, field, signal)
  return count === 0 ? undefined : bits
}

function softDeletesField({ fields }: Segment): FieldInfo | undefined {
  for (const field of fields.byNumber.values()) {
    if ((field.isSoftDeletes || field.name === SOFT_DELETES) && field.docValuesType === 'numeric') return field
  }
  return undefined
}
