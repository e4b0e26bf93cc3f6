import { ByteCursor } from '../core/byte-cursor.ts'
import { Failure } from '../core/failure.ts'
import type { NumberColumn, NumberWindow } from './doc-values/column.ts'
import { RegionReader, verifiedBody } from './doc-values/region-reader.ts'
import { findOnlyTerm, type OnlyTerm } from './only-term.ts'
import type { FieldInfo } from './field-infos.ts'
import { BLOCK_INTS, MAX_BLOCK_BYTES, readPatchedBlock } from './for-block.ts'
import { littleEndianFormat, readHeader } from './metadata-file.ts'
import type { Segment } from './segment.ts'

/** Codec names of the same form, by the name of the format. */
const FORMATS: Readonly<Record<string, string>> = {
  Lucene90: 'Lucene90PostingsWriter',
  ES812Postings: 'ES812PostingsWriter',
}
const HEAD_BYTES = 512
/** Two numbers for each document of the last block. */
const MAX_TAIL_BYTES = BLOCK_INTS * 10

/**
 * Opens how often the only term of a field is in each document, as a column of numbers; read in the order of documents, one
 * block is in memory. Both files are verified as a whole first. `FORMAT_UNSUPPORTED` for formats other than that of Lucene 9.0
 * to 9.8 and Elasticsearch's fork of it, `BLOB_CORRUPT` when a check fails or the field has several terms.
 *
 * ```
 * documents of the term: blocks of 128 { patched differences of the numbers, patched frequencies }, then for each document
 * that is left: vint (difference × 2 + (frequency is 1 ? 1 : 0)), [vint frequency]
 * ```
 *
 * Source: Lucene `Lucene90PostingsReader`, Elasticsearch `ES812PostingsReader`.
 */
export async function openTermCounts(segment: Segment, field: FieldInfo, signal: AbortSignal): Promise<NumberColumn> {
  const format = field.attributes.get('PerFieldPostingsFormat.format') ?? ''
  const suffix = `${format}_${field.attributes.get('PerFieldPostingsFormat.suffix') ?? ''}`
  const codec = Object.hasOwn(FORMATS, format) ? FORMATS[format]! : undefined
  if (codec === undefined) {
    throw new Failure('FORMAT_UNSUPPORTED', `it is in the inverted index alone, in format '${format}'`, {
      op: 'read terms of',
      subject: `field '${field.name}' of segment ${segment.name}`,
    })
  }
  const term = await findOnlyTerm(segment, field, { codec, suffix }, signal)
  const data = segment.file(`_${suffix}.doc`)
  const body = await verifiedBody(data, signal)
  const head = new ByteCursor(await body.read(0, Math.min(HEAD_BYTES, body.length), signal), data.name)
  readHeader(head, { [`${codec}Doc`]: littleEndianFormat(0, 0) }, { id: segment.id, suffix })
  const region = new RegionReader(body, { offset: 0, length: body.length })
  const postings = new Postings(region, term, segment.maxDoc)
  return { kind: 'numbers', window: (from, to, abort) => postings.window(from, to, abort) }
}

/** The documents of a term, gone through in their order. */
class Postings {
  readonly #region: RegionReader
  readonly #term: OnlyTerm
  readonly #maxDoc: number
  readonly #docs = new Float64Array(BLOCK_INTS)
  readonly #frequencies = new Float64Array(BLOCK_INTS)
  #offset: number
  #read = 0
  #count = 0
  #at = 0
  /** The last document that was decoded, and the last one that was passed. */
  #previous = 0
  #passed = -1

  constructor(region: RegionReader, term: OnlyTerm, maxDoc: number) {
    this.#region = region
    this.#term = term
    this.#maxDoc = maxDoc
    this.#offset = term.offset
  }

  async window(from: number, to: number, signal: AbortSignal): Promise<NumberWindow> {
    if (this.#passed >= from) this.#restart()
    const starts = new Int32Array(to - from + 1)
    const values: bigint[] = []
    while (this.#at < this.#count || (await this.#fill(signal))) {
      const doc = this.#docs[this.#at]!
      if (doc >= to) break
      if (doc >= from) {
        starts[doc - from + 1] = 1
        values.push(BigInt(this.#frequencies[this.#at]!))
      }
      this.#passed = doc
      this.#at++
    }
    for (let index = 0; index < to - from; index++) starts[index + 1]! += starts[index]!
    return { starts, values: BigInt64Array.from(values) }
  }

  #restart(): void {
    this.#offset = this.#term.offset
    this.#read = this.#count = this.#at = this.#previous = 0
    this.#passed = -1
  }

  /** Decodes the next documents; false when there are no more. */
  async #fill(signal: AbortSignal): Promise<boolean> {
    const { documents, only, occurrences } = this.#term
    const rest = documents - this.#read
    this.#count = Math.min(rest, BLOCK_INTS)
    this.#at = 0
    if (this.#count === 0) return false
    if (only !== undefined) {
      this.#docs[0] = only
      this.#frequencies[0] = occurrences
    } else {
      const most = rest >= BLOCK_INTS ? 2 * MAX_BLOCK_BYTES : MAX_TAIL_BYTES
      const end = Math.min(this.#offset + most, this.#region.length)
      const bytes = await this.#region.read(this.#offset, end, signal)
      const cursor = new ByteCursor(bytes, this.#region.name, { base: this.#offset, order: 'little' })
      if (rest >= BLOCK_INTS) {
        readPatchedBlock(cursor, this.#docs)
        readPatchedBlock(cursor, this.#frequencies)
      } else this.#readTail(cursor, rest)
      this.#offset += cursor.offset
      this.#sum(cursor)
    }
    this.#read += this.#count
    return true
  }

  #readTail(cursor: ByteCursor, count: number): void {
    for (let index = 0; index < count; index++) {
      const code = cursor.vInt() >>> 0
      this.#docs[index] = code >>> 1
      this.#frequencies[index] = code % 2 === 1 ? 1 : cursor.vCount('frequency')
    }
  }

  /** Makes numbers of differences. */
  #sum(cursor: ByteCursor): void {
    for (let index = 0; index < this.#count; index++) {
      const isFirst = this.#read + index === 0
      const doc = this.#previous + this.#docs[index]!
      if (doc >= this.#maxDoc || (doc === this.#previous && !isFirst)) {
        throw cursor.corrupt(`document ${doc} after ${this.#previous} of ${this.#maxDoc}`)
      }
      this.#docs[index] = this.#previous = doc
    }
  }
}
