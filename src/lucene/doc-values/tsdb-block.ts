import type { ByteCursor } from '../../core/byte-cursor.ts'
import { halvesOf, LOW } from '../../core/int64-halves.ts'

/** Values that are packed together; a block has one or several such groups. */
const GROUP = 128
const WORDS = 64

/**
 * Decodes one block of numbers, as many as `output` takes, at the cursor into `output` and leaves the cursor behind it.
 *
 * ```
 * vint bits << 3 | flags, packed values, [1: vlong gcd - 2], [2: zig-zag min], [4: zig-zag first of deltas]
 * ```
 *
 * Source: Elasticsearch `TSDBDocValuesEncoder`.
 */
export function readNumberBlock(cursor: ByteCursor, output: BigInt64Array): void {
  const token = cursor.vInt()
  unpack(cursor, token >>> 3, output)
  if ((token & 1) !== 0) {
    const gcd = cursor.vLong() + 2n
    for (let index = 0; index < output.length; index++) output[index] = output[index]! * gcd
  }
  if ((token & 2) !== 0) {
    const min = zigZag(cursor)
    for (let index = 0; index < output.length; index++) output[index]! += min
  }
  if ((token & 4) !== 0) {
    output[0]! += zigZag(cursor)
    for (let index = 1; index < output.length; index++) output[index]! += output[index - 1]!
  }
}

/**
 * Decodes one block of ordinals, as many as `output` takes: all the same, two runs, packed, or a cycle, told apart by the trailing one bits of the
 * first number.
 *
 * Source: Elasticsearch `TSDBDocValuesEncoder.decodeOrdinals`.
 */
export function readOrdinalBlock(cursor: ByteCursor, bitsPerOrdinal: number, output: BigInt64Array): void {
  const head = cursor.vLong()
  let ones = 0
  while (ones < 4 && ((head >> BigInt(ones)) & 1n) === 1n) ones++
  const value = head >> BigInt(ones + 1)
  switch (ones) {
    case 0:
      output.fill(value)
      return
    case 1: {
      const run = cursor.vCount('length of a run', output.length)
      output.fill(value, 0, run)
      output.fill(value + zigZag(cursor), run)
      return
    }
    case 2:
      unpack(cursor, bitsPerOrdinal, output)
      return
    case 3: {
      if (value < 1n || value > BigInt(output.length)) throw cursor.corrupt(`cycle of ${value} ordinals`)
      const length = Number(value)
      for (let index = 0; index < length; index++) output[index] = cursor.vLong()
      for (let index = length; index < output.length; index++) output[index] = output[index - length]!
      return
    }
    default:
      throw cursor.unsupported(`ordinals of kind ${ones}`)
  }
}

/** A number whose lowest bit is its sign. */
export function zigZag(cursor: ByteCursor): bigint {
  const value = cursor.vLongUnsigned()
  return (value >> 1n) ^ -(value & 1n)
}

/** Unsigned values of `bits` bits, as many as `output` takes, a multiple of 128. `BLOB_CORRUPT` for an impossible width. */
export function unpack(cursor: ByteCursor, bits: number, output: BigInt64Array): void {
  for (let from = 0; from < output.length; from += GROUP) unpackGroup(cursor, bits, output.subarray(from, from + GROUP))
}

/**
 * 128 unsigned values of `bits` bits.
 *
 * Source: Elasticsearch `ForUtil` of the TSDB codec, after Lucene's.
 */
function unpackGroup(cursor: ByteCursor, bits: number, output: BigInt64Array): void {
  if (bits === 0) {
    output.fill(0n)
  } else if (bits <= 24) {
    unpackLanes(cursor, bits, output)
  } else if (bits === 32) {
    for (let word = 0; word < WORDS; word++) {
      const value = BigInt.asUintN(64, cursor.int64())
      output[word] = value >> 32n
      output[WORDS + word] = value & 0xffffffffn
    }
  } else if (bits === 40 || bits === 48 || bits === 56) {
    const bytes = cursor.take(GROUP * (bits / 8))
    for (let index = 0; index < GROUP; index++) {
      let value = 0n
      for (let byte = bits / 8 - 1; byte >= 0; byte--) value = (value << 8n) | BigInt(bytes[index * (bits / 8) + byte]!)
      output[index] = value
    }
  } else if (bits === 64) {
    for (let index = 0; index < GROUP; index++) output[index] = cursor.int64()
  } else {
    throw cursor.corrupt(`${bits} bits a value`)
  }
}

/**
 * Values of up to 24 bits lie in lanes of 8, 16 or 32 bits across all words. A lane of a word holds as many whole values as
 * fit from its top bit down; the bits left over at its bottom, taken over all words, form the values that remain.
 */
function unpackLanes(cursor: ByteCursor, bits: number, output: BigInt64Array): void {
  const lane = bits <= 8 ? 8 : bits <= 16 ? 16 : 32
  const words = 2 * bits
  const lanes = WORDS / lane
  const bytes = cursor.take(words * 8)
  const perLane = 2 * lane
  const whole = Math.floor(lane / bits)
  const rest = lane % bits
  const laneBytes = lane / 8
  const mask = (1 << bits) - 1
  const restMask = (1 << rest) - 1
  const halves = halvesOf(output.fill(0n))
  for (let k = 0; k < lanes; k++) {
    let held = 0
    let have = 0
    let next = whole * words
    for (let word = 0; word < words; word++) {
      // Words are little endian, and lane 0 is the most significant.
      const start = word * 8 + (lanes - 1 - k) * laneBytes
      let value = 0
      for (let byte = laneBytes - 1; byte >= 0; byte--) value = (value << 8) | bytes[start + byte]!
      for (let v = 0; v < whole; v++) {
        halves[2 * (k * perLane + v * words + word) + LOW] = (value >>> (lane - (v + 1) * bits)) & mask
      }
      if (rest === 0) continue
      // A value is filled before the next begins, so that no more than its bits are held.
      for (let left = rest; left > 0;) {
        const take = Math.min(left, bits - have)
        left -= take
        held = (held << take) | (((value & restMask) >>> left) & ((1 << take) - 1))
        have += take
        if (have < bits) continue
        if (next < perLane) halves[2 * (k * perLane + next++) + LOW] = held
        held = 0
        have = 0
      }
    }
  }
}
