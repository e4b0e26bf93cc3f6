import type { ByteCursor } from '../../core/byte-cursor.ts'
import { isDirectWidth } from '../direct-reader.ts'
import type { FieldInfos } from '../field-infos.ts'
import { readMonotonicMeta, type MonotonicMeta } from '../monotonic.ts'
import { readCount } from '../string-collections.ts'
import type { Region } from './verified-regions.ts'

const KINDS = ['numeric', 'binary', 'sorted', 'sorted_set', 'sorted_numeric'] as const
const [NUMERIC, BINARY, SORTED] = [0, 1, 2]
const MAX_TABLE = 256

/** Documents without a value: the offset of a bit set of those with one, or that all or none have one. */
export type Missing54 = number | 'all have one' | 'none has one'

/** How the numbers of a column are packed: one value a document unless `sparse`. */
export type Packing54 =
  | { readonly form: 'packed'; readonly min: bigint; readonly gcd: bigint; readonly bits: number }
  | { readonly form: 'table'; readonly table: readonly bigint[]; readonly bits: number }
  | { readonly form: 'monotonic'; readonly values: MonotonicMeta }
  | { readonly form: 'constant'; readonly value: bigint }
  | { readonly form: 'sparse'; readonly docs: MonotonicMeta; readonly values: Numbers54 }

/** Numbers of a column. */
export interface Numbers54 {
  readonly missing: Missing54
  readonly count: number
  readonly packing: Packing54
  readonly data: Region
}

/** Byte strings of a column: of one length, with addresses, or sharing prefixes in blocks of 16. */
export interface Bytes54 {
  readonly form: 'fixed' | 'variable' | 'prefix'
  readonly missing: Missing54
  readonly count: number
  readonly minLength: number
  readonly maxLength: number
  readonly data: Region
  readonly addresses: MonotonicMeta | undefined
  readonly addressData: Region
}

/** Which values each document has, where it may have several. */
export type Multi54 =
  /** One at most. */
  | { readonly form: 'single' }
  /** Those from its address up to the next document's. */
  | { readonly form: 'addresses'; readonly addresses: Numbers54 }
  /** The numbers of the column are those of sets, and the documents have sets. */
  | { readonly form: 'sets'; readonly sets: readonly (readonly bigint[])[] }

/** One column as the `.dvm` file describes it. */
export type Column54 =
  | { readonly kind: 'numeric'; readonly numbers: Numbers54 }
  | { readonly kind: 'binary'; readonly binary: Bytes54 }
  | { readonly kind: 'sorted'; readonly terms: Bytes54; readonly ordinals: Numbers54 }
  | { readonly kind: 'sorted_set'; readonly terms: Bytes54; readonly ordinals: Numbers54; readonly multi: Multi54 }
  | { readonly kind: 'sorted_numeric'; readonly numbers: Numbers54; readonly multi: Multi54 }

/**
 * Reads the columns of a `.dvm` file of Lucene 5.4 to 6.x by field number.
 *
 * Source: Lucene `Lucene54DocValuesProducer`.
 */
export function readColumns54(cursor: ByteCursor, fields: FieldInfos, maxDoc: number): ReadonlyMap<number, Column54> {
  const columns = new Map<number, Column54>()
  for (;;) {
    const number = cursor.vInt()
    if (number === -1) break
    const field = fields.byNumber.get(number)
    if (field === undefined) throw cursor.corrupt(`column of field ${number}, which does not exist`)
    const kind = KINDS[cursor.uint8()]
    if (kind !== field.docValuesType)
      throw cursor.corrupt(`column of field '${field.name}' is not ${field.docValuesType}`)
    columns.set(number, readColumn(cursor, number, kind, maxDoc))
  }
  cursor.expectEnd()
  return columns
}

function readColumn(cursor: ByteCursor, number: number, kind: (typeof KINDS)[number], maxDoc: number): Column54 {
  const numbers = (): Numbers54 => readNumbers(cursor, number, maxDoc)
  const tag = (code: number): void => expectTag(cursor, number, code)
  switch (kind) {
    case 'numeric':
      return { kind, numbers: numbers() }
    case 'binary':
      return { kind, binary: readBytes(cursor) }
    case 'sorted':
      return readSorted(cursor, number, maxDoc)
    case 'sorted_set':
      return readSortedSet(cursor, number, maxDoc)
    case 'sorted_numeric': {
      const form = cursor.vCount('form of a set column', 2)
      const sets = form === 2 ? readSets(cursor) : undefined
      tag(NUMERIC)
      const values = numbers()
      if (sets !== undefined) return { kind, numbers: values, multi: { form: 'sets', sets } }
      if (form === 1) return { kind, numbers: values, multi: { form: 'single' } }
      tag(NUMERIC)
      return { kind, numbers: values, multi: { form: 'addresses', addresses: numbers() } }
    }
  }
}

function readSortedSet(cursor: ByteCursor, number: number, maxDoc: number): Column54 {
  const kind = 'sorted_set'
  const form = cursor.vCount('form of a set column', 2)
  if (form === 1) {
    expectTag(cursor, number, SORTED)
    return { ...readSorted(cursor, number, maxDoc), kind, multi: { form: 'single' } }
  }
  const sets = form === 2 ? readSets(cursor) : undefined
  expectTag(cursor, number, BINARY)
  const terms = readBytes(cursor)
  expectTag(cursor, number, NUMERIC)
  const ordinals = readNumbers(cursor, number, maxDoc)
  if (sets !== undefined) return { kind, terms, ordinals, multi: { form: 'sets', sets } }
  expectTag(cursor, number, NUMERIC)
  const addresses = readNumbers(cursor, number, maxDoc)
  return { kind, terms, ordinals, multi: { form: 'addresses', addresses } }
}

function readSorted(
  cursor: ByteCursor,
  number: number,
  maxDoc: number,
): { readonly kind: 'sorted'; readonly terms: Bytes54; readonly ordinals: Numbers54 } {
  expectTag(cursor, number, BINARY)
  const terms = readBytes(cursor)
  expectTag(cursor, number, NUMERIC)
  return { kind: 'sorted', terms, ordinals: readNumbers(cursor, number, maxDoc) }
}

function expectTag(cursor: ByteCursor, number: number, code: number): void {
  const at = cursor.offset
  if (cursor.vInt() !== number || cursor.uint8() !== code)
    throw cursor.corrupt(`part of field ${number} is mislabelled`, at)
}

/** The distinct sets of values that documents have. */
function readSets(cursor: ByteCursor): bigint[][] {
  const size = readCount(cursor, 'int32', 'size of a table', 8)
  const values = Array.from({ length: size }, () => cursor.int64())
  const count = readCount(cursor, 'int32', 'number of sets', 4)
  let start = 0
  const sets = Array.from({ length: count }, () => {
    const end = start + cursor.count32('size of a set')
    if (end > size) throw cursor.corrupt(`sets of more than the ${size} values of their table`)
    const set = values.slice(start, end)
    start = end
    return set
  })
  return sets
}

function readMissing(cursor: ByteCursor): Missing54 {
  const at = cursor.offset
  const offset = Number(cursor.int64())
  if (offset === -1) return 'all have one'
  if (offset === -2) return 'none has one'
  if (offset < 0 || !Number.isSafeInteger(offset)) throw cursor.corrupt(`set of documents at ${offset}`, at)
  return offset
}

function readNumbers(cursor: ByteCursor, number: number, maxDoc: number, depth = 0): Numbers54 {
  const form = cursor.vCount('form of numbers', 5)
  const missing = readMissing(cursor)
  let docs: MonotonicMeta | undefined
  if (form === 5) {
    const count = cursor.vLength('number of documents with a value')
    if (count > maxDoc) throw cursor.corrupt(`${count} of ${maxDoc} documents have a value`)
    docs = readMonotonicMeta(cursor, count, cursor.vCount('block shift', 30))
  }
  const offset = cursor.length64('start of numbers')
  const count = cursor.vLength('number of values')
  const packing = readPacking(cursor, form, number, maxDoc, docs, depth)
  const end = cursor.length64('end of numbers')
  if (end < offset) throw cursor.corrupt(`numbers from ${offset} to ${end}`)
  return { missing, count, packing, data: { offset, length: end - offset } }
}

function readPacking(
  cursor: ByteCursor,
  form: number,
  number: number,
  maxDoc: number,
  docs: MonotonicMeta | undefined,
  depth: number,
): Packing54 {
  switch (form) {
    case 0:
      return { form: 'packed', min: cursor.int64(), gcd: 1n, bits: readWidth(cursor) }
    case 1:
      return { form: 'packed', min: cursor.int64(), gcd: cursor.int64(), bits: readWidth(cursor) }
    case 2: {
      const size = cursor.vCount('size of a table', MAX_TABLE)
      const table = Array.from({ length: size }, () => cursor.int64())
      return { form: 'table', table, bits: readWidth(cursor) }
    }
    case 3:
      return { form: 'monotonic', values: readMonotonicMeta(cursor, maxDoc + 1, cursor.vCount('block shift', 30)) }
    case 4:
      return { form: 'constant', value: cursor.int64() }
    default: {
      if (depth > 0) throw cursor.corrupt('sparse numbers within sparse numbers')
      cursor.uint8()
      expectTag(cursor, number, NUMERIC)
      return { form: 'sparse', docs: docs!, values: readNumbers(cursor, number, maxDoc, depth + 1) }
    }
  }
}

function readWidth(cursor: ByteCursor): number {
  const bits = cursor.vInt()
  if (!isDirectWidth(bits)) throw cursor.corrupt(`${bits} bits a value`)
  return bits
}

function readBytes(cursor: ByteCursor): Bytes54 {
  const form = (['fixed', 'variable', 'prefix'] as const)[cursor.vCount('form of bytes', 2)]!
  const missing = readMissing(cursor)
  const minLength = cursor.vCount('shortest value')
  const maxLength = cursor.vCount('longest value')
  const count = cursor.vLength('number of values')
  const offset = cursor.length64('start of bytes')
  if (form === 'fixed') {
    const length = count * maxLength
    return {
      form,
      missing,
      count,
      minLength,
      maxLength,
      data: { offset, length },
      addresses: undefined,
      addressData: EMPTY,
    }
  }
  const addressStart = cursor.length64('start of addresses')
  if (addressStart < offset) throw cursor.corrupt(`bytes from ${offset} to ${addressStart}`)
  const data = { offset, length: addressStart - offset }
  if (form === 'variable') {
    const addresses = readMonotonicMeta(cursor, count + 1, cursor.vCount('block shift', 30))
    const end = cursor.length64('end of addresses')
    if (end < addressStart) throw cursor.corrupt(`addresses from ${addressStart} to ${end}`)
    const addressData = { offset: addressStart, length: end - addressStart }
    return { form, missing, count, minLength, maxLength, data, addresses, addressData }
  }
  // Packed block addresses and the reverse index serve seeking; blocks are read in order.
  cursor.vCount('packed integers version', 2)
  cursor.vCount('block size')
  cursor.length64('start of the reverse index')
  return { form, missing, count, minLength, maxLength, data, addresses: undefined, addressData: EMPTY }
}

const EMPTY: Region = { offset: 0, length: 0 }
