import type { ByteCursor } from '../../core/byte-cursor.ts'
import type { FieldInfo, FieldInfos } from '../field-infos.ts'
import { readMonotonicMeta, type MonotonicMeta } from '../monotonic.ts'
import { readAddresses, readRegion, readTerms, type AddressesMeta, type TermsMeta } from './column-meta-70.ts'
import { readDocSetMeta, type DocSetMeta } from './doc-set.ts'
import { readNumberStages, type NumberStage } from './number-stages.ts'
import type { Region } from './verified-regions.ts'

const KINDS = ['numeric', 'binary', 'sorted', 'sorted_set', 'sorted_numeric'] as const
const BLOCK_SHIFT = 7
const MAX_BLOCK_SHIFT = 12
/** Marks instead of a block shift: every ordinal is 0; each ordinal is a stretch of documents. */
const [ONE_ORDINAL, ORDINAL_STRETCHES] = [-1, -2]

/** The family and version of a file. */
export interface LayoutTsdb {
  readonly family: 87 | 819 | 95
  readonly version: number
  /** Name of the field that sorts the segment, when it does so in ascending order. */
  readonly primarySort: string | undefined
}

/** How the numbers of a column are laid out. */
export type PackingTsdb =
  /** In blocks of 2^blockShift values; `index` says where each begins in `values`. */
  | {
      readonly form: 'blocks'
      readonly blockShift: number
      readonly index: MonotonicMeta
      readonly indexData: Region
      /** What was done to the numbers of a block before they were packed; undefined where blocks themselves tell. */
      readonly stages: readonly NumberStage[] | undefined
    }
  /** No values, or all are 0. */
  | { readonly form: 'zero' }
  /** Ordinal k belongs to the documents from `starts` k up to k + 1: the column sorts the segment. */
  | { readonly form: 'stretches'; readonly starts: MonotonicMeta }

/** Numbers of a column. */
export interface NumbersTsdb {
  readonly docs: DocSetMeta
  readonly count: number
  readonly packing: PackingTsdb
  readonly values: Region
}

/** Byte strings of documents: one after the other, or in compressed blocks. */
export interface BinaryTsdb {
  readonly docs: DocSetMeta
  readonly count: number
  readonly data: Region
  readonly minLength: number
  readonly maxLength: number
  readonly addresses: AddressesMeta | undefined
  readonly blocks:
    { readonly maxLength: number; readonly maxCount: number; readonly firstValues: AddressesMeta } | undefined
}

/** One column as the `.dvm` file describes it. */
export type ColumnMetaTsdb =
  | { readonly kind: 'binary'; readonly binary: BinaryTsdb }
  | {
      readonly kind: 'numeric' | 'sorted_numeric'
      readonly numbers: NumbersTsdb
      readonly perDoc: AddressesMeta | undefined
    }
  | {
      readonly kind: 'sorted' | 'sorted_set'
      readonly numbers: NumbersTsdb
      readonly perDoc: AddressesMeta | undefined
      readonly terms: TermsMeta
    }

/**
 * Reads the columns of a `.dvm` file of logsdb and time-series indices by field number. `BLOB_CORRUPT` for unknown fields,
 * kinds that differ from the field's, and impossible numbers.
 *
 * Source: Elasticsearch `ES87TSDBDocValuesProducer`, `ES819TSDBDocValuesProducer`, `ES95TSDBDocValuesProducer`.
 */
export function readColumnsTsdb(
  cursor: ByteCursor,
  layout: LayoutTsdb,
  fields: FieldInfos,
): ReadonlyMap<number, ColumnMetaTsdb> {
  const reader = new MetaReader(cursor, layout)
  const columns = new Map<number, ColumnMetaTsdb>()
  for (;;) {
    const number = cursor.int32()
    if (number === -1) break
    const field = fields.byNumber.get(number)
    if (field === undefined) throw cursor.corrupt(`column of field ${number}, which does not exist`)
    const kind = KINDS[cursor.uint8()]
    if (kind === undefined || kind !== field.docValuesType)
      throw cursor.corrupt(
        `column of field '${field.name}' is ${kind ?? 'of an unknown kind'}, not ${field.docValuesType}`,
      )
    if (field.hasSkipIndex) cursor.skip(layout.family !== 87 && layout.version >= 7 ? 44 : 40)
    columns.set(number, reader.column(kind, field))
  }
  cursor.expectEnd()
  return columns
}

class MetaReader {
  readonly #cursor: ByteCursor
  readonly #layout: LayoutTsdb
  readonly #blockShift: number
  readonly #ordinalBlockShift: number

  constructor(cursor: ByteCursor, layout: LayoutTsdb) {
    const { family, version } = layout
    this.#cursor = cursor
    this.#layout = layout
    this.#blockShift = family !== 87 && version >= 2 ? this.#readShift() : BLOCK_SHIFT
    this.#ordinalBlockShift = family === 819 && (version === 6 || version === 7) ? this.#readShift() : this.#blockShift
  }

  column(kind: (typeof KINDS)[number], field: FieldInfo): ColumnMetaTsdb {
    const cursor = this.#cursor
    switch (kind) {
      case 'binary':
        return { kind, binary: this.#binary(field) }
      case 'numeric':
        return { kind, numbers: this.#numbers(this.#blockShift, true), perDoc: undefined }
      case 'sorted_numeric':
        return { kind, ...this.#sortedNumeric(this.#blockShift, true) }
      case 'sorted':
        return { kind, ...this.#sorted(field) }
      case 'sorted_set': {
        const multiValued = cursor.uint8()
        if (multiValued > 1) throw cursor.corrupt(`multi-valued flag is ${multiValued}`, cursor.offset - 1)
        if (multiValued === 0) return { kind, ...this.#sorted(field) }
        const { numbers, perDoc } = this.#sortedNumeric(this.#ordinalBlockShift, false)
        return { kind, numbers, perDoc, terms: readTerms(cursor, { family: 90, version: 0 }) }
      }
    }
  }

  #sorted(field: FieldInfo): { numbers: NumbersTsdb; perDoc: undefined; terms: TermsMeta } {
    const cursor = this.#cursor
    if (this.#layout.family === 87 || this.#layout.version < 4) {
      const numbers = this.#numbers(this.#ordinalBlockShift, false)
      return { numbers, perDoc: undefined, terms: readTerms(cursor, { family: 90, version: 0 }) }
    }
    const terms = readTerms(cursor, { family: 90, version: 0 })
    const numbers = this.#numbers(this.#ordinalBlockShift, false)
    if (field.name === this.#layout.primarySort) this.#skipPrefixPartitions(field)
    return { numbers, perDoc: undefined, terms }
  }

  /** Behind the ordinals of the field that sorts the segment lies whether, and where, its prefixes are partitioned. */
  #skipPrefixPartitions(field: FieldInfo): void {
    const cursor = this.#cursor
    const flag = cursor.uint8()
    if (flag > 1) throw cursor.unsupported(`prefix partitions of kind ${flag} of field '${field.name}'`)
    if (flag === 0) return
    cursor.uint8()
    cursor.int64()
    cursor.vLong()
  }

  #sortedNumeric(blockShift: number, isNumber: boolean): { numbers: NumbersTsdb; perDoc: AddressesMeta | undefined } {
    const cursor = this.#cursor
    const numbers = this.#numbers(blockShift, isNumber)
    const docs = this.#layout.family === 87 ? cursor.count32('number of documents') : numbers.docCount
    if (docs === numbers.count) return { numbers, perDoc: undefined }
    return { numbers, perDoc: readAddresses(cursor, cursor.length64('addresses'), docs + 1) }
  }

  #numbers(blockShift: number, isNumber: boolean): NumbersTsdb & { readonly docCount: number } {
    const cursor = this.#cursor
    if (this.#layout.family === 87) {
      const docs = readDocSetMeta(cursor, true)
      const count = cursor.length64('number of values')
      return { docs, count, docCount: count, ...this.#packing(count, blockShift, isNumber) }
    }
    const count = cursor.length64('number of values')
    const docCount = cursor.count32('number of documents')
    const packed = this.#packing(count, blockShift, isNumber)
    return { docs: readDocSetMeta(cursor, true), count, docCount, ...packed }
  }

  #packing(count: number, blockShift: number, isNumber: boolean): { packing: PackingTsdb; values: Region } {
    const cursor = this.#cursor
    if (count === 0) return { packing: { form: 'zero' }, values: { offset: 0, length: 0 } }
    const shift = cursor.int32()
    if (shift === ONE_ORDINAL) {
      readRegion(cursor, 'index')
      return { packing: { form: 'zero' }, values: readRegion(cursor, 'values') }
    }
    if (shift === ORDINAL_STRETCHES) {
      if (this.#layout.family === 87) throw cursor.corrupt('block shift is -2')
      const ordinals = cursor.vCount('number of ordinals')
      const starts = readMonotonicMeta(cursor, ordinals + 1, cursor.uint8())
      readRegion(cursor, 'index')
      return { packing: { form: 'stretches', starts }, values: readRegion(cursor, 'values') }
    }
    const stages = isNumber && this.#layout.family === 95 ? readNumberStages(cursor, blockShift) : undefined
    const index = readMonotonicMeta(cursor, Math.ceil(count / 2 ** blockShift), shift)
    const indexData = readRegion(cursor, 'index')
    return { packing: { form: 'blocks', blockShift, index, indexData, stages }, values: readRegion(cursor, 'values') }
  }

  #binary(field: FieldInfo): BinaryTsdb {
    const cursor = this.#cursor
    const { family, version } = this.#layout
    const mode = family !== 87 && version >= 1 ? cursor.uint8() : 0
    if (mode > 1) throw cursor.unsupported(`byte strings of kind ${mode} of field '${field.name}'`)
    const data = readRegion(cursor, 'data')
    const docs = readDocSetMeta(cursor, true)
    const count = cursor.count32('number of documents')
    const minLength = cursor.count32('shortest value')
    const maxLength = cursor.count32('longest value')
    const common = { docs, count, data, minLength, maxLength }
    if (mode === 0) {
      const addresses =
        minLength < maxLength ? readAddresses(cursor, cursor.length64('addresses'), count + 1) : undefined
      return { ...common, addresses, blocks: undefined }
    }
    if (count === 0) return { ...common, addresses: undefined, blocks: undefined }
    const start = cursor.length64('addresses')
    const blockCount = cursor.vCount('number of blocks')
    const maxBlock = cursor.vCount('longest block')
    const maxCount = cursor.vCount('values a block')
    const monotonicShift = cursor.vCount('block shift', 30)
    const addresses = readMonotonicMeta(cursor, blockCount + 1, monotonicShift)
    const addressRegion = { offset: start, length: cursor.length64('length of addresses') }
    const offset = cursor.length64('first values')
    const firstValues = readMonotonicMeta(cursor, blockCount + 1, monotonicShift)
    const firstRegion = { offset, length: cursor.length64('length of first values') }
    return {
      ...common,
      addresses: { addresses, region: addressRegion },
      blocks: { maxLength: maxBlock, maxCount, firstValues: { addresses: firstValues, region: firstRegion } },
    }
  }

  #readShift(): number {
    const shift = this.#cursor.uint8()
    // Widths of whole machine words are laid out for blocks of 128 values and multiples of them.
    if (shift < BLOCK_SHIFT || shift > MAX_BLOCK_SHIFT) throw this.#cursor.unsupported(`blocks of 2^${shift} values`)
    return shift
  }
}
