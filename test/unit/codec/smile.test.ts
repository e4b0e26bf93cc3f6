import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { parse } from 'smile-js'
import { describe, expect, test } from 'vitest'
import { inflateRawUnknown } from '../../../src/codec/deflate.ts'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import { ExactNumber } from '../../../src/codec/json-value.ts'
import { readCodecHeader, verifyFooter } from '../../../src/codec/lucene-envelope.ts'
import { decodeSmile, smileToJson } from '../../../src/codec/smile.ts'
import { ByteCursor } from '../../../src/core/byte-cursor.ts'
import { applyDamage, damage, orCorrupt } from './damage.ts'
import { Decimal, Single, SmileEncoder, type SmileFeatures, type SmileInput } from './smile-encoder.ts'

const features: fc.Arbitrary<SmileFeatures> = fc.record({
  sharedNames: fc.boolean(),
  sharedValues: fc.boolean(),
  rawBinary: fc.boolean(),
})
const plain: SmileFeatures = { sharedNames: true, sharedValues: false, rawBinary: true }
const text = fc.oneof(
  fc.constantFrom('', 'a', 'status', 'ключ', '__proto__'),
  fc.string({ maxLength: 70 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)
/** Without the smallest doubles, which Java spells with one more digit than JavaScript. */
const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (Math.abs(value) < 1e-300 ? 0.5 : value))
const { document } = fc.letrec<{ document: SmileInput }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    double,
    text,
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('document'), { maxLength: 6 }),
    fc.array(fc.tuple(text, tie('document')), { maxLength: 6 }).map((entries) => new Map(entries)),
  ),
}))

const encode = (value: SmileInput, options = plain): Uint8Array => new SmileEncoder(options).encode(value)
const toJson = (bytes: Uint8Array): string => Buffer.from(smileToJson(bytes, 'f')).toString()

/** What the document must be as JSON, written without the code under test. */
function expectedJson(value: SmileInput): string {
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'))
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Object.is(value, -0)) return '-0'
  if (Array.isArray(value)) return `[${(value as SmileInput[]).map(expectedJson).join(',')}]`
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<string, SmileInput>)]
    return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${expectedJson(item)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

test('documents come back as values and as JSON, with every combination of shared names and values', () => {
  fc.assert(
    fc.property(document, features, (value, options) => {
      const bytes = encode(value, options)
      const expected = stringifyJson(parseJsonExact(expectedJson(value), 'expected'))
      expect(stringifyJson(decodeSmile(bytes, 'f'))).toBe(expected)
      expect(stringifyJson(parseJsonExact(toJson(bytes), 'written'))).toBe(expected)
    }),
    { numRuns: 500 },
  )
})

test('another decoder reads the same values', () => {
  const value = new Map<string, SmileInput>([
    ['a', [1, -17, 300, 2.5, 'text', 'ключ', '', true, null, 'x'.repeat(100)]],
    ['b', new Map<string, SmileInput>([['a', 'text']])],
  ])
  for (const sharedValues of [true, false]) {
    const bytes = encode(value, { ...plain, sharedValues })
    expect(JSON.parse(toJson(bytes))).toEqual(parse(bytes))
  }
})

test('numbers keep kind and digits in JSON', () => {
  const value = [1, 1.5, new Single(0.1), 2n ** 63n - 1n, -(2n ** 70n), new Decimal(12345678901234567890123n, 5)]
  expect(toJson(encode(value))).toBe('[1,1.5,0.1,9223372036854775807,-1180591620717411303424,123456789012345678.90123]')
  expect(toJson(Uint8Array.of(0x3a, 0x29, 0x0a, 0, 0x29, 0, 0x3f, 0x78, 0, 0, 0, 0, 0, 0, 0))).toBe('1.0')
  expect(decodeSmile(encode(value), 'f')).toEqual([
    ...[1, 1.5, 0.1, 2n ** 63n - 1n, -(2n ** 70n), new ExactNumber('123456789012345678.90123')],
  ])
})

test('more than 1,024 shared names and values empty their tables and start again', () => {
  const numbers = Array.from({ length: 2600 }, (_, index) => index)
  const value = numbers.map((number) => new Map([[`name ${number % 1500}`, `value ${number % 1300}`]]))
  const bytes = encode(value, { sharedNames: true, sharedValues: true, rawBinary: false })
  expect(toJson(bytes)).toBe(JSON.stringify(value.map((item) => Object.fromEntries(item))))
})

test('binary values of every remainder of seven come back', () => {
  for (const rawBinary of [true, false]) {
    const values = Array.from({ length: 16 }, (_, length) => new Uint8Array(length).fill(0xa5).fill(0x5a, 1))
    expect(decodeSmile(encode(values, { ...plain, rawBinary }), 'f')).toEqual(values)
  }
})

test('of a repeated name the last value wins in values, and both stay in JSON', () => {
  const bytes = Uint8Array.of(0x3a, 0x29, 0x0a, 0, 0xfa, 0x80, 0x61, 0xc2, 0x80, 0x61, 0xc4, 0xfb)
  expect(stringifyJson(decodeSmile(bytes, 'f'))).toBe('{"a":2}')
  expect(toJson(bytes)).toBe('{"a":1,"a":2}')
})

test('2,000 levels are read and more are refused', () => {
  const nested = (depth: number): Uint8Array =>
    Uint8Array.from([0x3a, 0x29, 0x0a, 0, ...Array<number>(depth).fill(0xf8), ...Array<number>(depth).fill(0xf9)])
  expect(toJson(nested(2000))).toBe('['.repeat(2000) + ']'.repeat(2000))
  expect(orCorrupt(() => decodeSmile(nested(100_000), 'f'))).toBe('BLOB_CORRUPT')
})

test('one end-of-content marker may follow; anything else may not', () => {
  expect(toJson(Uint8Array.of(0x3a, 0x29, 0x0a, 5, 0xfa, 0xfb, 0xff))).toBe('{}')
  for (const tail of [[0], [0xff, 0xff], [0xfa, 0xfb]]) {
    expect(orCorrupt(() => decodeSmile(Uint8Array.of(0x3a, 0x29, 0x0a, 5, 0xfa, 0xfb, ...tail), 'f'))).toBe(
      'BLOB_CORRUPT',
    )
  }
})

test('damaged documents give a value or BLOB_CORRUPT', () => {
  fc.assert(
    fc.property(document, features, damage, (value, options, change) => {
      const bytes = applyDamage(encode(value, options), change)
      const decoded = orCorrupt(() => stringifyJson(decodeSmile(bytes, 'f')))
      expect(orCorrupt(() => toJson(bytes)) === 'BLOB_CORRUPT').toBe(decoded === 'BLOB_CORRUPT')
    }),
    { numRuns: 1500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => {
      orCorrupt(() => decodeSmile(Uint8Array.of(0x3a, 0x29, 0x0a, 7, ...tail), 'f'))
    }),
    { numRuns: 3000 },
  )
})

/** Snapshots of real clusters; a checkout without them skips these tests, because they are too large to commit. */
const fixtures = new URL('../../../../shared/fixtures/', import.meta.url)
describe.skipIf(!existsSync(fixtures))('metadata blobs of real snapshots', () => {
  const releases = existsSync(fixtures)
    ? readdirSync(fixtures).filter((name) => existsSync(new URL(`${name}/repo`, fixtures)))
    : []
  test.each(releases.filter((name) => name !== 'es-1.7.6'))(
    '%s: every blob reads as the other decoder reads it',
    (release) => {
      const repository = new URL(`${release}/repo/`, fixtures)
      const names = (readdirSync(repository, { recursive: true }) as string[]).filter((name) => name.endsWith('.dat'))
      let blobs = 0
      for (const name of names) {
        const file = readFileSync(new URL(name, repository))
        verifyFooter(file, name)
        const cursor = new ByteCursor(file, name, { end: file.length - 16 })
        readCodecHeader(cursor)
        const body = cursor.take(cursor.remaining)
        const smile = body[0] === 0x44 ? inflateRawUnknown(body.subarray(4), 100_000_000, name) : body
        const written = JSON.parse(toJson(smile)) as unknown
        const other = JSON.stringify(parse(Uint8Array.from(smile)), (_key, value: unknown) =>
          value instanceof Uint8Array
            ? Buffer.from(value).toString('base64')
            : typeof value === 'bigint'
              ? Number(value)
              : value,
        )
        expect(JSON.stringify(written), name).toBe(other)
        blobs++
      }
      expect(blobs).toBeGreaterThan(10)
    },
  )
})
