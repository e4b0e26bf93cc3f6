import { Encoder } from 'cbor-x'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { cborToJson } from '../../../src/codec/cbor.ts'
import { parseJsonExact, stringifyJson } from '../../../src/codec/json-exact.ts'
import { sourceForm, sourceToJsonLine } from '../../../src/codec/source-form.ts'
import { yamlToJson } from '../../../src/codec/yaml-source.ts'
import { applyDamage, damage, orCorrupt } from './damage.ts'
import { SmileEncoder } from './smile-encoder.ts'

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const normal = (json: string): string => stringifyJson(parseJsonExact(json, 'f'))

/** Without the smallest doubles, which Java spells with one more digit than JavaScript. */
const double = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (Math.abs(value) < 1e-300 ? 0.5 : value))
const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    double,
    fc.string(),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.array(tie('document'), { maxLength: 6 }),
    fc.dictionary(fc.string(), tie('document'), { maxKeys: 6 }),
  ),
}))

describe('CBOR', () => {
  const encoder = new Encoder({ useRecords: false, mapsAsObjects: true, variableMapSize: true, tagUint8Array: false })
  const hex = (text: string): string => utf8(cborToJson(Buffer.from(text, 'hex'), 'f'))

  test('gives back what an independent encoder wrote', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(normal(utf8(cborToJson(encoder.encode(value), 'f')))).toBe(normal(JSON.stringify(value)))
      }),
      { numRuns: 500 },
    )
  })

  test('reads the examples of RFC 8949', () => {
    const examples = {
      '1b000000e8d4a51000': '1000000000000',
      '1bffffffffffffffff': '18446744073709551615',
      c249010000000000000000: '18446744073709551616',
      '3bffffffffffffffff': '-18446744073709551616',
      c349010000000000000000: '-18446744073709551617',
      f90000: '0.0',
      f98000: '-0.0',
      f93c00: '1.0',
      f97bff: '65504.0',
      f90001: '5.9604645E-8',
      f90400: '6.1035156E-5',
      fa47c35000: '100000.0',
      fb3ff199999999999a: '1.1',
      f97c00: '"Infinity"',
      f7: 'null',
      c48221196ab3: '273.15',
      c074323031332d30332d32315432303a30343a30305a: '"2013-03-21T20:04:00Z"',
      '4401020304': '"AQIDBA=="',
      '5f42010243030405ff': '"AQIDBAU="',
      '7f657374726561646d696e67ff': '"streaming"',
      '64f0908591': '"\u{10151}"',
      '9f018202039f0405ffff': '[1,[2,3],[4,5]]',
      bf61610161629f0203ffff: '{"a":1,"b":[2,3]}',
      a201020304: '{"1":2,"3":4}',
      d9d9f7a0: '{}',
    }
    for (const [bytes, json] of Object.entries(examples)) expect(hex(bytes), bytes).toBe(json)
  })

  test('refuses what is no document', () => {
    const wrong = [
      '',
      'ff',
      '1c',
      '61',
      '62c328',
      '9f',
      'bf6161ff',
      'bf61',
      'a16161',
      'a1f600',
      '5f6161ff',
      '0000',
      'f8',
      'f0',
      'df00',
    ]
    for (const bytes of [...wrong, '9affffffff', 'bbffffffffffffffff', 'c4820000ff']) {
      expect(
        orCorrupt(() => hex(bytes)),
        bytes,
      ).toBe('BLOB_CORRUPT')
    }
  })

  test('reads 2,000 levels and refuses more, as arrays and as tags', () => {
    expect(hex('81'.repeat(1999) + '80')).toBe('['.repeat(2000) + ']'.repeat(2000))
    expect(orCorrupt(() => hex('81'.repeat(100_000) + '80'))).toBe('BLOB_CORRUPT')
    expect(hex('c6'.repeat(100_000) + '80')).toBe('[]')
  })

  test('damaged documents give JSON or BLOB_CORRUPT', () => {
    fc.assert(
      fc.property(document, damage, (value, change) => {
        const result = orCorrupt(() => utf8(cborToJson(applyDamage(encoder.encode(value), change), 'f')))
        if (result !== 'BLOB_CORRUPT') JSON.parse(result)
      }),
      { numRuns: 1500 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const result = orCorrupt(() => utf8(cborToJson(bytes, 'f')))
        if (result !== 'BLOB_CORRUPT') JSON.parse(result)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('YAML', () => {
  const yaml = (text: string): string => utf8(yamlToJson(Buffer.from(text), 'f'))

  test('gives back what an encoder wrote', () => {
    fc.assert(
      fc.property(document, (value) => {
        expect(normal(yaml(`---\n${stringify(value)}`))).toBe(normal(JSON.stringify(value)))
      }),
    )
  })

  test('keeps the kind, the digits and the order of numbers, names and values', () => {
    expect(yaml('---\nb: 12345678901234567890\na: 1.0\nc: 0.12345678901234567890\n1: x\nd: .nan\n')).toBe(
      '{"b":12345678901234567890,"a":1.0,"c":0.12345678901234567890,"1":"x","d":"NaN"}',
    )
    expect(yaml('---\n- yes\n- 2020-01-01\n- ~\n- |\n  two\n  lines\n')).toBe(
      '["yes","2020-01-01",null,"two\\nlines\\n"]',
    )
  })

  test('resolves aliases but refuses documents that grow without bound', () => {
    expect(yaml('---\na: &x [1, 2]\nb: *x\n')).toBe('{"a":[1,2],"b":[1,2]}')
    const levels = Array.from({ length: 9 }, (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level},`.repeat(9)}]`)
    expect(orCorrupt(() => yaml(`---\nl0: &l0 [x]\n${levels.join('\n')}\n`))).toBe('BLOB_CORRUPT')
  })

  test('refuses broken and very deep documents', () => {
    for (const text of ['---\na: [1', '---\n"a', '---\na: *x\n', '---\na: 1\n---\nb: 2\n', '---\n? {a: b}\n: c\n']) {
      expect(
        orCorrupt(() => yaml(text)),
        text,
      ).toBe('BLOB_CORRUPT')
    }
    expect(orCorrupt(() => yaml(`---\n${'['.repeat(20_000)}`))).toBe('BLOB_CORRUPT')
    expect(orCorrupt(() => yamlToJson(Uint8Array.of(0x2d, 0x2d, 0x2d, 0x0a, 0xff), 'f'))).toBe('BLOB_CORRUPT')
  })

  test('damaged documents give JSON or BLOB_CORRUPT', () => {
    fc.assert(
      fc.property(document, damage, (value, change) => {
        const result = orCorrupt(() => utf8(yamlToJson(applyDamage(Buffer.from(stringify(value)), change), 'f')))
        if (result !== 'BLOB_CORRUPT') JSON.parse(result)
      }),
      { numRuns: 300 },
    )
  })
})

describe('the form of a source', () => {
  const value = { a: 1, text: 'ключ' }
  const json = Buffer.from(JSON.stringify(value))
  const smile = new SmileEncoder({ sharedNames: true, sharedValues: true, rawBinary: false }).encode(
    new Map<string, number | string>([
      ['a', 1],
      ['text', 'ключ'],
    ]),
  )
  const stored = (bytes: Uint8Array): Uint8Array =>
    Buffer.concat([Uint8Array.of(0x5a, 0x56, 0, bytes.length >> 8, bytes.length & 255), bytes])
  const forms = {
    json,
    smile,
    cbor: new Encoder({ useRecords: false }).encode(value),
    yaml: Buffer.from('---\na: 1\ntext: ключ\n'),
    lzf: stored(smile),
  }

  test.each(Object.entries(forms))('%s is recognised and becomes the same line of JSON', (form, bytes) => {
    expect(sourceForm(bytes)).toBe(form)
    expect(utf8(sourceToJsonLine(bytes, 'f'))).toBe(utf8(json))
    if (form !== 'lzf') expect(utf8(sourceToJsonLine(stored(bytes), 'f'))).toBe(utf8(json))
  })

  test('JSON on one line is passed through as the same bytes, blanks before and within it included', () => {
    const bytes = Buffer.from('  \t{ "a" : 1.50 }  ')
    expect(sourceForm(bytes)).toBe('json')
    expect(sourceToJsonLine(bytes, 'f')).toBe(bytes)
    expect(utf8(sourceToJsonLine(Buffer.from('\n {\r\n  "a": "x y"\n}\n'), 'f'))).toBe(' {  "a": "x y"}')
  })

  test('CBOR with its self-describing tag and of indefinite length is recognised; nothing at all counts as JSON', () => {
    expect(sourceForm(Uint8Array.of(0xd9, 0xd9, 0xf7, 0xa0))).toBe('cbor')
    expect(sourceForm(Uint8Array.of(0xbf, 0xff))).toBe('cbor')
    expect(sourceForm(new Uint8Array(0))).toBe('json')
  })

  test('LZF inside LZF is refused', () => {
    expect(orCorrupt(() => sourceToJsonLine(stored(stored(json)), 'f'))).toBe('BLOB_CORRUPT')
  })
})
