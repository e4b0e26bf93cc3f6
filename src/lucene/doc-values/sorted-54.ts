import { ByteCursor } from '../../core/byte-cursor.ts'
import { docBitsLength } from '../doc-bits.ts'
import { directLength, readDirect } from '../direct-reader.ts'
import { expandMonotonic } from '../monotonic.ts'
import type { Bytes54, Numbers54 } from './column-meta-54.ts'
import type { SortedColumn } from './columns.ts'
import type { Region } from './verified-regions.ts'

/** Terms a block that shares a prefix. */
const PREFIX_BLOCK = 16
/** Announces 16-bit suffix lengths. */
const LONG_SUFFIXES = 0xff

/** The regions of the `.dvd` file that a sorted column needs, in the order {@link readSorted54} takes their bytes. */
export function sortedRegions54(terms: Bytes54, ordinals: Numbers54, maxDoc: number): Region[] {
  const { packing, missing } = ordinals
  const docBits = { offset: typeof missing === 'number' ? missing : 0, length: 0 }
  const values = packing.form === 'sparse' ? packing.values.data : ordinals.data
  if (packing.form === 'sparse') docBits.length = Math.max(0, ordinals.data.offset - docBits.offset)
  else if (typeof missing === 'number') docBits.length = docBitsLength(maxDoc)
  return [terms.data, terms.addressData, values, docBits]
}

/**
 * Decodes a sorted column of Lucene 5.4 to 6.x. `BLOB_CORRUPT` when an ordinal has no term or a region is too short.
 *
 * Source: Lucene `Lucene54DocValuesProducer.getSorted`.
 */
export function readSorted54(
  terms: Bytes54,
  ordinals: Numbers54,
  contents: readonly Uint8Array[],
  maxDoc: number,
  subject: string,
): SortedColumn {
  const [termData, termAddresses, values, docs] = contents as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  const { bytes, starts } = readTerms54(terms, termData, termAddresses, subject)
  const column = readOrdinals(ordinals, values, docs, maxDoc, subject)
  for (let doc = 0; doc < maxDoc; doc++) {
    if (column[doc]! >= terms.count) {
      throw new ByteCursor(values, subject).corrupt(
        `ordinal ${column[doc]} of document ${doc}, there are ${terms.count} terms`,
      )
    }
  }
  return {
    ordinals: column,
    termCount: terms.count,
    term: (ordinal) => bytes.subarray(starts[ordinal], starts[ordinal + 1]),
  }
}

/** All terms of a column in one array, with where each begins. */
export function readTerms54(
  meta: Bytes54,
  data: Uint8Array,
  addresses: Uint8Array,
  subject: string,
): { bytes: Uint8Array; starts: Float64Array } {
  const cursor = new ByteCursor(data, subject, { base: meta.data.offset })
  // A term takes at least a bit of room, except one empty term of fixed length.
  if (meta.count > data.length + 1) throw cursor.corrupt(`${meta.count} terms in ${data.length} bytes`)
  const starts = new Float64Array(meta.count + 1)
  if (meta.form === 'prefix') return readPrefixTerms(meta, cursor, starts)
  if (meta.addresses !== undefined) {
    expandMonotonic(meta.addresses, addresses, starts, { limit: data.length, strict: false, subject })
  } else {
    for (let index = 0; index <= meta.count; index++) starts[index] = index * meta.maxLength
  }
  return { bytes: data, starts }
}

/**
 * Blocks of 16 terms: the first in full, then the suffix lengths of the others, then prefix length and suffix of each; the
 * prefix is of the block's first term.
 */
function readPrefixTerms(
  meta: Bytes54,
  cursor: ByteCursor,
  starts: Float64Array,
): { bytes: Uint8Array; starts: Float64Array } {
  // A term is at most a prefix of 255 bytes longer than what it takes in the file.
  let bytes = new Uint8Array(Math.min(meta.count * meta.maxLength, cursor.remaining + meta.count * 255))
  let at = 0
  const append = (part: Uint8Array): void => {
    if (at + part.length > bytes.length) throw cursor.corrupt(`terms longer than the ${meta.maxLength} bytes recorded`)
    bytes.set(part, at)
    at += part.length
  }
  for (let block = 0; block < meta.count; block += PREFIX_BLOCK) {
    starts[block] = at
    const first = cursor.take(cursor.vCount('length of a term', cursor.remaining))
    append(first)
    const wide = cursor.remaining > 0 && cursor.bytes[cursor.offset] === LONG_SUFFIXES
    if (wide) cursor.skip(1)
    const lengths = new ByteCursor(cursor.take((PREFIX_BLOCK - 1) * (wide ? 2 : 1)), cursor.subject)
    for (let index = block + 1; index < Math.min(block + PREFIX_BLOCK, meta.count); index++) {
      const suffix = (wide ? lengths.uint16() : lengths.uint8()) + 1
      const prefix = cursor.uint8()
      if (prefix > first.length) throw cursor.corrupt(`prefix of ${prefix} bytes of a term of ${first.length}`)
      starts[index] = at
      append(first.subarray(0, prefix))
      append(cursor.take(suffix))
    }
  }
  starts[meta.count] = at
  bytes = bytes.subarray(0, at)
  return { bytes, starts }
}

function readOrdinals(
  meta: Numbers54,
  values: Uint8Array,
  docs: Uint8Array,
  maxDoc: number,
  subject: string,
): Int32Array {
  const ordinals = new Int32Array(maxDoc).fill(-1)
  const { packing } = meta
  if (packing.form === 'sparse') {
    const withValue = new Int32Array(packing.docs.count)
    expandMonotonic(packing.docs, docs, withValue, { limit: maxDoc - 1, strict: true, subject })
    const dense = readPacked(packing.values, values, withValue.length, subject)
    for (let index = 0; index < withValue.length; index++) ordinals[withValue[index]!] = dense[index]!
    return ordinals
  }
  if (meta.missing === 'none has one') return ordinals
  ordinals.set(readPacked(meta, values, maxDoc, subject))
  if (meta.missing !== 'all have one') {
    for (let doc = 0; doc < maxDoc; doc++) if (((docs[doc >> 3]! >> (doc & 7)) & 1) === 0) ordinals[doc] = -1
  }
  return ordinals
}

/** Ordinals one a document; -1 stands for a missing value. */
function readPacked(meta: Numbers54, data: Uint8Array, count: number, subject: string): Int32Array {
  const cursor = new ByteCursor(data, subject, { base: meta.data.offset })
  const result = new Int32Array(count)
  const { packing } = meta
  if (packing.form === 'constant') return result.fill(checkOrdinal(cursor, Number(packing.value)))
  if (packing.form !== 'packed' && packing.form !== 'table')
    throw cursor.corrupt(`ordinals in the form '${packing.form}'`)
  if (directLength(packing.bits, count) > data.length) throw cursor.corrupt(`${count} ordinals in ${data.length} bytes`)
  for (let index = 0; index < count; index++) {
    const packed = readDirect(data, 0, packing.bits, index, 'big')
    const value =
      packing.form === 'packed'
        ? Number(packing.min) + Number(packing.gcd) * packed
        : Number(packing.table[packed] ?? Number.NaN)
    result[index] = checkOrdinal(cursor, value)
  }
  return result
}

function checkOrdinal(cursor: ByteCursor, value: number): number {
  if (!(value >= -1 && value <= 0x7fffffff)) throw cursor.corrupt(`ordinal is ${value}`)
  return value
}
