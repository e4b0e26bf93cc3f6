import type { ByteCursor } from '../core/byte-cursor.ts'
import type { ChunkIndex } from './chunk-index.ts'
import { packedLength, readPacked } from './packed-ints.ts'

/** Values a block of the writer at most. */
const MAX_BLOCK_CHUNKS = 1 << 16

/**
 * Reads the blocks of a `.fdx` file of Lucene 4.1 to 8.4; the cursor stands behind the packed-integers version and is left
 * behind the terminating zero. The entries after the last chunk are `maxDoc` and whatever `end` gives.
 *
 * ```
 * block: vint chunks (0 ends) · vint docBase, vint mean docs, PACKED deltas · vlong pointer, vlong mean size, PACKED deltas
 * ```
 *
 * Source: Lucene `CompressingStoredFieldsIndexWriter`.
 */
export function readChunkIndex41(
  cursor: ByteCursor,
  options: {
    readonly packedVersion: number
    readonly maxDoc: number
    readonly maxChunks: number
    readonly end: (cursor: ByteCursor) => number
  },
): ChunkIndex {
  const docBases: Int32Array[] = []
  const pointers: Float64Array[] = []
  let total = 0
  for (;;) {
    const count = cursor.vCount('number of chunks', Math.min(MAX_BLOCK_CHUNKS, options.maxChunks - total))
    if (count === 0) break
    total += count
    const docBase = cursor.vCount('first document')
    const meanDocs = cursor.vCount('documents a chunk')
    docBases.push(Int32Array.from(readBlock(cursor, count, docBase, meanDocs, options.packedVersion, 32)))
    const pointer = cursor.vLength('pointer')
    const meanSize = cursor.vLength('bytes a chunk')
    pointers.push(readBlock(cursor, count, pointer, meanSize, options.packedVersion, 64))
  }
  const index = { docBases: new Int32Array(total + 1), pointers: new Float64Array(total + 1) }
  let at = 0
  for (const [block, values] of docBases.entries()) {
    index.docBases.set(values, at)
    index.pointers.set(pointers[block]!, at)
    at += values.length
  }
  index.docBases[total] = options.maxDoc
  index.pointers[total] = options.end(cursor)
  return index
}

function readBlock(
  cursor: ByteCursor,
  count: number,
  base: number,
  mean: number,
  packedVersion: number,
  maxBits: number,
): Float64Array {
  const bits = cursor.vCount('bits a value', maxBits)
  const at = cursor.offset
  cursor.skip(packedLength(bits, count, packedVersion))
  const values = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const zigzag = readPacked(cursor.bytes, at, bits, index)
    const delta = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
    values[index] = base + mean * index + delta
  }
  return values
}
