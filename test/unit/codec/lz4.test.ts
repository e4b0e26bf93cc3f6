import fc from 'fast-check'
import { compress } from 'lz4-wasm-nodejs'
import { describe, expect, test } from 'vitest'
import { lz4DecodePlain } from '../../../src/codec/lz4-plain.ts'
import { lz4Wasm } from '../../../src/codec/lz4-wasm.ts'
import { lz4Decode } from '../../../src/codec/lz4.ts'
import { applyDamage, damage, orCorrupt } from './damage.ts'

/** Text that repeats itself at many distances, as documents do. */
const repetitive = fc
  .array(fc.tuple(fc.stringMatching(/^[a-e]{1,12}$/), fc.integer({ min: 1, max: 40 })), { maxLength: 60 })
  .map((runs) => Buffer.from(runs.map(([text, times]) => text.repeat(times)).join('')))

interface Sequence {
  readonly literals: Uint8Array
  readonly distance: number
  readonly length: number
}

/** A block made of arbitrary sequences, and what it stands for after `history`, worked out byte by byte. */
function block(history: Uint8Array, sequences: readonly Sequence[]): { packed: Uint8Array; expected: Uint8Array } {
  const packed: number[] = []
  const output = [...history]
  const extend = (rest: number): void => {
    for (; rest >= 255; rest -= 255) packed.push(255)
    packed.push(rest)
  }
  for (const [index, { literals, distance, length }] of sequences.entries()) {
    const last = index === sequences.length - 1
    const back = 1 + (distance % Math.min(65_535, Math.max(1, output.length + literals.length)))
    packed.push((Math.min(15, literals.length) << 4) | (last ? 0 : Math.min(15, length - 4)))
    if (literals.length >= 15) extend(literals.length - 15)
    packed.push(...literals)
    output.push(...literals)
    if (last) break
    packed.push(back & 255, back >> 8)
    if (length - 4 >= 15) extend(length - 4 - 15)
    for (let count = 0; count < length; count++) output.push(output[output.length - back]!)
  }
  return { packed: Uint8Array.from(packed), expected: Uint8Array.from(output.slice(history.length)) }
}

const sequence = fc.record({
  literals: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  distance: fc.oneof(fc.nat(20), fc.nat(70_000)),
  length: fc.oneof(fc.integer({ min: 4, max: 24 }), fc.integer({ min: 4, max: 600 })),
})

const decoders = { lz4Decode, lz4DecodePlain }

describe.each(Object.entries(decoders))('%s', (_name, decode) => {
  test('gives back what an independent encoder packed, and the end of the block', () => {
    fc.assert(
      fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })), fc.nat(20), (raw, before) => {
        fc.pre(raw.length > 0)
        const packed = compress(raw).subarray(4)
        const input = new Uint8Array(before + packed.length + 7).fill(0xee)
        input.set(packed, before)
        const output = new Uint8Array(raw.length + 20).fill(0xaa)
        const end = decode(input, before, input.length, output, 10, 10 + raw.length, 10, 'block')
        expect(end).toBe(before + packed.length)
        expect(Buffer.compare(output.subarray(10, 10 + raw.length), raw)).toBe(0)
        expect(output.filter((byte) => byte === 0xaa).length).toBeGreaterThanOrEqual(20)
      }),
    )
  })

  test('copies from the history before the output, at every distance and length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 2000 }),
        fc.array(sequence, { minLength: 1, maxLength: 20 }),
        (history, sequences) => {
          const { packed, expected } = block(history, sequences)
          const output = new Uint8Array(3 + history.length + expected.length)
          output.set(history, 3)
          const start = 3 + history.length
          expect(decode(packed, 0, packed.length, output, start, output.length, 3, 'block')).toBe(packed.length)
          expect(Buffer.compare(output.subarray(start), expected)).toBe(0)
        },
      ),
    )
  })

  test('refuses a distance of zero, one beyond the history, and a block that is cut', () => {
    const output = new Uint8Array(20)
    const run = (bytes: number[], start = 0): unknown =>
      orCorrupt(() => decode(Uint8Array.from(bytes), 0, bytes.length, output, start, 20, start, 'block'))
    expect(run([0x10, 0x61, 0x00, 0x00, 0x00])).toBe('BLOB_CORRUPT')
    expect(run([0x10, 0x61, 0x02, 0x00, 0x00])).toBe('BLOB_CORRUPT')
    expect(run([0x10, 0x61, 0x02, 0x00, 0x00], 5)).toBe('BLOB_CORRUPT')
    expect(run([0x10, 0x61, 0x01])).toBe('BLOB_CORRUPT')
    expect(run([0xf0, 0xff, 0xff])).toBe('BLOB_CORRUPT')
    expect(run([])).toBe('BLOB_CORRUPT')
  })

  test('consumes the single token of an empty block', () => {
    expect(decode(Uint8Array.of(0), 0, 1, new Uint8Array(0), 0, 0, 0, 'block')).toBe(1)
  })
})

test('the WebAssembly decoder runs on this machine and agrees with the plain one on damaged blocks', () => {
  const wasm = lz4Wasm()
  expect(wasm).not.toBeNull()
  fc.assert(
    fc.property(repetitive, damage, (raw, change) => {
      fc.pre(raw.length > 0)
      const packed = applyDamage(compress(raw).subarray(4), change)
      const [left, right] = [new Uint8Array(raw.length + 32).fill(0xaa), new Uint8Array(raw.length + 32).fill(0xaa)]
      const fast = wasm!(packed, 0, packed.length, left, 16, 16 + raw.length, 16)
      const plain = orCorrupt(() => lz4DecodePlain(packed, 0, packed.length, right, 16, 16 + raw.length, 16, 'block'))
      expect(fast < 0 ? 'BLOB_CORRUPT' : fast).toBe(plain)
      if (fast >= 0) expect(Buffer.compare(left, right)).toBe(0)
      for (const output of [left, right]) {
        expect([...output.subarray(0, 16), ...output.subarray(-16)].every((byte) => byte === 0xaa)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

test('blocks too large for the WebAssembly memory are decoded as well', () => {
  const raw = Buffer.alloc(7_000_000, 'all work and no play makes the decoder a dull one. ')
  const packed = compress(raw).subarray(4)
  const output = new Uint8Array(raw.length)
  expect(lz4Decode(packed, 0, packed.length, output, 0, raw.length, 0, 'block')).toBe(packed.length)
  expect(Buffer.compare(output, raw)).toBe(0)
})
