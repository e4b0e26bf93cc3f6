import type { ByteCursor, ByteOrder } from '../core/byte-cursor.ts'
import { Failure } from '../core/failure.ts'
import { directLength, isDirectWidth, readDirect } from './direct-reader.ts'

/** Bytes of the metadata of one block. */
const BLOCK_META_BYTES = 21

/** Where the values of a monotonic array lie and how they are predicted, block by block. */
export interface MonotonicMeta {
  /** Number of values. */
  readonly count: number
  /** Values a block, as a power of two. */
  readonly blockShift: number
  readonly min: Float64Array
  /** Mean growth from value to value; float32. */
  readonly average: Float32Array
  /** Offset of the corrections of a block in the data region. */
  readonly offset: Float64Array
  readonly bits: Uint8Array
  readonly order: ByteOrder
}

/**
 * Reads the metadata of an array of `count` values that never decrease; `BLOB_CORRUPT` when a width or offset is impossible.
 *
 * Source: Lucene `DirectMonotonicReader.Meta`.
 */
export function readMonotonicMeta(cursor: ByteCursor, count: number, blockShift: number): MonotonicMeta {
  if (blockShift < 1 || blockShift > 30) throw cursor.corrupt(`block shift is ${blockShift}, allowed 1 to 30`)
  const blocks = Math.ceil(count / 2 ** blockShift)
  if (blocks * BLOCK_META_BYTES > cursor.remaining) {
    throw cursor.corrupt(`${blocks} blocks of a monotonic array, ${cursor.remaining} bytes left`)
  }
  const min = new Float64Array(blocks)
  const average = new Float32Array(blocks)
  const offset = new Float64Array(blocks)
  const bits = new Uint8Array(blocks)
  for (let block = 0; block < blocks; block++) {
    min[block] = Number(cursor.int64())
    average[block] = cursor.float32()
    offset[block] = cursor.length64('offset of a block')
    const width = cursor.uint8()
    if (!isDirectWidth(width)) throw cursor.corrupt(`${width} bits a value`, cursor.offset - 1)
    bits[block] = width
  }
  return { count, blockShift, min, average, offset, bits, order: cursor.order }
}

/**
 * Value `index` of a monotonic array whose corrections are in `data`. The caller has checked the array with
 * {@link checkMonotonicData}.
 *
 * Source: Lucene `DirectMonotonicReader`.
 */
export function monotonicValue(meta: MonotonicMeta, data: Uint8Array, index: number): number {
  const block = Math.floor(index / 2 ** meta.blockShift)
  const within = index - block * 2 ** meta.blockShift
  const bits = meta.bits[block]!
  // The writer predicts in float32; any other precision gives other addresses.
  const predicted = Math.trunc(Math.fround(meta.average[block]! * Math.fround(within)))
  const correction = bits === 0 ? 0 : readDirect(data, meta.offset[block]!, bits, within, meta.order)
  return meta.min[block]! + predicted + correction
}

/** Throws `BLOB_CORRUPT` unless the corrections of every block lie in a data region of `length` bytes. */
export function checkMonotonicData(meta: MonotonicMeta, length: number, subject: string): void {
  for (let block = 0; block < meta.bits.length; block++) {
    const values = Math.min(2 ** meta.blockShift, meta.count - block * 2 ** meta.blockShift)
    const end = meta.offset[block]! + directLength(meta.bits[block]!, values)
    if (meta.bits[block] !== 0 && end > length) {
      throw new Failure('BLOB_CORRUPT', `block ${block} of an array ends at byte ${end} of a region of ${length}`, {
        op: 'decode',
        subject,
      })
    }
  }
}

/**
 * All values of a monotonic array into `output`. `BLOB_CORRUPT` unless they lie in `[0, limit]` and never decrease; strictly
 * increasing ones are asked for with `strict`.
 */
export function expandMonotonic(
  meta: MonotonicMeta,
  data: Uint8Array,
  output: Float64Array | Int32Array,
  options: { readonly limit: number; readonly strict: boolean; readonly subject: string },
): void {
  checkMonotonicData(meta, data.length, options.subject)
  let previous = options.strict ? -1 : 0
  for (let index = 0; index < meta.count; index++) {
    const value = monotonicValue(meta, data, index)
    // The form of the comparison catches NaN, too.
    if (!(value >= previous && value <= options.limit) || (options.strict && value === previous)) {
      throw new Failure(
        'BLOB_CORRUPT',
        `value ${index} of an array is ${value}, after ${previous}, up to ${options.limit}`,
        {
          op: 'decode',
          subject: options.subject,
        },
      )
    }
    output[index] = value
    previous = value
  }
}
