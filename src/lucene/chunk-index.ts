import { Failure } from '../core/failure.ts'

/** Where the chunks of a stored-fields file begin; entry `chunkCount` of both arrays is the end. */
export interface ChunkIndex {
  /** First document of each chunk; the last entry is the number of documents. */
  readonly docBases: Int32Array
  /** Offset of each chunk in the `.fdt` file; the last entry is where the chunks end. */
  readonly pointers: Float64Array
}

/** Largest number of chunks that a file of `dataBytes` bytes can hold: a chunk takes four bytes or more. */
export function maxChunks(maxDoc: number, dataBytes: number): number {
  return Math.min(maxDoc, Math.floor(Math.max(0, dataBytes) / 4))
}

/** Throws `BLOB_CORRUPT` unless both arrays increase strictly from 0 and `dataStart` to their ends. */
export function checkChunkIndex(index: ChunkIndex, dataStart: number, maxDoc: number, subject: string): void {
  const { docBases, pointers } = index
  const last = docBases.length - 1
  const fail = (detail: string): Failure => new Failure('BLOB_CORRUPT', detail, { op: 'decode', subject })
  if (docBases[0] !== 0) throw fail(`first chunk begins with document ${docBases[0]}`)
  if (docBases[last] !== maxDoc) throw fail(`chunks end with document ${docBases[last]}, the segment has ${maxDoc}`)
  if (pointers[0] !== dataStart)
    throw fail(`first chunk begins at byte ${pointers[0]}, the header ends at ${dataStart}`)
  for (let chunk = 0; chunk < last; chunk++) {
    if (docBases[chunk]! >= docBases[chunk + 1]! || pointers[chunk]! >= pointers[chunk + 1]!) {
      throw fail(`chunk ${chunk} (document ${docBases[chunk]}, byte ${pointers[chunk]}) ends before it begins`)
    }
  }
}

/** The chunk that holds a document. */
export function chunkOfDoc(index: ChunkIndex, doc: number): number {
  let low = 0
  let high = index.docBases.length - 2
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if (index.docBases[middle]! <= doc) low = middle
    else high = middle - 1
  }
  return low
}
