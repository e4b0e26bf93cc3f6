import type { ByteCursor } from '../../core/byte-cursor.ts'
import { isDirectWidth } from '../direct-reader.ts'
import type { DocValuesType, FieldInfo, FieldInfos } from '../field-infos.ts'
import { readMonotonicMeta, type MonotonicMeta } from '../monotonic.ts'
import { readDocSetMeta, type DocSetMeta } from './doc-set.ts'
import type { Region } from './verified-regions.ts'

const MAX_TABLE = 256
/** Width that stands for blocks with widths of their own. */
const VARYING_BITS = 0xff
const LZ4_BLOCK_CODE = (6 << 16) | 1
const PLAIN_BLOCK_CODE = 4
const KINDS = ['numeric', 'binary', 'sorted', 'sorted_set', 'sorted_numeric'] as const

/** What differs between the three format families that share this layout. */
export interface Layout70 {
  readonly family: 70 | 80 | 90
  readonly version: number
}

/** Numbers of a column: how many, of which documents, and how they are packed. */
export interface NumbersMeta {
  readonly docs: DocSetMeta
  /** Number of values; of documents with one when the kind is single-valued. */
  readonly count: number
  /** The distinct values that packed ones refer to. */
  readonly table: readonly bigint[] | undefined
  /** Values a block as a power of two, when blocks have widths of their own. */
  readonly blockShift: number | undefined
  readonly bits: number
  readonly min: bigint
  readonly gcd: bigint
  readonly values: Region
}

/** Where the values of each document begin, for kinds with several. */
export interface AddressesMeta {
  readonly addresses: MonotonicMeta
  readonly region: Region
}

/** Distinct terms in blocks. */
export interface TermsMeta {
  readonly count: number
  /** Terms a block as a power of two. */
  readonly blockShift: number
  readonly compressed: boolean
  readonly maxTermLength: number
  readonly addresses: MonotonicMeta
  readonly terms: Region
  readonly addressData: Region
}

/** Byte strings of documents, one after the other or in compressed chunks. */
export interface BinaryMeta {
  readonly docs: DocSetMeta
  readonly count: number
  readonly data: Region
  readonly minLength: number
  readonly maxLength: number
  readonly addresses: AddressesMeta | undefined
  /** Chunks of 2^docsPerChunkShift values each, in Lucene 8 only. */
  readonly compressed: { readonly docsPerChunkShift: number; readonly maxChunkLength: number } | undefined
}

/** One column as the `.dvm` file describes it. */
export type ColumnMeta =
  | { readonly kind: 'numeric'; readonly numbers: NumbersMeta }
  | { readonly kind: 'binary'; readonly binary: BinaryMeta }
  | { readonly kind: 'sorted'; readonly ordinals: NumbersMeta; readonly terms: TermsMeta }
  | {
      readonly kind: 'sorted_set'
      readonly ordinals: NumbersMeta
      readonly perDoc: AddressesMeta | undefined
      readonly terms: TermsMeta
    }
  | { readonly kind: 'sorted_numeric'; readonly numbers: NumbersMeta; readonly perDoc: AddressesMeta | undefined }

/**
 * Reads the columns of a `.dvm` file of Lucene 7.0 to 10.x, by field number. `BLOB_CORRUPT` for unknown fields, kinds that
 * differ from the field's, and impossible numbers.
 *
 * Source: Lucene `Lucene70DocValuesProducer`, `Lucene80DocValuesProducer`, `Lucene90DocValuesProducer`.
 */
export function readColumns70(
  cursor: ByteCursor,
  layout: Layout70,
  fields: FieldInfos,
): ReadonlyMap<number, ColumnMeta> {
  const columns = new Map<number, ColumnMeta>()
  for (;;) {
    const number = cursor.int32()
    if (number === -1) break
    const field = fields.byNumber.get(number)
    if (field === undefined) throw cursor.corrupt(`column of field ${number}, which does not exist`)
    const kind: DocValuesType | undefined = KINDS[cursor.uint8()]
    if (kind === undefined) throw cursor.corrupt(`column of field '${field.name}' has an unknown kind`)
    if (kind !== field.docValuesType)
      throw cursor.corrupt(`column of field '${field.name}' is ${kind}, not ${field.docValuesType}`)
    if (layout.family === 90 && field.hasSkipIndex) cursor.skip(layout.version >= 2 ? 44 : 40)
    columns.set(number, readColumn(cursor, kind, layout, field))
  }
  cursor.expectEnd()
  return columns
}

function readColumn(cursor: ByteCursor, kind: (typeof KINDS)[number], layout: Layout70, field: FieldInfo): ColumnMeta {
  switch (kind) {
    case 'numeric':
      return { kind, numbers: readNumbers(cursor, layout) }
    case 'binary':
      return { kind, binary: readBinary(cursor, layout, field) }
    case 'sorted':
      return { kind, ...readSorted(cursor, layout) }
    case 'sorted_set':
      return { kind, ...readSortedSet(cursor, layout) }
    case 'sorted_numeric':
      return { kind, ...readSortedNumeric(cursor, layout) }
  }
}

function readNumbers(cursor: ByteCursor, { family }: Layout70): NumbersMeta {
  const docs = readDocSetMeta(cursor, family >= 80)
  const count = cursor.length64('number of values')
  const at = cursor.offset
  const tableSize = cursor.int32()
  if (tableSize > MAX_TABLE) throw cursor.corrupt(`table of ${tableSize} values`, at)
  const table = tableSize >= 0 ? Array.from({ length: tableSize }, () => cursor.int64()) : undefined
  const blockShift = tableSize < -1 ? -2 - tableSize : undefined
  if (blockShift !== undefined && (blockShift < 1 || blockShift > 30)) {
    throw cursor.corrupt(`block shift is ${blockShift}`, at)
  }
  const bits = cursor.uint8()
  if (blockShift === undefined ? !isDirectWidth(bits) : bits !== VARYING_BITS)
    throw cursor.corrupt(`${bits} bits a value`)
  const min = cursor.int64()
  const gcd = cursor.int64()
  const values = readRegion(cursor, 'values')
  if (family >= 80) cursor.int64()
  return { docs, count, table, blockShift, bits, min, gcd, values }
}

function readBinary(cursor: ByteCursor, { family, version }: Layout70, field: FieldInfo): BinaryMeta {
  const data = readRegion(cursor, 'data')
  const docs = readDocSetMeta(cursor, family >= 80)
  const count = cursor.count32('number of documents')
  const minLength = cursor.count32('shortest value')
  const maxLength = cursor.count32('longest value')
  const mode = field.attributes.get('Lucene80DocValuesFormat.mode')
  const isCompressed = family === 80 && (version === 1 || (version >= 2 && mode === 'BEST_COMPRESSION'))
  if (isCompressed ? count === 0 : minLength >= maxLength) {
    return { docs, count, data, minLength, maxLength, addresses: undefined, compressed: undefined }
  }
  const offset = cursor.length64('addresses')
  let entries = count + 1
  let compressed: BinaryMeta['compressed']
  if (isCompressed) {
    entries = cursor.vCount('number of chunks')
    compressed = {
      docsPerChunkShift: cursor.vCount('documents a chunk', 30),
      maxChunkLength: cursor.vCount('longest chunk'),
    }
  }
  const addresses = readAddresses(cursor, offset, entries)
  return { docs, count, data, minLength, maxLength, addresses, compressed }
}

function readSorted(cursor: ByteCursor, layout: Layout70): { ordinals: NumbersMeta; terms: TermsMeta } {
  if (layout.family === 90) return { ordinals: readNumbers(cursor, layout), terms: readTerms(cursor, layout) }
  const docs = readDocSetMeta(cursor, layout.family >= 80)
  const count = cursor.count32('number of documents')
  return { ordinals: readOrdinals(cursor, docs, count), terms: readTerms(cursor, layout) }
}

function readOrdinals(cursor: ByteCursor, docs: DocSetMeta, count: number): NumbersMeta {
  const bits = cursor.uint8()
  if (!isDirectWidth(bits)) throw cursor.corrupt(`${bits} bits an ordinal`, cursor.offset - 1)
  const values = readRegion(cursor, 'ordinals')
  return { docs, count, table: undefined, blockShift: undefined, bits, min: 0n, gcd: 1n, values }
}

function readSortedSet(
  cursor: ByteCursor,
  layout: Layout70,
): { ordinals: NumbersMeta; perDoc: AddressesMeta | undefined; terms: TermsMeta } {
  const multiValued = cursor.uint8()
  if (multiValued > 1) throw cursor.corrupt(`multi-valued flag is ${multiValued}`, cursor.offset - 1)
  if (multiValued === 0) return { ...readSorted(cursor, layout), perDoc: undefined }
  if (layout.family === 90) {
    const { numbers, perDoc } = readSortedNumeric(cursor, layout)
    return { ordinals: numbers, perDoc, terms: readTerms(cursor, layout) }
  }
  const docs = readDocSetMeta(cursor, layout.family >= 80)
  const packed = readOrdinals(cursor, docs, 0)
  const count = cursor.count32('number of documents')
  const perDoc = readAddresses(cursor, cursor.length64('addresses'), count + 1)
  return { ordinals: { ...packed, count }, perDoc, terms: readTerms(cursor, layout) }
}

function readSortedNumeric(
  cursor: ByteCursor,
  layout: Layout70,
): { numbers: NumbersMeta; perDoc: AddressesMeta | undefined } {
  const numbers = readNumbers(cursor, layout)
  const docs = cursor.count32('number of documents')
  if (docs === numbers.count) return { numbers, perDoc: undefined }
  return { numbers, perDoc: readAddresses(cursor, cursor.length64('addresses'), docs + 1) }
}

/** Reads where the values of each document begin: `count` addresses, in a region that begins at `offset`. */
export function readAddresses(cursor: ByteCursor, offset: number, count: number): AddressesMeta {
  const addresses = readMonotonicMeta(cursor, count, cursor.vCount('block shift', 30))
  return { addresses, region: { offset, length: cursor.length64('length of addresses') } }
}

/** Reads where the terms of a column lie. */
export function readTerms(cursor: ByteCursor, { family }: Layout70): TermsMeta {
  const count = cursor.vLength('number of terms')
  let compressed = true
  if (family !== 90) {
    const code = cursor.int32()
    if (code !== LZ4_BLOCK_CODE && code !== PLAIN_BLOCK_CODE)
      throw cursor.unsupported(`terms in blocks of kind ${code}`)
    compressed = code === LZ4_BLOCK_CODE
  }
  const blockShift = compressed ? 6 : 4
  const monoShift = cursor.int32()
  const addresses = readMonotonicMeta(cursor, Math.ceil(count / 2 ** blockShift), monoShift)
  const maxTermLength = cursor.count32('longest term')
  if (compressed) cursor.count32('longest block')
  const terms = readRegion(cursor, 'terms')
  const addressData = readRegion(cursor, 'term addresses')
  const indexShift = cursor.int32()
  if (indexShift < 1 || indexShift > 30) throw cursor.corrupt(`term index shift is ${indexShift}`)
  // The reverse index only serves seeking by term; it is passed over.
  readMonotonicMeta(cursor, 1 + Math.ceil(count / 2 ** indexShift), monoShift)
  readRegion(cursor, 'term index')
  readRegion(cursor, 'term index addresses')
  return { count, blockShift, compressed, maxTermLength, addresses, terms, addressData }
}

/** Reads offset and length of a region. */
export function readRegion(cursor: ByteCursor, what: string): Region {
  return { offset: cursor.length64(`start of ${what}`), length: cursor.length64(`length of ${what}`) }
}
