import { describe, expect, test } from 'vitest'
import { murmur3High64 } from '../../../../src/codec/murmur3-128.ts'
import { ByteCursor } from '../../../../src/core/byte-cursor.ts'
import { readNumberStages, readStagedBlock } from '../../../../src/lucene/doc-values/number-stages.ts'
import { flattenedText } from '../../../../src/source/rebuild/flattened-text.ts'
import { rangeText } from '../../../../src/source/rebuild/range-text.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const pairs = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text.replace('=', '\0')))

describe('ranges', () => {
  test.each([
    [
      'date_range',
      '01 a9 6f5e66e800 a9 76bb3e7000',
      '{"gte":"2020-01-01T00:00:00.000Z","lte":"2021-01-01T00:00:00.000Z"}',
    ],
    ['float_range', '01 407fffff c0200000', '{"gte":-1.0,"lte":2.5}'],
    ['float_range', '01 007fffff ff800000', '{"gte":null,"lte":null}'],
    ['double_range', '01 000fffffffffffff bff0000000000000', '{"gte":null,"lte":1.0}'],
    ['ip_range', `01 ${'00'.repeat(16)} ${'00'.repeat(10)}ffff0a000001`, '{"gte":null,"lte":"10.0.0.1"}'],
  ])('%s %s is %s', (type, bytes, expected) => {
    expect(rangeText(type, {})!(hex(bytes))).toEqual([expected])
  })

  test('bytes behind the last range, and too few, are damage', () => {
    for (const bytes of ['01 007fffff ff800000 00', '01 007fffff'])
      expect(() => rangeText('float_range', {})!(hex(bytes))).toThrow(expect.objectContaining({ code: 'BLOB_CORRUPT' }))
  })

  test('a date format that is not known is not guessed', () => {
    expect(rangeText('date_range', { format: "YYYY-'W'ww" })).toBeUndefined()
  })
})

describe('flattened fields', () => {
  test('keys with dots become objects, several values a list', () => {
    expect(flattenedText(pairs('a.b=1', 'a.c=x', 'a.c=y', 'd=2'))).toBe('{"a":{"b":"1","c":["x","y"]},"d":"2"}')
  })

  test('keys below one with a value keep their dots', () => {
    expect(flattenedText(pairs('a.to=1', 'a.to.state=2'))).toBe('{"a":{"to":"1","to.state":"2"}}')
  })

  test('lists are in the order that is kept beside their values, with nulls and repetitions', () => {
    const lists = new Map([
      ['a.c', [1, 0, 1, -1]],
      ['a.b', [-1]],
      ['z', [-1, -1]],
    ])
    const found = flattenedText(pairs('a.c=x', 'a.c=y', 'd=1', 'd=2'), lists)
    expect(found).toBe('{"a":{"b":null,"c":["y","x","y",null]},"d":["1","2"],"z":[null,null]}')
    expect(flattenedText(pairs('a=x'), new Map([['a', [1]]]))).toBeUndefined()
  })

  test('what is no pair, or no text, has no form', () => {
    expect(flattenedText([hex('61')])).toBeUndefined()
    expect(flattenedText([hex('61 00 ff')])).toBeUndefined()
  })
})

test.each([
  ['', 0n],
  ['hello', 0xcbd8a7b341bd9b02n],
])('the hash of %j is known', (text, expected) => {
  expect(murmur3High64(Buffer.from(text))).toBe(expected)
})

describe('numbers of time series since Elasticsearch 9.5', () => {
  const cursor = (bytes: string): ByteCursor => new ByteCursor(hex(bytes), 'numbers', { order: 'little' })

  test('stages are undone from the last to the first', () => {
    const stages = readNumberStages(cursor('01 04 07 00 01 02 03 a1'), 7)
    expect(stages).toEqual(['delta', 'offset', 'gcd'])
    const output = new BigInt64Array(128)
    readStagedBlock(cursor('0b 00 0a 14'), stages, 128, output)
    expect([...output.subarray(0, 3)]).toEqual([15n, 20n, 25n])
  })

  test('decimals are divided, exceptions taken as they are', () => {
    const output = new BigInt64Array(128)
    readStagedBlock(cursor('03 00 01 00 01 02 2a00000000000000'), ['decimal'], 3, output)
    expect(output[2]).toBe(42n)
    expect(output[0]).toBe(0n)
  })

  test.each([
    ['a later version', '02 01 07 00 a1', 'FORMAT_UNSUPPORTED'],
    ['another size of blocks', '01 01 09 00 a1', 'FORMAT_UNSUPPORTED'],
    ['an unknown stage', '01 02 07 00 0c a1', 'FORMAT_UNSUPPORTED'],
    ['an unknown packing', '01 01 07 00 a2', 'FORMAT_UNSUPPORTED'],
    ['too many stages', '01 11 07 00 a1', 'BLOB_CORRUPT'],
  ])('%s is refused', (_, bytes, code) => {
    expect(() => readNumberStages(cursor(bytes), 7)).toThrow(expect.objectContaining({ code }))
  })

  test.each([
    ['a block that is not packed', '00 00', ['delta'] as const],
    ['a split behind the end', '03 00 01 05 00 00', ['split delta'] as const],
    ['exponents too large', '03 00 13 00 00', ['decimal'] as const],
  ])('%s is damage', (_, bytes, stages) => {
    expect(() => readStagedBlock(cursor(bytes), stages, 3, new BigInt64Array(128))).toThrow(
      expect.objectContaining({ code: 'BLOB_CORRUPT' }),
    )
  })
})
