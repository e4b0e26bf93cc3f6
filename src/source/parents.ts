import { readSortedColumn } from '../lucene/doc-values/doc-values.ts'
import type { SortedColumn } from '../lucene/doc-values/columns.ts'
import type { SegmentSource } from './segment-source.ts'

const PREFIX = '_parent#'

/** Finds the parent of a document from columns; undefined for a document that is no child. */
export type ParentOf = (doc: number, type: string) => string | undefined

/**
 * Opens the columns that hold the parents of a segment of Elasticsearch 5.x, which does not store them with the documents
 * (`DocumentBatch.parent` has those of earlier versions). There is one column for each parent type, and the column of a
 * document's own type holds its own id, which is no parent. Undefined when the segment has no such column.
 *
 * Source: Elasticsearch 5 `ParentFieldMapper`.
 *
 * @param parentTypes parent type by child type, from the `_parent.type` of the mappings.
 */
export async function openParents(
  { segment }: SegmentSource,
  parentTypes: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<ParentOf | undefined> {
  const columns = new Map<string, SortedColumn>()
  for (const parentType of new Set(parentTypes.values())) {
    const field = segment.fields.byName.get(PREFIX + parentType)
    if (field?.docValuesType !== 'sorted') continue
    columns.set(parentType, await readSortedColumn(segment, field, signal))
  }
  if (columns.size === 0) return undefined
  const utf8 = new TextDecoder()
  return (doc, type) => {
    const column = columns.get(parentTypes.get(type) ?? '')
    const ordinal = column?.ordinals[doc] ?? -1
    return column === undefined || ordinal === -1 ? undefined : utf8.decode(column.term(ordinal))
  }
}

/** Parent type by child type, from the mappings of an index of Elasticsearch 1.x to 5.x; empty without parents. */
export function parentTypesOf(
  mappings: readonly { readonly type: string; readonly mapping: Readonly<Record<string, unknown>> }[],
): ReadonlyMap<string, string> {
  const parents = new Map<string, string>()
  for (const { type, mapping } of mappings) {
    const parent = mapping['_parent']
    if (typeof parent !== 'object' || parent === null || !('type' in parent)) continue
    if (typeof parent.type === 'string') parents.set(type, parent.type)
  }
  return parents
}
