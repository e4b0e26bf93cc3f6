import { addToGroup } from '../../core/groups.ts'
import type { SegmentSource } from '../segment-source.ts'
import type { StoredChunk } from '../../lucene/stored-chunk.ts'
import { readStoredValues, type StoredValue } from '../../lucene/stored-values.ts'

/** The stored values of one document by the name of their field, in the order they were indexed. */
export type StoredByName = ReadonlyMap<string, readonly StoredValue['value'][]>

/** Finds stored values of the documents of a segment. */
export type StoredValuesAt = (chunk: StoredChunk, doc: number) => StoredByName

const NONE: StoredByName = new Map()

/** Finds the stored values of the fields of these names in a document that lies in a chunk. `BLOB_CORRUPT` for whatever does not fit. */
export function storedValuesOf({ segment, stored }: SegmentSource, names: Iterable<string>): StoredValuesAt {
  const { fields } = segment
  const wanted = new Uint8Array(fields.maxNumber + 1)
  for (const name of names) {
    const field = fields.byName.get(name)
    if (field !== undefined) wanted[field.number] = 1
  }
  if (!wanted.includes(1)) return () => NONE
  return (chunk, doc) => {
    const at = doc - chunk.docBase
    if (chunk.fieldCounts[at] === 0) return NONE
    const found = readStoredValues(chunk, at, fields, stored.numbers, stored.fdt.name, wanted)
    if (found.length === 0) return NONE
    const values = new Map<string, StoredValue['value'][]>()
    for (const { field, value } of found) addToGroup(values, field.name, value)
    return values
  }
}
