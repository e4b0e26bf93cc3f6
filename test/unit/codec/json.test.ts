import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalText, signedInteger } from '../../../src/codec/decimal-text.ts'
import { floatText } from '../../../src/codec/float-text.ts'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import { dropNewlines } from '../../../src/codec/json-text.ts'
import { ExactNumber, exactNumber, isJsonObject } from '../../../src/codec/json-value.ts'
import { orCorrupt } from './damage.ts'

describe('parseJsonExact', () => {
  test('agrees with JSON.parse, whatever the spacing', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.nat(3), (text, indent) => {
        const value: unknown = JSON.parse(text)
        expect(stringifyJson(parseJsonExact(JSON.stringify(value, null, indent), 'f'))).toBe(JSON.stringify(value))
      }),
    )
  })

  test('refuses exactly what JSON.parse refuses', () => {
    const signs = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      'a',
      '\\',
      'n',
      '1',
      '-',
      '.',
      'e',
      '0',
      ' ',
      'true',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 12 }), (parts) => {
        const text = parts.join('')
        let valid = true
        try {
          JSON.parse(text)
        } catch {
          valid = false
        }
        expect(orCorrupt(() => stringifyJson(parseJsonExact(text, 'f'))) !== 'BLOB_CORRUPT').toBe(valid)
      }),
      { numRuns: 5000 },
    )
  })

  test('keeps integers beyond 2^53 and decimals that no double holds', () => {
    const text = '[9007199254740993,-9223372036854775808,0.12345678901234567890,1e400,1e-400,1.5,100,-7]'
    const value = parseJsonExact(text, 'f')
    expect(value).toEqual([
      9007199254740993n,
      -9223372036854775808n,
      new ExactNumber('0.12345678901234567890'),
      new ExactNumber('1e400'),
      new ExactNumber('1e-400'),
      1.5,
      100,
      -7,
    ])
    expect(stringifyJson(value)).toBe(text)
  })

  test('takes __proto__ and constructor for names like any other; the last of two equal names wins', () => {
    const value = parseJsonExact('{"__proto__":{"x":1},"constructor":2,"a":1,"a":3}', 'f')
    expect(isJsonObject(value) && Object.keys(value)).toEqual(['__proto__', 'constructor', 'a'])
    expect(isJsonObject(value) && value['a']).toBe(3)
    expect(stringifyJson(value)).toBe('{"__proto__":{"x":1},"constructor":2,"a":3}')
  })

  test('reads 2,000 levels and refuses a hundred thousand', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    expect(stringifyJson(parseJsonExact(nested(2000), 'f'))).toBe(nested(2000))
    expect(orCorrupt(() => parseJsonExact(nested(100_000), 'f'))).toBe('BLOB_CORRUPT')
  })
})

/** A decimal number times 10^400, as an integer. */
function scaled(text: string): bigint {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!
  const digits = BigInt(`${sign!}${whole!}${fraction}`)
  return digits * 10n ** BigInt(400 + Number(exponent) - fraction.length)
}

test('a number becomes a plain one exactly when its value survives', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }),
      fc.integer({ min: -20, max: 40 }),
      (unscaled, scale) => {
        const text = decimalText(unscaled, scale)
        const value = exactNumber(text)
        const survives = scaled(String(Number(text))) === scaled(text)
        expect(typeof value === 'number').toBe(survives && !(scale === 0 && !Number.isSafeInteger(Number(text))))
        expect(scaled(value instanceof ExactNumber ? value.text : value.toString())).toBe(scaled(text))
      },
    ),
    { numRuns: 1000 },
  )
  expect(exactNumber('1.2345678e-320')).toBeInstanceOf(ExactNumber)
  expect(exactNumber('1.50')).toBe(1.5)
  expect(exactNumber('1.0000000000000000000')).toBe(1)
  expect(exactNumber('0.1000000000000000055511151231257827')).toBeInstanceOf(ExactNumber)
  expect(exactNumber('123456789012345680000.5')).toBeInstanceOf(ExactNumber)
})

test('floats are spelled as Java spells them', () => {
  const doubles = [
    1, 0, -0, 100, 0.001, 0.0001, 1e7, 9999999, 12345678.9, 1e21, 5e-324, 2e23, -1.5, 1.7976931348623157e308,
  ]
  expect(doubles.map((value) => floatText(value))).toEqual([
    ...['1.0', '0.0', '-0.0', '100.0', '0.001', '1.0E-4', '1.0E7', '9999999.0', '1.23456789E7', '1.0E21', '4.9E-324'],
    ...['2.0E23', '-1.5', '1.7976931348623157E308'],
  ])
  const singles = [0.1, 1.4e-45, 3.4028235e38, 16777216, 0.3].map((value) => floatText(Math.fround(value), true))
  expect(singles).toEqual(['0.1', '1.4E-45', '3.4028235E38', '1.6777216E7', '0.3'])
  // Of two texts that are equally near, the even one.
  const halfway = [1.42578125, 1.34765625, -1.11328125, 2 ** -24 + 2 ** -31, 33554432 * 1.5 + 4]
  expect(halfway.map((value) => floatText(value, true))).toEqual([
    ...['1.4257812', '1.3476562', '-1.1132812', '6.0070306E-8', '5.0331652E7'],
  ])
  expect([NaN, Infinity, -Infinity].map((value) => floatText(value))).toEqual(['"NaN"', '"Infinity"', '"-Infinity"'])
})

test('the text of a float reads back as the same float', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Number(floatText(value))).toBe(value)
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(Number(floatText(value, true)))).toBe(value)
    }),
    { numRuns: 2000 },
  )
})

test('decimals are spelled as BigDecimal spells them, without memory for a huge scale', () => {
  const cases = [
    [12345n, 2, '123.45'],
    [-5n, 3, '-0.005'],
    [5n, 7, '5E-7'],
    [5n, 6, '0.000005'],
    [12n, -3, '1.2E+4'],
    [0n, 2, '0.00'],
    [7n, 2 ** 31, '7E-2147483648'],
  ] as const
  for (const [unscaled, scale, text] of cases) expect(decimalText(unscaled, scale)).toBe(text)
})

test('big-endian two-complement bytes are signed integers', () => {
  expect([[], [0x7f], [0xff], [0x80, 0], [0, 0x80]].map((bytes) => signedInteger(Uint8Array.from(bytes)))).toEqual([
    ...[0n, 127n, -1n, -32768n, 128n],
  ])
})

describe('dropNewlines', () => {
  test('turns indented JSON into one line that means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 2).replaceAll('\n', '\r\n')
        const line = Buffer.from(dropNewlines(Buffer.from(text))).toString()
        expect(line).not.toMatch(/[\r\n]/)
        expect(JSON.stringify(JSON.parse(line))).toBe(JSON.stringify(value))
      }),
    )
  })

  test('gives back the same array when there is nothing to drop', () => {
    const bytes = Buffer.from('  {"a": "x\\n"}')
    expect(dropNewlines(bytes)).toBe(bytes)
  })

  test('leaves strings alone, escaped quotes included', () => {
    const text = '{\n"a\\"":"b\\\\",\n"c":"\\n"}\n'
    expect(Buffer.from(dropNewlines(Buffer.from(text))).toString()).toBe('{"a\\"":"b\\\\","c":"\\n"}')
  })
})
test('drops comments together with line ends, but not what looks like one inside a string', () => {
  const text = '{ // first\n  "a": "http://x/*y*/", /* two\r\n lines */ "b": 1 }//end'
  expect(Buffer.from(dropNewlines(Buffer.from(text))).toString()).toBe('{   "a": "http://x/*y*/",  "b": 1 }')
})
