import { readCodecHeader } from '../codec/lucene-envelope.ts'
import { ByteCursor } from '../core/byte-cursor.ts'
import { verifiedBody } from './doc-values/region-reader.ts'
import type { FieldInfo } from './field-infos.ts'
import {
  littleEndianFormat,
  readHeader,
  readMetadataFile,
  type ExpectedHeader,
  type MetadataFile,
} from './metadata-file.ts'
import type { Segment } from './segment.ts'

const META_FORMATS = { BlockTreeTermsMeta: littleEndianFormat(0, 2) }
const MAX_META_BYTES = 256 * 1024 * 1024
const HEAD_BYTES = 512
/** A block of one term, whose length is that of the name of the field, with its numbers. */
const MAX_TERM_BLOCK_BYTES = 512
/** Version from which the place of a block is written with the most significant bits first. */
const MOST_SIGNIFICANT_FIRST_SINCE = 1
/** Options of a field whose terms have no frequencies. */
const DOCUMENTS_ONLY = 1

/** The files of a field's terms: their codec, without `Terms` or `Doc`, and the suffix of their names. */
export interface TermFiles {
  readonly codec: string
  readonly suffix: string
}

/** What the list of terms says of the only one of a field. */
export interface OnlyTerm {
  /** Number of documents that have it. */
  readonly documents: number
  /** How often it is in all of them. */
  readonly occurrences: number
  /** Where its documents begin in the `.doc` file. */
  readonly offset: number
  /** The only document that has it, where there is one only. */
  readonly only: number | undefined
}

/**
 * Finds the only term of a field, which is the name of the field. `BLOB_CORRUPT` when it has others or anything does not fit.
 *
 * ```
 * .tmd: header, header of the codec, vint 128, vint fields, fields × FIELD, i64 × 2, footer
 * FIELD: vint number, vlong terms, vint length, place of the root block, vlong occurrences (not without frequencies),
 *   vlong sum of documents, vint documents, first term, last term, vlong start of the index, FST
 * FST: header, u8 (1: vint length, bytes), u8, vlong, vlong
 * place: vlong (offset × 4 + has terms × 2 + has more blocks), most significant bits first since version 1
 * block in .tim: vint (entries × 2 + last), vlong (length × 8 + leaf × 4 + compression), suffixes,
 *   lengths of suffixes, vint length, vint (documents × 2), vlong (occurrences - documents),
 *   vint length, vlong (offset in .doc × 2), [vint only document]
 * ```
 *
 * Source: Lucene `Lucene90BlockTreeTermsReader`, `SegmentTermsEnumFrame`, `Lucene90PostingsReader.decodeTerm`.
 */
export async function findOnlyTerm(
  segment: Segment,
  field: FieldInfo,
  { codec, suffix }: TermFiles,
  signal: AbortSignal,
): Promise<OnlyTerm> {
  const expected = { id: segment.id, suffix }
  const meta = await readMetadataFile(segment.file(`_${suffix}.tmd`), META_FORMATS, expected, MAX_META_BYTES, signal)
  const block = readRoot(meta, segment, field, codec, expected)
  const data = segment.file(`_${suffix}.tim`)
  const body = await verifiedBody(data, signal)
  const head = new ByteCursor(await body.read(0, Math.min(HEAD_BYTES, body.length), signal), data.name)
  readHeader(head, { BlockTreeTermsDict: littleEndianFormat(meta.version, meta.version) }, expected)
  if (block < head.offset || block >= body.length) throw meta.cursor.corrupt(`terms begin at byte ${block}`)
  const bytes = await body.read(block, Math.min(block + MAX_TERM_BLOCK_BYTES, body.length), signal)
  return readBlock(new ByteCursor(bytes, data.name, { base: block, order: 'little' }), field.name)
}

/** The offset of the block of terms of a field. */
function readRoot(
  { cursor, version }: MetadataFile,
  segment: Segment,
  field: FieldInfo,
  codec: string,
  expected: ExpectedHeader,
): number {
  readHeader(cursor, { [`${codec}Terms`]: littleEndianFormat(0, 0) }, expected)
  const size = cursor.vCount('size of a block')
  if (size !== 128) throw cursor.unsupported(`blocks of ${size} documents`)
  for (let rest = cursor.vCount('number of fields', segment.fields.byNumber.size); rest > 0; rest--) {
    const number = cursor.vCount('field number')
    const own = segment.fields.byNumber.get(number)
    if (own === undefined) throw cursor.corrupt(`terms of a field ${number}`)
    const terms = cursor.vLength('number of terms')
    const place = new ByteCursor(takeBytes(cursor), cursor.subject)
    if (own.indexOptions !== DOCUMENTS_ONLY) cursor.vLength('occurrences')
    cursor.vLength('sum of documents')
    cursor.vCount('documents', segment.maxDoc)
    takeBytes(cursor)
    takeBytes(cursor)
    cursor.vLength('start of the index')
    skipIndex(cursor)
    if (number !== field.number) continue
    if (terms !== 1) throw cursor.corrupt(`${terms} terms of field '${field.name}', expected one`)
    const code = version < MOST_SIGNIFICANT_FIRST_SINCE ? place.vLength('place') : mostSignificantFirst(place)
    if (code % 4 !== 2) throw cursor.corrupt(`place of a block of one term is ${code}`)
    return Math.floor(code / 4)
  }
  throw cursor.corrupt(`no terms of field '${field.name}'`)
}

function takeBytes(cursor: ByteCursor): Uint8Array {
  return cursor.take(cursor.vCount('length', cursor.remaining))
}

/** The description of the finite-state transducer that the place of a block of many would be looked up in. */
function skipIndex(cursor: ByteCursor): void {
  const { codec } = readCodecHeader(cursor)
  if (codec !== 'FST') throw cursor.corrupt(`index of terms is '${codec}'`)
  if (cursor.uint8() === 1) takeBytes(cursor)
  cursor.uint8()
  cursor.vLength('start of the transducer')
  cursor.vLength('length of the transducer')
}

function mostSignificantFirst(cursor: ByteCursor): number {
  for (let value = 0; ;) {
    const byte = cursor.uint8()
    value = value * 128 + (byte & 0x7f)
    if (value > Number.MAX_SAFE_INTEGER) throw cursor.corrupt(`place is ${value}`)
    if (byte < 0x80) return value
  }
}

function readBlock(cursor: ByteCursor, name: string): OnlyTerm {
  const entries = cursor.vCount('number of entries')
  if (entries !== 3) throw cursor.corrupt(`${entries >>> 1} entries in a block of one term`)
  const code = cursor.vLength('length of suffixes')
  const isPlainLeaf = code % 8 === 4
  const term = Buffer.from(cursor.take(Math.floor(code / 8))).toString('utf8')
  if (!isPlainLeaf || term !== name) throw cursor.corrupt(`term '${term}' of field '${name}'`)
  const lengths = cursor.vCount('lengths of suffixes')
  cursor.skip(lengths % 2 === 1 ? 1 : lengths >>> 1)

  const counts = new ByteCursor(takeBytes(cursor), cursor.subject)
  const token = counts.vCount('number of documents')
  // An odd token counts terms that are once in one document.
  const documents = token % 2 === 1 ? 1 : token >>> 1
  const occurrences = documents + (token % 2 === 1 ? 0 : counts.vLength('occurrences'))
  const places = new ByteCursor(takeBytes(cursor), cursor.subject)
  const place = places.vLength('place of documents')
  if (place % 2 === 1 || documents === 0) throw cursor.corrupt(`place of ${documents} documents is ${place}`)
  const only = documents === 1 ? places.vCount('only document') : undefined
  return { documents, occurrences, offset: place / 2, only }
}
