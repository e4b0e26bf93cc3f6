import type { ByteCursor } from '../core/byte-cursor.ts'
import { readCount } from './string-collections.ts'

/** Bytes of a missing value by numeric kind. */
const VALUE_BYTES: Readonly<Record<string, number>> = { LONG: 8, INT: 4, DOUBLE: 8, FLOAT: 4 }
const SORT_KINDS = ['STRING', 'LONG', 'INT', 'DOUBLE', 'FLOAT', 'SORTED_SET', 'SORTED_NUMERIC'] as const
const NUMERIC_KINDS = ['LONG', 'INT', 'DOUBLE', 'FLOAT'] as const

/** A field that the documents of a segment are sorted by. */
export interface SortField {
  readonly name: string
  readonly descending: boolean
}

/**
 * Reads the index sort of a segment info of Lucene 6.2 to 8.5. The order of documents has no influence on reading them; some
 * columns are laid out otherwise for the first field.
 *
 * Source: Lucene `Lucene62SegmentInfoFormat`, `Lucene70SegmentInfoFormat`.
 */
export function readIndexSort62(cursor: ByteCursor): SortField[] {
  const count = readCount(cursor, 'vint', 'number of sort fields', 5)
  const fields: SortField[] = []
  for (let index = 0; index < count; index++) {
    const name = cursor.string()
    const type = SORT_KINDS[cursor.vCount('sort type', SORT_KINDS.length - 1)]!
    let kind: string = type
    if (type === 'SORTED_SET') upTo(cursor, 3, 'sort selector')
    if (type === 'SORTED_NUMERIC') {
      kind = NUMERIC_KINDS[upTo(cursor, 3, 'numeric sort type')]!
      upTo(cursor, 1, 'sort selector')
    }
    fields.push({ name, descending: upTo(cursor, 1, 'sort direction') === 0 })
    const width = VALUE_BYTES[kind]
    const missing = upTo(cursor, width === undefined ? 2 : 1, 'missing value flag')
    if (missing === 1 && width !== undefined) cursor.skip(width)
  }
  return fields
}

/**
 * Reads the index sort of a segment info of Lucene 8.6 and later. `FORMAT_UNSUPPORTED` for a sort that a plugin
 * provides, because its length is not known.
 *
 * Source: Lucene `Lucene86SegmentInfoFormat`, `SortField.Provider`, `SortedSetSortField.Provider`, `SortedNumericSortField.Provider`.
 */
export function readIndexSort86(cursor: ByteCursor): SortField[] {
  const count = readCount(cursor, 'vint', 'number of sort fields', 5)
  const fields: SortField[] = []
  for (let index = 0; index < count; index++) {
    const provider = cursor.string()
    if (provider === 'SortField') {
      const name = cursor.string()
      const kind = cursor.string()
      fields.push({ name, descending: cursor.int32() === 1 })
      skipMissing(cursor, kind)
    } else if (provider === 'SortedSetSortField') {
      const name = cursor.string()
      fields.push({ name, descending: cursor.int32() === 1 })
      cursor.skip(8)
    } else if (provider === 'SortedNumericSortField') {
      const name = cursor.string()
      const kind = cursor.string()
      fields.push({ name, descending: cursor.int32() === 1 })
      cursor.skip(4)
      skipMissing(cursor, kind)
    } else {
      throw cursor.unsupported(`index sort of kind '${provider}'`)
    }
  }
  return fields
}

function skipMissing(cursor: ByteCursor, kind: string): void {
  const width = kind === 'STRING' ? 4 : VALUE_BYTES[kind]
  if (width === undefined) throw cursor.unsupported(`index sort by '${kind}'`)
  const at = cursor.offset
  const flag = cursor.int32()
  if (flag !== 0 && flag !== 1) throw cursor.corrupt(`missing value flag is ${flag}`, at)
  if (flag === 1) cursor.skip(width)
}

function upTo(cursor: ByteCursor, limit: number, what: string): number {
  const value = cursor.uint8()
  if (value > limit) throw cursor.corrupt(`${what} is ${value}, allowed 0 to ${limit}`, cursor.offset - 1)
  return value
}
