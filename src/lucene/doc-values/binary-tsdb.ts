import { zstdDecode } from '../../codec/zstd.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import type { ReadStrings } from './binary-70.ts'
import type { BinaryTsdb } from './column-meta-tsdb.ts'
import type { MonotonicWindows } from './monotonic-window.ts'
import type { RegionReader } from './region-reader.ts'

const COMPRESSED = 1

/**
 * Byte strings in zstd blocks. Addresses are offsets in the file; `firstValues` says with which value each block begins.
 *
 * ```
 * u8 flags, vint rawLength, offsets: u8 width, big-endian bits of count + 1 deltas; [compressed: vint length], bytes
 * ```
 *
 * Source: Elasticsearch `ES819TSDBDocValuesProducer.BinaryDecoder`. {@link loadZstd} must have finished.
 */
export function blockStrings(
  meta: BinaryTsdb,
  data: RegionReader,
  addresses: MonotonicWindows,
  firstValues: MonotonicWindows,
): ReadStrings {
  const { maxLength, maxCount } = meta.blocks!
  const blockCount = firstValues.count - 1
  let kept: { readonly first: number; readonly end: number; readonly values: readonly Uint8Array[] } | undefined

  const blockOf = async (value: number, signal: AbortSignal): Promise<number> => {
    let low = 0
    let high = blockCount - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((await firstValues.read(middle, middle + 1, signal))[0]! <= value) low = middle
      else high = middle - 1
    }
    return low
  }
  const readBlock = async (value: number, signal: AbortSignal): Promise<NonNullable<typeof kept>> => {
    if (kept !== undefined && value >= kept.first && value < kept.end) return kept
    const block = await blockOf(value, signal)
    const values = await firstValues.read(block, block + 2, signal)
    const [first, end] = [values[0]!, values[1]!]
    const bounds = await addresses.read(block, block + 2, signal)
    const start = bounds[0]! - data.base
    const cursor = new ByteCursor(await data.read(start, bounds[1]! - data.base, signal), data.name, {
      base: bounds[0]!,
    })
    if (value < first || value >= end || end - first > maxCount) {
      throw cursor.corrupt(`block ${block} holds values ${first} to ${end}, looking for ${value}`)
    }
    kept = { first, end, values: decodeBlock(cursor, end - first, maxLength) }
    return kept
  }
  return async (from, to, signal) => {
    const strings: Uint8Array[] = []
    for (let index = from; index < to;) {
      const { first, end, values } = await readBlock(index, signal)
      for (; index < Math.min(to, end); index++) strings.push(values[index - first]!)
    }
    return strings
  }
}

function decodeBlock(cursor: ByteCursor, count: number, maxLength: number): Uint8Array[] {
  const flags = cursor.uint8()
  if (flags > COMPRESSED) throw cursor.unsupported(`block of byte strings with flags ${flags}`)
  const length = cursor.vCount('length of a block', maxLength)
  if (length === 0) return Array.from({ length: count }, () => new Uint8Array(0))
  const offsets = readOffsets(cursor, count + 1)
  let bytes: Uint8Array
  if (flags === COMPRESSED) {
    const frame = cursor.take(cursor.vCount('length of a frame', cursor.remaining))
    bytes = zstdDecode(frame, length, cursor.subject)
  } else {
    bytes = cursor.take(length)
  }
  cursor.expectEnd()
  if (offsets[count] !== length) throw cursor.corrupt(`values end at byte ${offsets[count]!} of ${length}`)
  return Array.from({ length: count }, (_, index) => bytes.subarray(offsets[index], offsets[index + 1]))
}

/** Running sums of deltas of one width. */
function readOffsets(cursor: ByteCursor, count: number): Float64Array {
  const width = cursor.uint8()
  if (width > 32) throw cursor.corrupt(`offsets of ${width} bits`, cursor.offset - 1)
  const bits = cursor.take(Math.ceil((count * width) / 8))
  const offsets = new Float64Array(count)
  let sum = 0
  for (let index = 0, at = 0; index < count; index++) {
    let delta = 0
    for (let bit = 0; bit < width; bit++, at++) delta = delta * 2 + ((bits[at >> 3]! >> (7 - (at & 7))) & 1)
    offsets[index] = sum += delta
  }
  return offsets
}
