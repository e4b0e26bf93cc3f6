import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDirect, readDirectLong } from '../../../src/lucene/direct-reader.ts'
import { packedLength, readPacked, unpackInts } from '../../../src/lucene/packed-ints.ts'

/** Packs values from the most significant bit of the first byte on, by text: slow and obviously right. */
function packBig(values: readonly bigint[], bits: number): Uint8Array {
  const text = values.map((value) => value.toString(2).padStart(bits, '0')).join('')
  return Uint8Array.from(text.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2))
}

/** Packs values from the least significant bit of the first byte on. */
function packLittle(values: readonly bigint[], bits: number): Uint8Array {
  const text = values.map((value) => reversed(value.toString(2).padStart(bits, '0'))).join('')
  return Uint8Array.from(text.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(reversed(byte.padEnd(8, '0')), 2))
}

const reversed = (text: string): string => Array.from(text).reverse().join('')

const valuesOf = (widths: readonly number[]): fc.Arbitrary<{ bits: number; values: bigint[] }> =>
  fc.constantFrom(...widths).chain((bits) =>
    fc.record({
      bits: fc.constant(bits),
      values: fc.array(fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }), { minLength: 1, maxLength: 300 }),
    }),
  )

const upTo = (limit: number): number[] => Array.from({ length: limit }, (_, index) => index + 1)

describe('packed integers', () => {
  test('of every width up to 31 bits are unpacked as they were packed', () => {
    fc.assert(
      fc.property(valuesOf(upTo(31)), ({ bits, values }) => {
        const output = new Int32Array(values.length)
        unpackInts(Uint8Array.of(99, ...packBig(values, bits)), 1, bits, values.length, output)
        expect([...output].map(BigInt)).toEqual(values)
      }),
    )
  })

  test('of every width up to 53 bits are read one by one', () => {
    fc.assert(
      fc.property(valuesOf(upTo(53)), ({ bits, values }) => {
        const bytes = packBig(values, bits)
        expect(values.map((_, index) => BigInt(readPacked(bytes, 0, bits, index)))).toEqual(values)
      }),
    )
  })

  test('take whole 64-bit words in their first version and whole bytes in the others', () => {
    expect(packedLength(3, 5, 0)).toBe(8)
    expect(packedLength(3, 5, 1)).toBe(2)
    expect(packedLength(64, 3, 2)).toBe(24)
  })
})

describe('direct arrays', () => {
  const widths = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48]

  test('are read in both byte orders', () => {
    fc.assert(
      fc.property(valuesOf(widths), ({ bits, values }) => {
        const big = packBig(values, bits)
        const little = packLittle(values, bits)
        expect(values.map((_, index) => BigInt(readDirect(big, 0, bits, index, 'big')))).toEqual(values)
        expect(values.map((_, index) => BigInt(readDirect(little, 0, bits, index, 'little')))).toEqual(values)
      }),
    )
  })

  test('keep all 64 bits when read as exact integers', () => {
    fc.assert(
      fc.property(valuesOf([...widths, 56, 64]), ({ bits, values }) => {
        const big = packBig(values, bits)
        const little = packLittle(values, bits)
        expect(values.map((_, index) => readDirectLong(big, 0, bits, index, 'big'))).toEqual(values)
        expect(values.map((_, index) => readDirectLong(little, 0, bits, index, 'little'))).toEqual(values)
      }),
    )
  })
})
