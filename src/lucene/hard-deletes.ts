import { ByteCursor } from '../core/byte-cursor.ts'
import { readAll } from '../core/byte-source.ts'
import { allDocs, countBits, docBitsLength, reverseWords, type DocBits } from './doc-bits.ts'
import {
  bigEndianFormat,
  littleEndianFormat,
  parseMetadataFile,
  readMetadataFile,
  type FileFormats,
} from './metadata-file.ts'
import type { Segment } from './segment.ts'

const LIVE_FORMATS: FileFormats = {
  Lucene50LiveDocs: bigEndianFormat(0, 0),
  Lucene90LiveDocs: littleEndianFormat(0, 0),
}

const DEL_FORMATS: FileFormats = {
  BitVector: { oldest: 0, newest: 2, header: 'plain', footerSince: 2, order: 'big' },
}
/** First integer of a `.del` file that has a header, and the size that announces the sparse form. */
const HAS_HEADER = -2
const SPARSE = -1

/**
 * Reads the documents of a segment that are not hard-deleted; undefined when nothing is deleted. `BLOB_CORRUPT` when size,
 * count or checksum do not fit.
 *
 * Source: Lucene `Lucene50LiveDocsFormat`, `Lucene90LiveDocsFormat`, `Lucene40LiveDocsFormat`.
 */
export async function readHardDeletes(segment: Segment, signal: AbortSignal): Promise<DocBits | undefined> {
  const { delGen } = segment.commit
  if (delGen === -1) return undefined
  const suffix = delGen.toString(36)
  const maxBytes = segment.maxDoc / 8 + 4096
  if (!segment.hasFile(`_${suffix}.liv`) && segment.hasFile(`_${suffix}.del`)) {
    const source = segment.file(`_${suffix}.del`)
    // A sparse entry takes 2 to 6 bytes for one byte of the set, so the file can pass the size of the set.
    return parseDel(await readAll(source, maxBytes * 6, signal), source.name, segment.maxDoc)
  }
  const source = segment.file(`_${suffix}.liv`)
  const file = await readMetadataFile(source, LIVE_FORMATS, { id: segment.id, suffix }, maxBytes, signal)
  return readLive(file.cursor, segment.maxDoc)
}

/** Whole 64-bit words, the lowest document in the lowest bit. */
function readLive(cursor: ByteCursor, maxDoc: number): DocBits {
  const words = cursor.take(Math.ceil(maxDoc / 64) * 8)
  cursor.expectEnd()
  const bits = cursor.order === 'big' ? reverseWords(words) : words
  const length = docBitsLength(maxDoc)
  const beyond = bits.subarray(length).some((byte) => byte !== 0)
  const last = (maxDoc & 7) === 0 ? 0 : bits[length - 1]! >> (maxDoc & 7)
  if (beyond || last !== 0) throw cursor.corrupt(`bits behind document ${maxDoc - 1} are set`, 0)
  return bits.subarray(0, length)
}

/**
 * Reads a `.del` file of Lucene 4.x, dense or sparse.
 *
 * Source: Lucene 4 `BitVector`.
 */
export function parseDel(bytes: Uint8Array, subject: string, maxDoc: number): DocBits {
  const head = new ByteCursor(bytes, subject)
  const first = head.int32()
  if (first !== HAS_HEADER) throw head.unsupported(`deletes in the form before Lucene 4.0 (${first})`)
  // The codec header begins behind the marker; the checksum covers the marker, too.
  const { version, cursor } = parseMetadataFile(bytes, subject, DEL_FORMATS, { id: undefined, suffix: '' }, 4)
  const size = cursor.int32()
  const recordsLive = version >= 1
  const bits = size === SPARSE ? readSparse(cursor, maxDoc, recordsLive) : readDense(cursor, size, maxDoc)
  cursor.expectEnd()
  const all = allDocs(maxDoc)
  return recordsLive ? bits : bits.map((byte, index) => all[index]! & ~byte)
}

function readDense(cursor: ByteCursor, size: number, maxDoc: number): DocBits {
  if (size !== maxDoc) throw cursor.corrupt(`holds ${size} documents, the segment has ${maxDoc}`)
  const count = cursor.count32('number of set bits')
  const bits = Uint8Array.from(cursor.take(docBitsLength(maxDoc)))
  if ((maxDoc & 7) !== 0) bits[bits.length - 1]! &= (1 << (maxDoc & 7)) - 1
  const actual = countBits(bits)
  if (actual !== count) throw cursor.corrupt(`${actual} bits are set, recorded are ${count}`)
  return bits
}

/** Lists only the bytes that differ from the usual one: not all ones for live documents, not zero for deleted ones. */
function readSparse(cursor: ByteCursor, maxDoc: number, recordsLive: boolean): DocBits {
  const size = cursor.int32()
  if (size !== maxDoc) throw cursor.corrupt(`holds ${size} documents, the segment has ${maxDoc}`)
  const count = cursor.count32('number of set bits')
  const all = allDocs(maxDoc)
  const bits = recordsLive ? all.slice() : new Uint8Array(all.length)
  let rest = recordsLive ? maxDoc - count : count
  let index = 0
  while (rest > 0) {
    index += cursor.vCount('byte index', all.length)
    if (index >= all.length) throw cursor.corrupt(`byte ${index} of a set of ${all.length}`)
    const before = bits[index]!
    const after = cursor.uint8() & all[index]!
    bits[index] = after
    const listed = countBits(Uint8Array.of(before ^ after))
    if (listed === 0) throw cursor.corrupt(`byte ${index} of the set is listed without a reason`)
    rest -= listed
  }
  if (rest < 0) throw cursor.corrupt(`${-rest} bits more than recorded`)
  return bits
}
