import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteCursor } from '../../../src/core/byte-cursor.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { BlockPackedRun, skipBlockPacked } from '../../../src/lucene/block-packed.ts'
import { MAX_BLOCK_BYTES, readPatchedBlock } from '../../../src/lucene/for-block.ts'
import { LuceneBytes } from './lucene-bytes.ts'

const PACKED_VERSION = 2

/** Bits of values one behind the other, the most significant first, filled up to whole bytes. */
function packed(values: readonly number[], bits: number): number[] {
  const text = values.map((value) => (bits === 0 ? '' : value.toString(2).padStart(bits, '0'))).join('')
  return Array.from({ length: Math.ceil(text.length / 8) }, (_, at) =>
    Number.parseInt(text.slice(8 * at, 8 * at + 8).padEnd(8, '0'), 2),
  )
}

const bitsOf = (value: number): number => (value === 0 ? 0 : value.toString(2).length)

/** A run as a server writes it: blocks of 64, each with the bits of its largest difference to its smallest value. */
function blockPacked(values: readonly number[]): Uint8Array {
  const out = new LuceneBytes()
  for (let at = 0; at < values.length; at += 64) {
    const block = values.slice(at, at + 64)
    const minimum = Math.min(...block)
    const bits = bitsOf(Math.max(...block) - minimum)
    out.u8(2 * bits + (minimum === 0 ? 1 : 0))
    if (minimum !== 0) out.vInt(2 * minimum - 1)
    out.u8(
      ...packed(
        block.map((value) => value - minimum),
        bits,
      ),
    )
  }
  return out.bytes()
}

const integers = fc.oneof(fc.nat(1), fc.nat(300), fc.nat(0x3fffffff))

test('runs of packed blocks give back what was packed, read or passed over', () => {
  fc.assert(
    fc.property(fc.array(integers, { maxLength: 300 }), (values) => {
      const bytes = blockPacked(values)
      const cursor = new ByteCursor(bytes, 'run')
      const run = new BlockPackedRun(cursor, values.length, PACKED_VERSION)
      expect(values.map(() => run.next())).toEqual(values)
      cursor.expectEnd()
      const skipped = new ByteCursor(bytes, 'run')
      skipBlockPacked(skipped, values.length, PACKED_VERSION)
      skipped.expectEnd()
    }),
  )
})

test('a damaged run of packed blocks is corrupt', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(1000), (bytes, count) => {
      const run = new BlockPackedRun(new ByteCursor(bytes, 'run'), count, PACKED_VERSION)
      try {
        for (let index = 0; index < count; index++) expect(run.next()).toBeGreaterThanOrEqual(0)
      } catch (error) {
        if (!isFailure(error, 'BLOB_CORRUPT')) throw error
      }
    }),
  )
})

/** 128 integers of `bits` bits in lanes, as the writer of postings lays them out. */
function inLanes(values: readonly bigint[], bits: number): number[] {
  const width = bits <= 8 ? 8 : bits <= 16 ? 16 : 32
  const lanes = 64 / width
  const inLane = 128 / lanes
  const words = 2 * bits
  const rounds = Math.floor(width / bits)
  const left = width - rounds * bits
  const output = new Array<bigint>(words).fill(0n)
  for (let lane = 0; lane < lanes; lane++) {
    const own = values.slice(lane * inLane, (lane + 1) * inLane)
    const rest = own
      .slice(rounds * words)
      .map((value) => value.toString(2).padStart(bits, '0'))
      .join('')
    for (let word = 0; word < words; word++) {
      let text = ''
      for (let round = 0; round < rounds; round++)
        text += (own[round * words + word] ?? 0n).toString(2).padStart(bits, '0')
      text += rest.slice(word * left, (word + 1) * left).padEnd(left, '0')
      output[word]! |= BigInt(`0b${text}`) << BigInt(width * (lanes - 1 - lane))
    }
  }
  return output.flatMap((word) => Array.from({ length: 8 }, (_, at) => Number((word >> BigInt(8 * at)) & 0xffn)))
}

test('blocks of 128 integers of every width give back what was packed, with larger ones patched', () => {
  for (let bits = 1; bits < 32; bits++) {
    const values = Array.from({ length: 128 }, (_, at) => (BigInt(at) * 0x9e3779b97f4a7c15n) % 2n ** BigInt(bits))
    const bytes = new LuceneBytes().u8((2 << 5) | bits, ...inLanes(values, bits), 5, 1, 127, 255).bytes()
    expect(bytes.length).toBeLessThanOrEqual(MAX_BLOCK_BYTES)
    const cursor = new ByteCursor(bytes, 'block')
    const output = new Float64Array(128)
    readPatchedBlock(cursor, output)
    cursor.expectEnd()
    const expected = values.map((value, at) => Number(value) + (at === 5 ? 1 : at === 127 ? 255 : 0) * 2 ** bits)
    expect([...output], `${bits} bits`).toEqual(expected)
  }
})

test('a block of equal integers is one number, and a place beyond the block is corrupt', () => {
  const output = new Float64Array(128)
  readPatchedBlock(
    new ByteCursor(
      new LuceneBytes()
        .u8(1 << 5)
        .vInt(300)
        .u8(7, 0x80)
        .bytes(),
      'block',
    ),
    output,
  )
  expect([output[0], output[7], output[127]]).toEqual([300, 428, 300])
  const beyond = new ByteCursor(new LuceneBytes().u8(1 << 5, 1, 128, 1).bytes(), 'block')
  expect(() => readPatchedBlock(beyond, output)).toThrow('place 128 of 128')
})
