import { describe, expect, test } from 'vitest'
import { ByteCursor } from '../../../src/core/byte-cursor.ts'
import { readNumberBlock, readOrdinalBlock } from '../../../src/lucene/doc-values/tsdb-block.ts'

const COUNT = 128

/** Packs 128 values of 1 to 24 bits as the writer lays them out: lanes of 8, 16 or 32 bits across 2 × bits words. */
function pack(values: readonly number[], bits: number): number[] {
  const lane = bits <= 8 ? 8 : bits <= 16 ? 16 : 32
  const lanes = 64 / lane
  const words = 2 * bits
  const whole = Math.floor(lane / bits)
  const rest = lane % bits
  const result = new BigUint64Array(words)
  for (let k = 0; k < lanes; k++) {
    const own = values.slice(k * 2 * lane, (k + 1) * 2 * lane)
    const tail = own
      .slice(whole * words)
      .map((value) => value.toString(2).padStart(bits, '0'))
      .join('')
      .padEnd(rest * words, '0')
    for (let word = 0; word < words; word++) {
      let text = ''
      for (let v = 0; v < whole; v++) text += own[v * words + word]!.toString(2).padStart(bits, '0')
      text += tail.slice(word * rest, (word + 1) * rest)
      result[word]! |= BigInt(`0b${text}`) << BigInt((lanes - 1 - k) * lane)
    }
  }
  return [...new Uint8Array(result.buffer)]
}

function vint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...vint(Math.floor(value / 128))]
}

function cursorOf(bytes: readonly number[]): ByteCursor {
  return new ByteCursor(Uint8Array.from(bytes), 'block', { order: 'little' })
}

function numbers(bytes: readonly number[]): bigint[] {
  const output = new BigInt64Array(COUNT)
  const cursor = cursorOf(bytes)
  readNumberBlock(cursor, output)
  cursor.expectEnd()
  return [...output]
}

function ordinals(bytes: readonly number[], bits = 3): bigint[] {
  const output = new BigInt64Array(COUNT)
  const cursor = cursorOf(bytes)
  readOrdinalBlock(cursor, bits, output)
  cursor.expectEnd()
  return [...output]
}

describe('a block of numbers', () => {
  const widths = Array.from({ length: 24 }, (_, index) => index + 1)

  test.each(widths)('of %i bits gives the values that were packed', (bits) => {
    const values = Array.from({ length: COUNT }, (_, index) => (index * 2_654_435_761 + index) % 2 ** bits)
    expect(numbers([...vint(bits << 3), ...pack(values, bits)])).toEqual(values.map(BigInt))
  })

  test.each([40, 48, 56, 64])('of %i bits is plain little-endian integers', (bits) => {
    const bytes = Array.from({ length: COUNT }, (_, index) =>
      Array.from({ length: bits / 8 }, (_unused, byte) => (byte === 0 ? index : byte === bits / 8 - 1 ? 1 : 0)),
    ).flat()
    const top = 1n << BigInt(bits - 8)
    expect(numbers([...vint(bits << 3), ...bytes])).toEqual(
      Array.from({ length: COUNT }, (_, index) => top + BigInt(index)),
    )
  })

  test('of 32 bits holds two values a word, the first half of them in the high halves', () => {
    const words = new BigUint64Array(64).map((_, word) => (BigInt(word) << 32n) | BigInt(1000 + word))
    const values = numbers([...vint(32 << 3), ...new Uint8Array(words.buffer)])
    expect([values[0], values[63], values[64], values[127]]).toEqual([0n, 63n, 1000n, 1063n])
  })

  test('is multiplied, shifted and summed up in this order', () => {
    // Zero bits, all three flags: gcd 2 + 3, min 4 (zig-zag 8), first 10 (zig-zag 20).
    const values = numbers([7, 3, 8, 20])
    expect(values.slice(0, 3)).toEqual([14n, 18n, 22n])
  })

  test('of an unknown width is corrupt', () => {
    expect(() => numbers(vint(33 << 3))).toThrow('33 bits a value')
  })
})

describe('a block of ordinals', () => {
  test('may be one ordinal throughout', () => {
    expect(new Set(ordinals([5 << 1]))).toEqual(new Set([5n]))
  })

  test('may be two runs', () => {
    const values = ordinals([(6 << 2) | 1, 3, 2])
    expect(values.slice(0, 5)).toEqual([6n, 6n, 6n, 7n, 7n])
  })

  test('may be packed', () => {
    const values = Array.from({ length: COUNT }, (_, index) => index % 7)
    expect(ordinals([0b011, ...pack(values, 3)])).toEqual(values.map(BigInt))
  })

  test('may be a cycle', () => {
    expect(ordinals([(3 << 4) | 0b0111, 4, 1, 9]).slice(0, 7)).toEqual([4n, 1n, 9n, 4n, 1n, 9n, 4n])
  })

  test('of an unknown kind is not guessed', () => {
    expect(() => ordinals([0b01111])).toThrow('ordinals of kind 4')
  })

  test('with a run longer than the block is corrupt', () => {
    expect(() => ordinals([1, ...vint(129), 0])).toThrow('length of a run is 129')
  })
})
