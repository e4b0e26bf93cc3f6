import { ByteCursor, type ByteOrder } from '../../core/byte-cursor.ts'
import { directLength, isDirectWidth, readDirectLong } from '../direct-reader.ts'
import type { NumbersMeta } from './column-meta-70.ts'

/** Bytes of a block's header: width, smallest value and, unless the width is 0, the length of its data. */
const MIN_BLOCK_BYTES = 9

/**
 * All values of a column, in the order of its documents, from the bytes of its values region. `BLOB_CORRUPT` when the region
 * is too short or a value refers outside its table.
 *
 * Source: Lucene `Lucene80DocValuesProducer.getNumericValues`.
 */
export function readNumbers70(meta: NumbersMeta, region: Uint8Array, order: ByteOrder, subject: string): BigInt64Array {
  const cursor = new ByteCursor(region, subject, { order, base: meta.values.offset })
  const { count, blockShift, bits, min, gcd, table } = meta
  if (blockShift !== undefined) return readVaryingBlocks(cursor, meta, blockShift)
  if (directLength(bits, count) > region.length)
    throw cursor.corrupt(`${count} values of ${bits} bits in ${region.length} bytes`)
  const values = new BigInt64Array(count)
  if (bits === 0) return values.fill(table?.[0] ?? min)
  for (let index = 0; index < count; index++) {
    const packed = readDirectLong(region, 0, bits, index, order)
    // Storing into a BigInt64Array wraps around at 64 bits, as the writer's arithmetic does.
    if (table === undefined) values[index] = gcd * packed + min
    else if (packed < BigInt(table.length)) values[index] = table[Number(packed)]!
    else throw cursor.corrupt(`value ${index} refers to entry ${packed.toString()} of a table of ${table.length}`)
  }
  return values
}

function readVaryingBlocks(cursor: ByteCursor, { count, gcd }: NumbersMeta, blockShift: number): BigInt64Array {
  const blockSize = 2 ** blockShift
  const blocks = Math.ceil(count / blockSize)
  if (blocks * MIN_BLOCK_BYTES > cursor.remaining)
    throw cursor.corrupt(`${blocks} blocks, ${cursor.remaining} bytes left`)
  const values = new BigInt64Array(count)
  for (let start = 0; start < count; start += blockSize) {
    const end = Math.min(start + blockSize, count)
    const bits = cursor.uint8()
    if (!isDirectWidth(bits)) throw cursor.corrupt(`${bits} bits a value`, cursor.offset - 1)
    const delta = cursor.int64()
    if (bits === 0) {
      values.fill(delta, start, end)
      continue
    }
    const data = cursor.take(cursor.count32('length of a block'))
    if (directLength(bits, end - start) > data.length)
      throw cursor.corrupt(`block of ${data.length} bytes is too short`)
    for (let index = start; index < end; index++) {
      values[index] = gcd * readDirectLong(data, 0, bits, index - start, cursor.order) + delta
    }
  }
  return values
}
