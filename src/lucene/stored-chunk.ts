import { ByteCursor } from '../core/byte-cursor.ts'
import type { Decompress } from './chunk-compression.ts'
import type { ChunkIndex } from './chunk-index.ts'
import type { ReadLengths } from './chunk-lengths.ts'

/** More documents than any writer puts into a chunk (4096); bounds what a damaged count can allocate. */
const MAX_CHUNK_DOCS = 1 << 20
/** Buffers up to this size are kept for the next chunk: new ones of tens of megabytes come faster than old ones are freed. */
const KEPT_BYTES = 64 * 1024 * 1024
const MIB = 1024 * 1024

/** How the chunks of a stored-fields file are laid out; one value a format version. */
export interface ChunkLayout {
  /** Bits below the document count in the token of a chunk: none (Lucene 4), sliced, or dirty and sliced. */
  readonly flagBits: 0 | 1 | 2
  readonly readLengths: ReadLengths
  readonly decompress: Decompress
  /** Uncompressed bytes at which the writer ends a chunk; a sliced chunk has pieces of this size. 0: not recorded. */
  readonly chunkSize: number
}

/** The documents of one chunk, decompressed. */
export interface StoredChunk {
  readonly docBase: number
  readonly docCount: number
  /** Serialised documents in a row; may be longer than the last document's end. */
  readonly bytes: Uint8Array
  /** Where the document with that place in the chunk begins; entry `docCount` is the end of the last. Longer when reused. */
  readonly starts: Int32Array
  /** Number of stored fields of each document. Longer when reused. */
  readonly fieldCounts: Int32Array
}

/** Buffers that one chunk after the other is decoded into: a chunk is valid until the next is decoded with the same one. */
export interface ChunkScratch {
  bytes: Uint8Array
  starts: Int32Array
  fieldCounts: Int32Array
}

/** Empty buffers; they grow to what the chunks need, up to 64 MiB, and larger chunks get buffers of their own. */
export function chunkScratch(): ChunkScratch {
  return { bytes: new Uint8Array(0), starts: new Int32Array(0), fieldCounts: new Int32Array(0) }
}

/**
 * Decodes one chunk from exactly its bytes in the `.fdt` file. `BLOB_CORRUPT` when its documents are not those the index
 * names, when lengths do not fit, or when decompression ends anywhere but at the last byte.
 *
 * ```
 * vint docBase, vint documents << flagBits | flags, field counts, lengths, compressed data
 * ```
 *
 * Source: Lucene `CompressingStoredFieldsReader`, `Lucene90CompressingStoredFieldsReader`.
 *
 * @param scratch buffers of the chunk before, whose content is overwritten; new ones when left out.
 */
export function decodeStoredChunk(
  layout: ChunkLayout,
  index: ChunkIndex,
  raw: Uint8Array,
  chunk: number,
  subject: string,
  scratch: ChunkScratch = chunkScratch(),
): StoredChunk {
  const cursor = new ByteCursor(raw, subject, { base: index.pointers[chunk]! })
  const expectedLength = index.pointers[chunk + 1]! - index.pointers[chunk]!
  if (raw.length !== expectedLength) throw cursor.corrupt(`chunk of ${raw.length} bytes instead of ${expectedLength}`)
  const docBase = cursor.vInt()
  const token = cursor.vInt()
  const docCount = token >>> layout.flagBits
  const wanted = index.docBases[chunk + 1]! - index.docBases[chunk]!
  if (docBase !== index.docBases[chunk] || docCount !== wanted || docCount > MAX_CHUNK_DOCS) {
    const got = `${docCount} documents from ${docBase}`
    throw cursor.corrupt(`chunk holds ${got}, the index names ${wanted} from ${index.docBases[chunk]}`, 0)
  }

  const starts = scratch.starts.length > docCount ? scratch.starts : new Int32Array(roundUp(docCount + 1))
  const fieldCounts = scratch.fieldCounts.length >= docCount ? scratch.fieldCounts : new Int32Array(roundUp(docCount))
  scratch.starts = starts
  scratch.fieldCounts = fieldCounts
  if (docCount === 1) {
    fieldCounts[0] = cursor.vCount('number of fields')
    starts[0] = cursor.vCount('length')
  } else {
    layout.readLengths(cursor, docCount, fieldCounts)
    layout.readLengths(cursor, docCount, starts)
  }
  const total = sumLengths(cursor, starts, fieldCounts, docCount)

  const { chunkSize } = layout
  const isLarge = chunkSize > 0 && total >= 2 * chunkSize
  const sliced = layout.flagBits === 0 ? isLarge : (token & 1) === 1
  if (sliced !== isLarge && chunkSize > 0) {
    throw cursor.corrupt(`chunk of ${total} bytes is ${sliced ? '' : 'not '}sliced at a chunk size of ${chunkSize}`)
  }
  const bytes = outputBuffer(scratch, total)
  // A chunk of empty documents carries a few bytes of its compressor that nothing consumes.
  if (total > 0) {
    const step = sliced ? chunkSize : total
    for (let at = 0; at < total; at += step) layout.decompress(cursor, bytes, at, Math.min(at + step, total))
    cursor.expectEnd()
  }
  return { docBase, docCount, bytes, starts, fieldCounts }
}

/** Turns lengths into starts in place and returns their sum. */
function sumLengths(cursor: ByteCursor, starts: Int32Array, fieldCounts: Int32Array, docCount: number): number {
  let total = 0
  for (let doc = 0; doc < docCount; doc++) {
    const length = starts[doc]!
    const fields = fieldCounts[doc]!
    // A field takes two bytes or more: its number and an empty value.
    if (length < fields * 2 || (length > 0 && fields === 0)) {
      throw cursor.corrupt(`document ${doc} of the chunk has ${fields} fields in ${length} bytes`)
    }
    starts[doc] = total
    total += length
    if (total > 0x7fffffff) throw cursor.corrupt('chunk is longer than 2 GiB')
  }
  starts[docCount] = total
  return total
}

function outputBuffer(scratch: ChunkScratch, length: number): Uint8Array {
  if (scratch.bytes.length >= length) return scratch.bytes
  if (length > KEPT_BYTES) return new Uint8Array(length)
  scratch.bytes = new Uint8Array(roundUp(length))
  return scratch.bytes
}

/** Powers of two up to a mebibyte, then whole mebibytes. */
function roundUp(length: number): number {
  if (length > MIB) return Math.ceil(length / MIB) * MIB
  return 2 ** Math.ceil(Math.log2(Math.max(256, length)))
}
