import type { ByteCursor } from '../core/byte-cursor.ts'
import type { ChunkIndex } from './chunk-index.ts'
import { expandMonotonic, readMonotonicMeta, type MonotonicMeta } from './monotonic.ts'

/** The metadata of two monotonic arrays and where their data lies in the `.fdx` file. */
export interface ChunkIndexMeta {
  /** Number of chunks and one. */
  readonly count: number
  readonly docs: MonotonicMeta
  readonly pointers: MonotonicMeta
  /** Offsets in the `.fdx` file: documents in `[docsStart, docsEnd)`, pointers in `[docsEnd, pointersEnd)`. */
  readonly docsStart: number
  readonly docsEnd: number
  readonly pointersEnd: number
  /** Where the chunks end in the `.fdt` file. */
  readonly maxPointer: number
}

/**
 * Reads the part of a `.fdm` file that describes the index of the chunks; the cursor is left behind `maxPointer`.
 *
 * ```
 * i32 maxDoc, i32 blockShift, i32 count, i64 docsStart, META docs, i64 docsEnd, META pointers, i64 pointersEnd, i64 maxPointer
 * ```
 *
 * Source: Lucene `FieldsIndexReader`, Lucene 8.5 and later.
 */
export function readChunkIndexMeta(cursor: ByteCursor, maxDoc: number, maxChunks: number): ChunkIndexMeta {
  const docs = cursor.count32('number of documents')
  if (docs !== maxDoc) throw cursor.corrupt(`stored fields of ${docs} documents, the segment has ${maxDoc}`)
  const blockShift = cursor.int32()
  const count = cursor.count32('number of chunks')
  if (count < 1 || count - 1 > maxChunks) throw cursor.corrupt(`${count - 1} chunks, at most ${maxChunks} can be right`)
  const docsStart = cursor.length64('start of documents')
  const docsMeta = readMonotonicMeta(cursor, count, blockShift)
  const docsEnd = cursor.length64('end of documents')
  const pointersMeta = readMonotonicMeta(cursor, count, blockShift)
  const pointersEnd = cursor.length64('end of pointers')
  const maxPointer = cursor.length64('end of chunks')
  if (docsStart > docsEnd || docsEnd > pointersEnd) throw cursor.corrupt('regions of the index are out of order')
  return { count, docs: docsMeta, pointers: pointersMeta, docsStart, docsEnd, pointersEnd, maxPointer }
}

/** Expands the arrays from the `.fdx` file; `BLOB_CORRUPT` unless they fill it and increase up to `maxDoc` and `maxPointer`. */
export function readChunkIndex85(index: ByteCursor, meta: ChunkIndexMeta, maxDoc: number): ChunkIndex {
  const { bytes, subject } = index
  // Nine bytes of padding may follow the arrays, which direct arrays read in words.
  if (meta.docsStart < index.offset || meta.pointersEnd > index.end) {
    throw index.corrupt(`regions end at byte ${meta.pointersEnd}, the body at ${index.end}`)
  }
  const docBases = new Int32Array(meta.count)
  const pointers = new Float64Array(meta.count)
  const options = { strict: true, subject }
  expandMonotonic(meta.docs, bytes.subarray(meta.docsStart, meta.docsEnd), docBases, { ...options, limit: maxDoc })
  expandMonotonic(meta.pointers, bytes.subarray(meta.docsEnd, meta.pointersEnd), pointers, {
    ...options,
    limit: meta.maxPointer,
  })
  if (pointers[meta.count - 1] !== meta.maxPointer) {
    throw index.corrupt(`chunks end at byte ${pointers[meta.count - 1]}, recorded is ${meta.maxPointer}`)
  }
  return { docBases, pointers }
}
