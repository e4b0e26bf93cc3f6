import { addToGroup } from '../../core/groups.ts'
import type { SegmentSource } from '../segment-source.ts'
import type { StoredChunk } from '../../lucene/stored-chunk.ts'
import { readStoredValues, type StoredValue } from '../../lucene/stored-values.ts'

/** The stored values of one document by the name of their field, in the order they were indexed. */
export type StoredByName = ReadonlyMap<string, readonly StoredValue['value'][]>

/** Reads all stored values of a document that lies in a chunk. `BLOB_CORRUPT` for whatever does not fit. */
export function storedValuesAt({ segment, stored }: SegmentSource, chunk: StoredChunk, doc: number): StoredByName {
  const at = doc - chunk.docBase
  const values = new Map<string, StoredValue['value'][]>()
  if (chunk.fieldCounts[at] === 0) return values
  for (const { field, value } of readStoredValues(chunk, at, segment.fields, stored.numbers, stored.fdt.name)) {
    addToGroup(values, field.name, value)
  }
  return values
}
