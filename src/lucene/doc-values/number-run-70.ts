import { ByteCursor, type ByteOrder } from '../../core/byte-cursor.ts'
import { halvesOf, setNumber } from '../../core/int64-halves.ts'
import { directLength, isDirectWidth, readDirect, readDirectLong } from '../direct-reader.ts'
import type { NumbersMeta } from './column-meta-70.ts'
import type { NumberRun } from './column.ts'
import type { RegionReader } from './region-reader.ts'

/** Width, smallest value and, unless the width is 0, the length of its data: the header of a block. */
const BLOCK_HEAD_BYTES = 13

/**
 * The numbers of a column of Lucene 7 to 10, any stretch of them at a time. `BLOB_CORRUPT` when the region is too short or a
 * value refers outside its table.
 *
 * Source: Lucene `Lucene80DocValuesProducer.getNumericValues`.
 */
export async function numberRun70(
  meta: NumbersMeta,
  region: RegionReader,
  order: ByteOrder,
  signal: AbortSignal,
): Promise<NumberRun> {
  const { count, blockShift, bits, min, gcd, table } = meta
  if (blockShift !== undefined) return varyingRun(meta, blockShift, region, order, signal)
  const fail = (detail: string): never => {
    throw new ByteCursor(new Uint8Array(0), region.name, { base: region.base }).corrupt(detail)
  }
  if (directLength(bits, count) > region.length) fail(`${count} values of ${bits} bits in ${region.length} bytes`)
  const plain = table === undefined ? plainArithmetic(gcd, min, bits) : undefined
  return {
    count,
    read: async (from, to, abort) => {
      const values = new BigInt64Array(to - from)
      if (bits === 0) return values.fill(table?.[0] ?? min)
      const aligned = from - (from % 8)
      const data = await region.read(directLength(bits, aligned), directLength(bits, to), abort)
      if (plain !== undefined) {
        const halves = halvesOf(values)
        for (let index = from; index < to; index++) {
          const packed = readDirect(data, 0, bits, index - aligned, order)
          setNumber(halves, index - from, plain.gcd * packed + plain.min)
        }
        return values
      }
      for (let index = from; index < to; index++) {
        const packed = readDirectLong(data, 0, bits, index - aligned, order)
        // Storing into a BigInt64Array wraps around at 64 bits, as the writer's arithmetic does.
        if (table === undefined) values[index - from] = gcd * packed + min
        else values[index - from] = table[Number(packed)] ?? fail(`entry ${packed} of a table of ${table.length}`)
      }
      return values
    },
  }
}

/** Factor and smallest value as numbers; undefined when a value may pass 53 bits. */
function plainArithmetic(gcd: bigint, min: bigint, bits: number): { gcd: number; min: number } | undefined {
  const limit = 2n ** 53n
  const largest = gcd * 2n ** BigInt(bits) + min
  if (gcd < 0n || min <= -limit || min >= limit || largest >= limit) return undefined
  return { gcd: Number(gcd), min: Number(min) }
}

/** Blocks with widths of their own; where each begins is found by one walk over their headers. */
async function varyingRun(
  { count, gcd }: NumbersMeta,
  blockShift: number,
  region: RegionReader,
  order: ByteOrder,
  signal: AbortSignal,
): Promise<NumberRun> {
  const blockSize = 2 ** blockShift
  const head = async (at: number, abort: AbortSignal): Promise<BlockHead> => {
    const bytes = await region.read(at, Math.min(at + BLOCK_HEAD_BYTES, region.length), abort)
    const cursor = new ByteCursor(bytes, region.name, { order, base: region.base + at })
    const bits = cursor.uint8()
    if (!isDirectWidth(bits)) throw cursor.corrupt(`${bits} bits a value`, 0)
    const delta = cursor.int64()
    const length = bits === 0 ? 0 : cursor.count32('length of a block')
    return { bits, delta, start: at + cursor.offset, end: at + cursor.offset + length }
  }
  const offsets: number[] = []
  for (let block = 0, at = 0; block * blockSize < count; block++) {
    offsets.push(at)
    at = (await head(at, signal)).end
  }
  return {
    count,
    read: async (from, to, abort) => {
      const values = new BigInt64Array(to - from)
      for (let index = from; index < to;) {
        const block = Math.floor(index / blockSize)
        const base = block * blockSize
        const end = Math.min(to, base + blockSize)
        const { bits, delta, start, end: dataEnd } = await head(offsets[block]!, abort)
        if (bits === 0) {
          values.fill(delta, index - from, end - from)
          index = end
          continue
        }
        const aligned = index - base - ((index - base) % 8)
        const dataStart = start + directLength(bits, aligned)
        const needed = start + directLength(bits, end - base)
        const data = await region.read(dataStart, Math.max(dataStart, needed), abort)
        if (needed > dataEnd) {
          throw new ByteCursor(data, region.name, { base: region.base + start }).corrupt('block is too short', 0)
        }
        for (; index < end; index++) {
          values[index - from] = gcd * readDirectLong(data, 0, bits, index - base - aligned, order) + delta
        }
      }
      return values
    },
  }
}

interface BlockHead {
  readonly bits: number
  readonly delta: bigint
  /** Where the data begins and ends in the region. */
  readonly start: number
  readonly end: number
}
