import fc from 'fast-check'
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { deflateWasm } from '../../../src/codec/deflate-wasm.ts'
import { inflateRaw, inflateRawUnknown } from '../../../src/codec/deflate.ts'
import { applyDamage, damage, orCorrupt } from './damage.ts'

const fast = deflateWasm()!

const content = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.array(fc.stringMatching(/^[a-d]{1,9}$/), { maxLength: 400 }).map((words) => Buffer.from(words.join(' '))),
  // Bytes that grow ever rarer: codewords of all lengths, and runs.
  fc
    .array(fc.tuple(fc.nat(16), fc.integer({ min: 1, max: 400 })), { maxLength: 300 })
    .map((runs) => Buffer.concat(runs.map(([power, times]) => Buffer.alloc(Math.ceil(times / 2 ** power), 7 * power)))),
)
const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
})
const noDictionary: Uint8Array = new Uint8Array(0)

function inflated(packed: Uint8Array, length: number, dictionary = noDictionary): Uint8Array {
  // Bytes around the output show when something is written beside it.
  const whole = new Uint8Array(length + 40).fill(0xaa)
  inflateRaw(packed, whole.subarray(20, 20 + length), 'f', dictionary)
  expect(whole.subarray(0, 20).every((byte) => byte === 0xaa)).toBe(true)
  expect(whole.subarray(20 + length).every((byte) => byte === 0xaa)).toBe(true)
  return whole.subarray(20, 20 + length)
}

/** What zlib makes of a stream that should give so many bytes; undefined when it refuses it. */
function zlibInflated(packed: Uint8Array, length: number, dictionary: Uint8Array): Uint8Array | undefined {
  try {
    const result: unknown = inflateRawSync(packed, {
      maxOutputLength: length + 1,
      info: true,
      ...(dictionary.length > 0 ? { dictionary } : {}),
    })
    const { buffer, engine } = result as { buffer: Uint8Array; engine: { bytesWritten: number } }
    return engine.bytesWritten === packed.length && buffer.length === length ? buffer : undefined
  } catch {
    return undefined
  }
}

function expectVerdictOfZlib(packed: Uint8Array, length: number, dictionary = noDictionary): boolean {
  const expected = zlibInflated(packed, length, dictionary)
  const output = new Uint8Array(length)
  const taken = fast(packed, output, dictionary)
  expect(taken).toBe(expected !== undefined)
  if (expected !== undefined) expect(Buffer.compare(output, expected)).toBe(0)
  expect(orCorrupt(() => inflated(packed, length, dictionary)) === 'BLOB_CORRUPT').toBe(!taken)
  return taken
}

test('gives back what zlib packed at any level and strategy, with and without a dictionary', () => {
  fc.assert(
    fc.property(content, options, fc.uint8Array({ maxLength: 300 }), (raw, option, dictionary) => {
      const packed = deflateRawSync(raw, option)
      expect(Buffer.compare(inflated(packed, raw.length), raw)).toBe(0)
      expect(Buffer.compare(inflateRawUnknown(packed, Math.max(raw.length, 1), 'f'), raw)).toBe(0)
      if (dictionary.length > 0) {
        const behind = deflateRawSync(raw, { ...option, dictionary })
        expect(Buffer.compare(inflated(behind, raw.length, dictionary), raw)).toBe(0)
      }
      expect(fast(packed, new Uint8Array(raw.length), noDictionary)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('reaches back 32 KiB, into a longer dictionary too, and never beyond the first byte of it', () => {
  let state = 1
  const noise = (length: number): Uint8Array =>
    new Uint8Array(length).map(() => (state = Math.imul(state, 1_664_525) + 1_013_904_223) >>> 24)
  const dictionary = noise(40_000)
  const far = dictionary.subarray(dictionary.length - 32_000, dictionary.length - 31_000)
  const raw = Buffer.concat([far, noise(90_000), far])
  const packed = deflateRawSync(raw, { dictionary, level: 9 })
  expect(expectVerdictOfZlib(packed, raw.length, dictionary)).toBe(true)
  expect(expectVerdictOfZlib(packed, raw.length, dictionary.subarray(dictionary.length - 31_500))).toBe(false)
  expect(expectVerdictOfZlib(packed, raw.length)).toBe(false)
})

test('joins blocks of every kind in one stream', () => {
  const piece = (text: string, option: object): Buffer =>
    deflateRawSync(Buffer.from(text), { ...option, finishFlush: constants.Z_SYNC_FLUSH })
  const texts = ['plain plain plain plain', 'stored', 'aaaaaaaaaaaaaaaaaaaaaaaaa', '', 'last one, last one']
  const kinds = [{ level: 9 }, { level: 0 }, { strategy: constants.Z_FIXED }, { level: 0 }]
  const packed = Buffer.concat([
    ...kinds.map((kind, at) => piece(texts[at]!, kind)),
    deflateRawSync(Buffer.from(texts[4]!)),
  ])
  expect(expectVerdictOfZlib(packed, texts.join('').length)).toBe(true)
  expect(Buffer.from(inflated(packed, texts.join('').length)).toString()).toBe(texts.join(''))
})

test('refuses another length than expected and bytes behind the stream', () => {
  const packed = deflateRawSync(Buffer.from('hello hello hello'))
  for (const length of [0, 16, 18]) expect(orCorrupt(() => inflated(packed, length))).toBe('BLOB_CORRUPT')
  const longer = Buffer.concat([packed, Uint8Array.of(0)])
  expect(orCorrupt(() => inflated(longer, 17))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflateRawUnknown(longer, 17, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflateRawUnknown(packed, 16, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflated(new Uint8Array(0), 0))).toBe('BLOB_CORRUPT')
})

test('stops at the limit when a small stream stands for very many bytes', () => {
  const bomb = deflateRawSync(Buffer.alloc(50_000_000))
  expect(orCorrupt(() => inflateRawUnknown(bomb, 1_000_000, 'f'))).toBe('BLOB_CORRUPT')
  expect(orCorrupt(() => inflated(bomb, 1000))).toBe('BLOB_CORRUPT')
})

test('inflates streams that are too large for the memory of the fast decoder', () => {
  const raw = Buffer.alloc(5_000_000, 'a long text ')
  const packed = deflateRawSync(raw)
  expect(fast(packed, new Uint8Array(raw.length), noDictionary)).toBe(false)
  expect(Buffer.compare(inflated(packed, raw.length), raw)).toBe(0)
})

test('judges damaged streams as zlib does, wherever they are cut or changed', () => {
  let taken = 0
  fc.assert(
    fc.property(content, options, damage, fc.uint8Array({ maxLength: 50 }), (raw, option, change, dictionary) => {
      const behind = dictionary.length > 0 ? { dictionary } : {}
      const packed = applyDamage(deflateRawSync(raw, { ...option, ...behind }), change)
      if (expectVerdictOfZlib(packed, raw.length, dictionary)) taken++
    }),
    { numRuns: 1000 },
  )
  expect(taken).toBeGreaterThan(100)
})

/** Bits in the order of a stream, lowest first, as whole bytes. */
function bytesOfBits(bits: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [at, bit] of bits.entries()) bytes[at >> 3]! |= bit << (at & 7)
  return bytes
}

const field = (value: number, width: number): number[] => Array.from({ length: width }, (_, bit) => (value >> bit) & 1)

/** A block whose codes have any lengths, right or wrong: each length is a codeword of four bits, of a complete precode. */
function blockOfLengths(
  literals: readonly number[],
  distances: readonly number[],
  rest: readonly number[],
): Uint8Array {
  const head = [1, 0, 1, ...field(literals.length - 257, 5), ...field(distances.length - 1, 5), ...field(15, 4)]
  const precode = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15].flatMap((symbol) =>
    field(symbol < 16 ? 4 : 0, 3),
  )
  const lengths = [...literals, ...distances].flatMap((length) => field(length, 4).toReversed())
  return bytesOfBits([...head, ...precode, ...lengths, ...rest])
}

const sparse = (count: { min: number; max: number }): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      fc.integer(count),
      fc.array(
        fc.tuple(fc.nat(count.max - 1), fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 15 }))),
        {
          maxLength: 9,
        },
      ),
    )
    .map(([length, set]) => {
      const lengths = new Array<number>(length).fill(0)
      for (const [at, value] of set) if (at < length) lengths[at] = value
      return lengths
    })

test('judges codes with too many, too few, one or no codewords as zlib does', () => {
  const inputs = [sparse({ min: 257, max: 288 }), fc.integer({ min: 0, max: 3 }), sparse({ min: 1, max: 32 })] as const
  fc.assert(
    fc.property(
      ...inputs,
      fc.array(fc.nat(1), { maxLength: 60 }),
      fc.nat(12),
      (literals, end, distances, rest, length) => {
        if (end > 0) literals[256] = end
        const packed = blockOfLengths(literals, distances, rest)
        expectVerdictOfZlib(packed, length)
      },
    ),
    { numRuns: 1500 },
  )
  // An end of block alone, and a literal beside it; the distances without a codeword, or with one.
  for (const [literals, distances, rest, length] of [
    [{ 256: 1 }, [0], [0], 0],
    [{ 256: 1 }, [1], [0], 0],
    [{ 97: 1, 256: 1 }, [0], [0, 0, 1], 2],
    [{ 97: 1, 256: 2, 257: 2 }, [1], [0, 1, 1, 0, 1, 0], 4],
  ] as const) {
    const lengths = Array.from({ length: 258 }, (_, symbol) => (literals as Record<number, number>)[symbol] ?? 0)
    expect(expectVerdictOfZlib(blockOfLengths(lengths, distances, rest), length)).toBe(true)
  }
  // Unused codewords: met, of two bits, and too many.
  for (const [literals, distances, rest, length] of [
    [{ 256: 1 }, [0], [1, 0, 0, 0, 0, 0, 0, 0], 0],
    [{ 256: 2 }, [0], [0, 0], 0],
    [{ 97: 1, 98: 1, 256: 1 }, [0], [0, 1], 1],
    [{ 97: 1, 256: 2, 257: 2 }, [0], [0, 1, 1, 0, 1, 0], 4],
  ] as const) {
    const lengths = Array.from({ length: 258 }, (_, symbol) => (literals as Record<number, number>)[symbol] ?? 0)
    expect(expectVerdictOfZlib(blockOfLengths(lengths, distances, rest), length)).toBe(false)
  }
})
