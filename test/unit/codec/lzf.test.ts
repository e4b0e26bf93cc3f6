import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLzf, lzfDecode } from '../../../src/codec/lzf.ts'
import { applyDamage, damage, orCorrupt } from './damage.ts'

interface Step {
  readonly literals: Uint8Array
  readonly distance: number
  readonly length: number
}

/** A compressed chunk made of arbitrary runs and back references, and what it stands for, worked out byte by byte. */
function chunk(steps: readonly Step[]): { packed: Uint8Array; expected: number[] } {
  const packed: number[] = []
  const output: number[] = []
  for (const { literals, distance, length } of steps) {
    packed.push(literals.length - 1, ...literals)
    output.push(...literals)
    const back = distance % Math.min(8192, output.length)
    const coded = length - 2
    packed.push((Math.min(7, coded) << 5) | (back >> 8))
    if (coded >= 7) packed.push(coded - 7)
    packed.push(back & 255)
    for (let count = 0; count < length; count++) output.push(output[output.length - back - 1]!)
  }
  const sizes = [packed.length, output.length].flatMap((size) => [size >> 8, size & 255])
  return { packed: Uint8Array.from([0x5a, 0x56, 1, ...sizes, ...packed]), expected: output }
}

const step = fc.record({
  literals: fc.uint8Array({ minLength: 1, maxLength: 32 }),
  distance: fc.nat(9000),
  length: fc.integer({ min: 3, max: 264 }),
})
const compressed = fc.array(step, { minLength: 1, maxLength: 30 }).map(chunk)
const stored = fc.uint8Array({ maxLength: 600 }).map((raw) => ({
  packed: Uint8Array.from([0x5a, 0x56, 0, raw.length >> 8, raw.length & 255, ...raw]),
  expected: [...raw],
}))
const stream = fc.array(fc.oneof(compressed, stored), { minLength: 1, maxLength: 6 }).map((chunks) => ({
  packed: Buffer.concat(chunks.map(({ packed }) => packed)),
  expected: Uint8Array.from(chunks.flatMap(({ expected }) => expected)),
}))

test('decodes streams of stored and compressed chunks', () => {
  fc.assert(
    fc.property(stream, ({ packed, expected }) => {
      expect(isLzf(packed)).toBe(true)
      expect(Buffer.compare(lzfDecode(packed, expected.length, 'f'), expected)).toBe(0)
      if (expected.length > 0) expect(orCorrupt(() => lzfDecode(packed, expected.length - 1, 'f'))).toBe('BLOB_CORRUPT')
    }),
  )
})

test('decodes a hand-made chunk: two literals, then an overlapping copy', () => {
  const bytes = Uint8Array.of(0x5a, 0x56, 1, 0, 5, 0, 7, 1, 0x61, 0x62, 0x60, 1)
  expect(Buffer.from(lzfDecode(bytes, 100, 'f')).toString()).toBe('abababa')
})

test('a back reference does not leave its chunk', () => {
  const first = chunk([{ literals: new Uint8Array(20), distance: 0, length: 10 }]).packed
  const second = Uint8Array.of(0x5a, 0x56, 1, 0, 2, 0, 3, 0x20, 0)
  expect(orCorrupt(() => lzfDecode(second, 100, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => lzfDecode(Buffer.concat([first, second]), 100, 'f'))).toBe('BLOB_CORRUPT')
})

test('gives bytes or BLOB_CORRUPT for damaged streams', () => {
  fc.assert(
    fc.property(stream, damage, ({ packed }, change) => {
      const result = orCorrupt(() => lzfDecode(applyDamage(packed, change), 100_000, 'f'))
      if (result !== 'BLOB_CORRUPT') expect(result.length).toBeLessThanOrEqual(100_000)
    }),
    { numRuns: 500 },
  )
})
