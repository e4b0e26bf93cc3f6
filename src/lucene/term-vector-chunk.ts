import type { ByteCursor } from '../core/byte-cursor.ts'
import { BlockPackedRun, skipBlockPacked } from './block-packed.ts'
import { lz4 } from './chunk-compression.ts'
import { directLength, isDirectWidth, readDirect } from './direct-reader.ts'
import { packedLength, unpackInts } from './packed-ints.ts'

/** The terms of one field in documents of a range: those of a document are `terms[starts[d]]` up to `terms[starts[d + 1]]`. */
export interface TermsWindow {
  readonly starts: Int32Array
  /** In ascending order in each document. */
  readonly terms: readonly Uint8Array[]
  /** How often each term is in its document, as the writer of the field counts. */
  readonly frequencies: readonly number[]
}

/** What the index of a file says of one of its chunks. */
export interface ExpectedChunk {
  readonly docBase: number
  readonly docs: number
}

/** Marks of a field of a document. */
const POSITIONS = 1
const OFFSETS = 2
const PAYLOADS = 4
const FLAG_BITS = 4
/** Longest term that Lucene writes. */
const MAX_TERM_BYTES = 32_766
/** Far more than servers write to one chunk: bounds the memory for damaged ones. */
const MAX_TERMS = 1 << 24
const MAX_BYTES = 1 << 28
/** LZ4 makes one byte of input 255 bytes of output at most. */
const LZ4_GROWTH = 255

/**
 * The terms of the field `field` in the documents of one chunk, which fills the cursor; the positions, offsets and payloads of
 * all fields are passed over. `BLOB_CORRUPT` whatever does not fit.
 *
 * ```
 * vint docBase, vint (docs × 2 + dirty), fields a document (a vint for one document, else a run)
 * u8 (min(distinct - 1, 7) × 32 + bits), [vint distinct - 8], distinct × packed field number
 * slice of places among the distinct ones, vint 0 or 1, slice of flags by distinct field or by field,
 * vint bits, slice of terms a field
 * run of prefix lengths, run of suffix lengths, run of (frequency - 1)
 * [run of positions], [distinct × f32, run of offsets, run of lengths], [run of payload lengths]
 * LZ4 block: for each document the suffixes of its terms, then its payloads
 * slice: vint length, direct array
 * ```
 *
 * Source: Lucene `Lucene90CompressingTermVectorsReader`.
 */
export function termsOfChunk(
  cursor: ByteCursor,
  expected: ExpectedChunk,
  field: number,
  packedVersion: number,
): TermsWindow {
  const { docs } = expected
  const docBase = cursor.vCount('first document')
  const count = cursor.vInt() >>> 1
  if (docBase !== expected.docBase || count !== docs) {
    throw cursor.corrupt(`chunk of ${count} documents from ${docBase}, expected ${docs} from ${expected.docBase}`)
  }
  const perDoc = new Int32Array(docs)
  if (docs === 1) perDoc[0] = cursor.vCount('fields of a document', cursor.remaining * 8)
  else {
    const run = new BlockPackedRun(cursor, docs, packedVersion)
    for (let doc = 0; doc < docs; doc++) perDoc[doc] = run.next()
  }
  const total = perDoc.reduce((sum, one) => sum + one, 0)
  const none: TermsWindow = { starts: new Int32Array(docs + 1), terms: [], frequencies: [] }
  if (total === 0) {
    cursor.expectEnd()
    return none
  }
  const fields = readFields(cursor, total, packedVersion)
  if (!fields.distinct.includes(field)) return none
  return readTerms(cursor, perDoc, fields, field, packedVersion)
}

/** The fields of all documents of a chunk, one after the other. */
interface ChunkFields {
  readonly distinct: Int32Array
  readonly numbers: Int32Array
  readonly flags: Uint8Array
  readonly termCounts: Int32Array
}

function readFields(cursor: ByteCursor, total: number, packedVersion: number): ChunkFields {
  const token = cursor.uint8()
  const bits = token & 0x1f
  const known = (token >>> 5) + 1
  const count = known < 8 ? known : known + cursor.vCount('distinct fields', cursor.remaining * 8)
  if (bits === 0) throw cursor.corrupt('0 bits a field number')
  const packed = cursor.take(packedLength(bits, count, packedVersion))
  const distinct = new Int32Array(count)
  unpackInts(packed, 0, bits, count, distinct)

  const places = readSlice(cursor, directWidth(count - 1), total)
  const form = cursor.vCount('form of the flags', 1)
  const flagsOf = readSlice(cursor, FLAG_BITS, form === 0 ? count : total)
  const countOf = readSlice(cursor, cursor.vCount('bits a number of terms', 31), total)
  const numbers = new Int32Array(total)
  const flags = new Uint8Array(total)
  const termCounts = new Int32Array(total)
  for (let index = 0; index < total; index++) {
    const place = places(index)
    if (place >= count) throw cursor.corrupt(`field ${place} of ${count}`)
    numbers[index] = distinct[place]!
    flags[index] = flagsOf(form === 0 ? place : index)
    termCounts[index] = countOf(index)
  }
  return { distinct, numbers, flags, termCounts }
}

/** The width of a direct array whose largest value is `limit`. */
function directWidth(limit: number): number {
  let bits = 1
  while (2 ** bits <= limit || !isDirectWidth(bits)) bits++
  return bits
}

function readSlice(cursor: ByteCursor, bits: number, count: number): (index: number) => number {
  if (bits === 0 || !isDirectWidth(bits)) throw cursor.corrupt(`${bits} bits a value`)
  const bytes = cursor.take(cursor.vCount('length of an array', cursor.remaining))
  if (directLength(bits, count) > bytes.length) throw cursor.corrupt(`${count} values in ${bytes.length} bytes`)
  return (index) => readDirect(bytes, 0, bits, index, 'little')
}

function readTerms(
  cursor: ByteCursor,
  perDoc: Int32Array,
  { distinct, numbers, flags, termCounts }: ChunkFields,
  field: number,
  packedVersion: number,
): TermsWindow {
  let [terms, wanted] = [0, 0]
  for (let index = 0; index < numbers.length; index++) {
    terms += termCounts[index]!
    if (numbers[index] === field) wanted += termCounts[index]!
  }
  // A block of 64 lengths takes one byte or more.
  if (wanted > MAX_TERMS || terms > cursor.remaining * 64) throw cursor.corrupt(`${terms} terms in a chunk`)
  /** Reads a number for each term, keeps those of the field, and returns the sums by field of a document. */
  const readRun = (output: Int32Array): Float64Array => {
    const run = new BlockPackedRun(cursor, terms, packedVersion)
    const sums = new Float64Array(numbers.length)
    for (let index = 0, at = 0; index < numbers.length; index++) {
      const isWanted = numbers[index] === field
      for (let term = 0; term < termCounts[index]!; term++) {
        const value = run.next()
        sums[index]! += value
        if (isWanted) output[at++] = value
      }
    }
    return sums
  }
  const prefixes = new Int32Array(wanted)
  const suffixes = new Int32Array(wanted)
  const repeats = new Int32Array(wanted)
  readRun(prefixes)
  const bytesOf = readRun(suffixes)
  const occurrences = readRun(repeats).map((more, index) => more + termCounts[index]!)

  const marked = (flag: number): number =>
    occurrences.reduce((sum, many, index) => ((flags[index]! & flag) === 0 ? sum : sum + many), 0)
  skipBlockPacked(cursor, marked(POSITIONS), packedVersion)
  const offsets = marked(OFFSETS)
  if (offsets > 0) {
    cursor.skip(4 * distinct.length)
    skipBlockPacked(cursor, offsets, packedVersion)
    skipBlockPacked(cursor, offsets, packedVersion)
  }
  const payloads = new BlockPackedRun(cursor, marked(PAYLOADS), packedVersion)

  const starts = new Int32Array(perDoc.length + 1)
  // Where the suffixes of the field begin in each document.
  const places = new Float64Array(perDoc.length)
  let length = 0
  for (let doc = 0, index = 0, count = 0; doc < perDoc.length; doc++) {
    let payloadBytes = 0
    for (const end = index + perDoc[doc]!; index < end; index++) {
      if (numbers[index] === field) {
        places[doc] = length
        count += termCounts[index]!
      }
      length += bytesOf[index]!
      if ((flags[index]! & PAYLOADS) === 0) continue
      for (let many = occurrences[index]!; many > 0; many--) payloadBytes += payloads.next()
    }
    length += payloadBytes
    starts[doc + 1] = count
  }
  if (length > MAX_BYTES || length > cursor.remaining * LZ4_GROWTH) {
    throw cursor.corrupt(`${length} bytes of terms from ${cursor.remaining}`)
  }
  const bytes = new Uint8Array(length)
  if (length > 0) {
    lz4(cursor, bytes, 0, length)
    cursor.expectEnd()
  }
  return { starts, terms: joined(bytes, starts, places, prefixes, suffixes, cursor), frequencies: plusOne(repeats) }
}

function plusOne(values: Int32Array): number[] {
  return Array.from(values, (value) => value + 1)
}

/** The terms, each from the beginning of the one before it in its document and the rest. */
function joined(
  bytes: Uint8Array,
  starts: Int32Array,
  places: Float64Array,
  prefixes: Int32Array,
  suffixes: Int32Array,
  cursor: ByteCursor,
): Uint8Array[] {
  const terms: Uint8Array[] = []
  let total = 0
  for (let doc = 0; doc < places.length; doc++) {
    let previous: Uint8Array = new Uint8Array(0)
    for (let index = starts[doc]!, at = places[doc]!; index < starts[doc + 1]!; index++) {
      const [prefix, suffix] = [prefixes[index]!, suffixes[index]!]
      total += prefix + suffix
      if (prefix > previous.length || prefix + suffix > MAX_TERM_BYTES || total > MAX_BYTES) {
        throw cursor.corrupt(`term of ${prefix} and ${suffix} bytes after one of ${previous.length}`)
      }
      const term = new Uint8Array(prefix + suffix)
      term.set(previous.subarray(0, prefix))
      term.set(bytes.subarray(at, at + suffix), prefix)
      at += suffix
      terms.push(term)
      previous = term
    }
  }
  return terms
}
