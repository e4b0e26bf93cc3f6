import { ByteCursor, type ByteOrder } from '../../core/byte-cursor.ts'
import { allDocs, docBitsLength, reverseWords, type DocBits } from '../doc-bits.ts'
import type { Region } from './verified-regions.ts'

/** Blocks up to this cardinality list their documents; larger ones are bit sets. */
const MAX_SPARSE = 4095
const BLOCK_DOCS = 65536
const NO_MORE_DOCS = 0x7fffffff
const NONE = -2
const ALL = -1
const NO_RANK = 255

/** Where the set of documents with a value lies, from a column's metadata. */
export interface DocSetMeta {
  readonly kind: 'none' | 'all' | 'listed'
  readonly region: Region
  /** Entries of the jump table at the end of the region. */
  readonly jumpTableEntries: number
  /** Rank tables of dense blocks hold an entry every 2^rank documents; 255: there are none. */
  readonly denseRankPower: number
}

/** Reads the metadata of a set: offset and length, since Lucene 8 also jump table and rank. */
export function readDocSetMeta(cursor: ByteCursor, hasJumpTable: boolean): DocSetMeta {
  const at = cursor.offset
  const offset = Number(cursor.int64())
  const length = Number(cursor.int64())
  const jumpTableEntries = hasJumpTable ? Math.max(0, cursor.int16()) : 0
  const denseRankPower = hasJumpTable ? cursor.uint8() : NO_RANK
  if (offset === NONE || offset === ALL) {
    const kind = offset === NONE ? 'none' : 'all'
    return { kind, region: { offset: 0, length: 0 }, jumpTableEntries: 0, denseRankPower: NO_RANK }
  }
  if (offset < 0 || length < jumpTableEntries * 8 || !Number.isSafeInteger(offset + length)) {
    throw cursor.corrupt(`set of documents at ${offset}, ${length} bytes`, at)
  }
  if (denseRankPower !== NO_RANK && (denseRankPower < 7 || denseRankPower > 15)) {
    throw cursor.corrupt(`rank power is ${denseRankPower}`, at)
  }
  return { kind: 'listed', region: { offset, length }, jumpTableEntries, denseRankPower }
}

/**
 * Decodes the documents with a value from the bytes of their region. `BLOB_CORRUPT` when documents are out of order, pass
 * `maxDoc`, or the region does not end where its sentinel does.
 *
 * ```
 * block: u16 doc >> 16, u16 cardinality - 1, then <= 4095: u16 each · 65536: nothing · else [rank table], i64 * 1024
 * ```
 *
 * Source: Lucene `IndexedDISI`.
 */
export function readDocSet(
  meta: DocSetMeta,
  region: Uint8Array,
  maxDoc: number,
  order: ByteOrder,
  subject: string,
): { count: number; bits: DocBits } {
  if (meta.kind === 'none') return { count: 0, bits: new Uint8Array(docBitsLength(maxDoc)) }
  if (meta.kind === 'all') return { count: maxDoc, bits: allDocs(maxDoc) }
  const end = region.length - meta.jumpTableEntries * 8
  const cursor = new ByteCursor(region, subject, { end, order, base: meta.region.offset })
  // Bits are collected in whole blocks, because dense blocks are copied as a whole.
  const blocks = Math.ceil(maxDoc / BLOCK_DOCS)
  const bits = new Uint8Array(Math.ceil((blocks * BLOCK_DOCS) / 8))
  const rankBytes = meta.denseRankPower === NO_RANK ? 0 : 1024 >> (meta.denseRankPower - 7)
  let count = 0
  for (let previous = -1; ;) {
    const block = cursor.uint16()
    const cardinality = cursor.uint16() + 1
    if (block === NO_MORE_DOCS >> 16) {
      if (cardinality !== 1 || cursor.uint16() !== (NO_MORE_DOCS & 0xffff)) throw cursor.corrupt('wrong sentinel')
      break
    }
    if (block <= previous || block >= blocks) throw cursor.corrupt(`block ${block} after ${previous}, of ${blocks}`)
    previous = block
    const target = bits.subarray(block * (BLOCK_DOCS / 8), (block + 1) * (BLOCK_DOCS / 8))
    readBlock(cursor, cardinality, target, rankBytes)
    count += cardinality
  }
  cursor.expectEnd()
  const result = bits.subarray(0, docBitsLength(maxDoc))
  const beyond = (maxDoc & 7) === 0 ? 0 : result[result.length - 1]! >> (maxDoc & 7)
  if (beyond !== 0 || bits.subarray(result.length).some((byte) => byte !== 0)) {
    throw cursor.corrupt(`documents behind ${maxDoc - 1} have a value`, 0)
  }
  return { count, bits: result }
}

function readBlock(cursor: ByteCursor, cardinality: number, target: Uint8Array, rankBytes: number): void {
  if (cardinality === BLOCK_DOCS) {
    target.fill(0xff)
    return
  }
  if (cardinality > MAX_SPARSE) {
    cursor.skip(rankBytes)
    const words = cursor.take(target.length)
    target.set(cursor.order === 'big' ? reverseWords(words) : words)
    return
  }
  let previous = -1
  for (let index = 0; index < cardinality; index++) {
    const doc = cursor.uint16()
    if (doc <= previous) throw cursor.corrupt(`document ${doc} after ${previous}`)
    target[doc >> 3]! |= 1 << (doc & 7)
    previous = doc
  }
}
