import type { ByteCursor } from '../core/byte-cursor.ts'
import type { ByteSource } from '../core/byte-source.ts'
import {
  bigEndianFormat,
  littleEndianFormat,
  readMetadataFile,
  type FileFormat,
  type MetadataFile,
} from './metadata-file.ts'
import { readCount, readStringMap } from './string-collections.ts'

const MAX_BYTES = 256 * 1024 * 1024
/** Numbers are given out in order, so none can pass the number of fields an index ever had. */
const MAX_FIELD_NUMBER = 0xffffff

const DOC_VALUES_TYPES = ['none', 'numeric', 'binary', 'sorted', 'sorted_set', 'sorted_numeric'] as const

/** The kind of a column; `none` when the field has none. */
export type DocValuesType = (typeof DOC_VALUES_TYPES)[number]

/** One field of a segment. */
export interface FieldInfo {
  readonly name: string
  readonly number: number
  readonly docValuesType: DocValuesType
  /** Generation of the files that hold the current column; -1 for the segment's first. */
  readonly docValuesGen: number
  /** True when the column of the field marks soft-deleted documents. */
  readonly isSoftDeletes: boolean
  /** What the terms of the field are indexed with: 1 documents, 2 frequencies, 3 positions, 4 offsets; 0 nothing, or not known. */
  readonly indexOptions: number
  /** True when the terms of the field are kept by document, too. */
  readonly hasTermVectors: boolean
  /** True when a skip index precedes the column's metadata, Lucene 10 and later. */
  readonly hasSkipIndex: boolean
  /** 0 when the field has no vectors. */
  readonly vectorDimension: number
  readonly attributes: ReadonlyMap<string, string>
}

/** The fields of a segment, by number and by name. */
export interface FieldInfos {
  readonly byNumber: ReadonlyMap<number, FieldInfo>
  readonly byName: ReadonlyMap<string, FieldInfo>
  /** The highest field number; -1 without fields. */
  readonly maxNumber: number
}

type ReadField = (cursor: ByteCursor, version: number) => FieldInfo

const plain = (newest: number, footerSince: number): FileFormat => ({
  oldest: 0,
  newest,
  header: 'plain',
  footerSince,
  order: 'big',
})

const FORMATS: Readonly<Record<string, FileFormat & { readonly read: ReadField }>> = {
  Lucene40FieldInfos: { ...plain(0, 1), read: (cursor) => readField40(cursor, 'Lucene40') },
  Lucene42FieldInfos: { ...plain(0, 1), read: (cursor) => readField40(cursor, 'Lucene42') },
  Lucene46FieldInfos: { ...plain(2, 1), read: (cursor) => readField40(cursor, 'Lucene46') },
  Lucene50FieldInfos: { ...bigEndianFormat(0, 1), read: readField50 },
  Lucene60FieldInfos: { ...bigEndianFormat(0, 2), read: readField60 },
  Lucene90FieldInfos: { ...littleEndianFormat(0, 0), read: readField90 },
  Lucene94FieldInfos: { ...littleEndianFormat(0, 2), read: readField94 },
}

/**
 * Reads a `.fnm` file of Lucene 4.0 to 10.x. `suffix` is the generation in base 36, empty for the segment's first.
 * `BLOB_CORRUPT` when a check fails, `FORMAT_UNSUPPORTED` for unknown formats or flags.
 *
 * Source: Lucene `Lucene40FieldInfosFormat` to `Lucene94FieldInfosFormat`.
 */
export async function readFieldInfos(
  source: ByteSource,
  id: Uint8Array | undefined,
  suffix: string,
  signal: AbortSignal,
): Promise<FieldInfos> {
  return parseFieldInfos(await readMetadataFile(source, FORMATS, { id, suffix }, MAX_BYTES, signal))
}

function parseFieldInfos({ codec, version, cursor }: MetadataFile): FieldInfos {
  const { read } = FORMATS[codec]!
  const count = readCount(cursor, 'vint', 'number of fields', 5)
  const byNumber = new Map<number, FieldInfo>()
  const byName = new Map<string, FieldInfo>()
  let maxNumber = -1
  let softDeletes: string | undefined
  for (let index = 0; index < count; index++) {
    const field = read(cursor, version)
    if (byNumber.has(field.number)) throw cursor.corrupt(`field number ${field.number} is given twice`)
    if (byName.has(field.name)) throw cursor.corrupt(`field '${field.name}' is listed twice`)
    if (field.isSoftDeletes && softDeletes !== undefined) {
      throw cursor.corrupt(`both '${softDeletes}' and '${field.name}' mark soft deletes`)
    }
    if (field.isSoftDeletes) softDeletes = field.name
    byNumber.set(field.number, field)
    byName.set(field.name, field)
    maxNumber = Math.max(maxNumber, field.number)
  }
  cursor.expectEnd()
  return { byNumber, byName, maxNumber }
}

function readField40(cursor: ByteCursor, generation: 'Lucene40' | 'Lucene42' | 'Lucene46'): FieldInfo {
  const name = cursor.string()
  const number = readNumber(cursor)
  const bits = readBits(cursor, 0xfb)
  const types = cursor.uint8()
  // Lucene 4.0 and 4.1 number the kinds otherwise; their columns are not read.
  const docValuesType = generation === 'Lucene40' ? 'none' : docValuesTypeOf(cursor, types & 0x0f)
  const docValuesGen = generation === 'Lucene46' ? readGeneration(cursor) : -1
  const attributes = readStringMap(cursor, 'int32')
  return {
    name,
    number,
    docValuesType,
    docValuesGen,
    isSoftDeletes: false,
    indexOptions: 0,
    hasTermVectors: (bits & 0x02) !== 0,
    hasSkipIndex: false,
    vectorDimension: 0,
    attributes,
  }
}

/** The part that all formats since Lucene 5.0 begin with. */
function readField(cursor: ByteCursor, options: { bits: number; skipIndex?: boolean; counts?: 'int32' }): FieldInfo {
  const name = cursor.string()
  const number = readNumber(cursor)
  const bits = readBits(cursor, options.bits)
  const indexOptions = cursor.uint8()
  if (indexOptions > 4) throw cursor.corrupt(`index options are ${indexOptions}, allowed 0 to 4`, cursor.offset - 1)
  const docValuesType = docValuesTypeOf(cursor, cursor.uint8())
  let hasSkipIndex = false
  if (options.skipIndex === true) {
    const skip = cursor.uint8()
    if (skip > 1) throw cursor.unsupported(`skip index of kind ${skip}`)
    hasSkipIndex = skip === 1
  }
  const docValuesGen = readGeneration(cursor)
  const attributes = readStringMap(cursor, options.counts ?? 'vint')
  const isSoftDeletes = (bits & 0x08) !== 0
  const hasTermVectors = (bits & 0x01) !== 0
  return {
    ...{ name, number, docValuesType, docValuesGen, isSoftDeletes, indexOptions, hasTermVectors, hasSkipIndex },
    vectorDimension: 0,
    attributes,
  }
}

function readField50(cursor: ByteCursor, version: number): FieldInfo {
  return version === 0 ? readField(cursor, { bits: 0x07, counts: 'int32' }) : readField(cursor, { bits: 0x07 })
}

function readField60(cursor: ByteCursor, version: number): FieldInfo {
  const field = readField(cursor, { bits: version >= 1 ? 0x0f : 0x07 })
  skipPoints(cursor, version >= 2)
  return field
}

function readField90(cursor: ByteCursor): FieldInfo {
  const field = readField(cursor, { bits: 0x0f })
  skipPoints(cursor, true)
  const vectorDimension = cursor.vCount('vector dimension')
  readSimilarity(cursor)
  return { ...field, vectorDimension }
}

function readField94(cursor: ByteCursor, version: number): FieldInfo {
  const field = readField(cursor, { bits: version >= 1 ? 0x1f : 0x0f, skipIndex: version >= 2 })
  skipPoints(cursor, true)
  const vectorDimension = cursor.vCount('vector dimension')
  const encoding = cursor.uint8()
  if (encoding > 1) throw cursor.unsupported(`vector encoding ${encoding}`)
  readSimilarity(cursor)
  return { ...field, vectorDimension }
}

function skipPoints(cursor: ByteCursor, hasIndexDimensions: boolean): void {
  if (cursor.vCount('point dimensions') === 0) return
  if (hasIndexDimensions) cursor.vCount('indexed point dimensions')
  cursor.vCount('point bytes')
}

function readSimilarity(cursor: ByteCursor): void {
  const similarity = cursor.uint8()
  if (similarity > 3) throw cursor.unsupported(`vector similarity ${similarity}`)
}

function readNumber(cursor: ByteCursor): number {
  return cursor.vCount('field number', MAX_FIELD_NUMBER)
}

function readBits(cursor: ByteCursor, known: number): number {
  const bits = cursor.uint8()
  if ((bits & ~known) !== 0) throw cursor.unsupported(`field flags 0x${bits.toString(16)}`)
  return bits
}

function docValuesTypeOf(cursor: ByteCursor, code: number): DocValuesType {
  const type = DOC_VALUES_TYPES[code]
  if (type === undefined) throw cursor.corrupt(`doc values type is ${code}`, cursor.offset - 1)
  return type
}

function readGeneration(cursor: ByteCursor): number {
  const at = cursor.offset
  const generation = Number(cursor.int64())
  if (generation < -1 || generation > Number.MAX_SAFE_INTEGER) throw cursor.corrupt(`generation is ${generation}`, at)
  return generation
}
