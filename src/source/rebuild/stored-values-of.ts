import type { SegmentSource } from '../segment-source.ts'
import { readStoredValues, type StoredValue } from '../../lucene/stored-values.ts'
import type { DocumentBatch } from '../document-batch.ts'

/** The stored values of one document by the name of their field, in the order they were indexed. */
export type StoredByName = ReadonlyMap<string, readonly StoredValue['value'][]>

/** Reads all stored values of the document at `place` of a batch. `BLOB_CORRUPT` for whatever does not fit. */
export function storedValuesOf(source: SegmentSource, batch: DocumentBatch, place: number): StoredByName {
  const { segment, stored } = source
  const { chunk } = batch
  const at = batch.doc(place) - chunk.docBase
  const values = new Map<string, StoredValue['value'][]>()
  for (const { field, value } of readStoredValues(chunk, at, segment.fields, stored.numbers, stored.fdt.name)) {
    const known = values.get(field.name)
    if (known === undefined) values.set(field.name, [value])
    else known.push(value)
  }
  return values
}
