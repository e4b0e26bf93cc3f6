import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/codec/json-value.ts'
import { dateText } from '../../../../src/source/rebuild/date-text.ts'
import { readKeptParts } from '../../../../src/source/rebuild/ignored-source.ts'
import { putBack, type Member } from '../../../../src/source/rebuild/put-back.ts'
import { ipText } from '../../../../src/source/rebuild/ip-text.ts'
import { leavesOf, type Leaf } from '../../../../src/source/rebuild/leaves.ts'
import { ObjectText } from '../../../../src/source/rebuild/object-text.ts'
import { sourceKeeping } from '../../../../src/source/rebuild/source-kind.ts'
import { taggedText } from '../../../../src/source/rebuild/tagged-text.ts'
import { valueText } from '../../../../src/source/rebuild/value-text.ts'
import { decodeVersionId } from '../../../../src/repository/version-id.ts'

const ES_9_5 = decodeVersionId(9_111_000)
const leaf = (type: string, mapping: JsonObject = {}): Leaf => ({
  path: ['f'],
  name: 'f',
  type,
  mapping,
  nested: undefined,
  isCopyTarget: false,
})
const column = (type: string, value: bigint | Uint8Array, mapping: JsonObject = {}): readonly string[] | undefined =>
  valueText(leaf(type, mapping), ES_9_5)!.column(value)
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const inserted = (source: Uint8Array, members: readonly Member[]): string =>
  text(putBack(source, { members, nested: [] }, 'source').json)

describe('values of columns', () => {
  test.each([
    ['long', 2n ** 63n - 1n, '9223372036854775807'],
    ['unsigned_long', -(2n ** 63n), '0'],
    ['unsigned_long', 2n ** 63n - 1n, '18446744073709551615'],
    ['boolean', 1n, 'true'],
    ['double', 0x3ff0000000000000n, '1.0'],
    ['double', -4607182418800017409n, '-1.0'],
    ['float', 0x3dcccccdn, '0.1'],
    ['half_float', 0x3e00n, '1.5'],
    ['geo_point', 0n, '{"lat":0.0,"lon":0.0}'],
  ] as const)('%s %s is written as %s', (type, value, expected) => {
    expect(column(type, value)).toEqual([expected])
  })

  test('the plain 64 bits of an unsigned long are those of OpenSearch', () => {
    expect(valueText(leaf('unsigned_long'), decodeVersionId(137_297_827))!.column(-1n)).toEqual([
      '18446744073709551615',
    ])
  })

  test('a scaled float is divided by its factor', () => {
    expect(column('scaled_float', 123n, { scaling_factor: 100 })).toEqual(['1.23'])
  })

  test('a number where bytes belong, and the reverse, is no value', () => {
    expect(column('keyword', 1n)).toBeUndefined()
    expect(column('long', Uint8Array.of(1))).toBeUndefined()
  })

  test('bytes that are no UTF-8 are no keyword', () => {
    expect(column('keyword', Uint8Array.of(0xff))).toBeUndefined()
  })

  test('a histogram is its values with their counts; a cut off one is damage', () => {
    const bytes = Buffer.from('033ff8000000000000' + '8001c000000000000000', 'hex')
    expect(column('histogram', bytes)).toEqual(['{"values":[1.5,-2.0],"counts":[3,128]}'])
    expect(column('histogram', new Uint8Array(0))).toEqual(['{"values":[],"counts":[]}'])
    expect(() => column('histogram', bytes.subarray(0, 12))).toThrow(expect.objectContaining({ code: 'BLOB_CORRUPT' }))
  })

  test('types without a known layout are not guessed', () => {
    for (const type of ['geo_shape', 'exponential_histogram', 'anything'])
      expect(valueText(leaf(type), ES_9_5)).toBeUndefined()
  })

  test('a date in a pattern that is not known is not guessed', () => {
    expect(valueText(leaf('date', { format: "YYYY-'W'ww-e" }), ES_9_5)).toBeUndefined()
  })
})

describe('dates', () => {
  const at = 1_583_298_367_008n
  test.each([
    ['strict_date_optional_time||epoch_millis', '2020-03-04T05:06:07.008Z'],
    ['dateOptionalTime', '2020-03-04T05:06:07.008Z'],
    ['epoch_millis', '1583298367008'],
    ['epoch_second', '1583298367.008'],
    ['yyyy-MM-dd HH:mm:ss', '2020-03-04 05:06:07'],
    ["dd/MM/yyyy 'at' HH", '04/03/2020 at 05'],
    ['basic_date', '20200304'],
    ['strict_date', '2020-03-04'],
  ])('in the format %s', (format, expected) => {
    expect(dateText(format)!(at, 0)).toBe(expected)
  })

  test('nanoseconds are printed up to the last that is not 0', () => {
    expect(dateText('strict_date_optional_time')!(at, 9_100)).toBe('2020-03-04T05:06:07.0080091Z')
  })
})

test.each([
  ['00000000000000000000ffff0a000001', '10.0.0.1'],
  ['20010db8000000000000000000000001', '2001:db8::1'],
  ['00000000000000000000000000000000', '::'],
  ['20010000000000010000000000000001', '2001:0:0:1::1'],
  ['00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
])('the address %s is %s', (hex, expected) => {
  expect(ipText(Buffer.from(hex, 'hex'))).toBe(expected)
})

describe('fields of a mapping', () => {
  test('objects, names with dots, nested objects, copy targets and disabled objects are told apart', () => {
    const mapping: JsonObject = {
      properties: {
        a: { type: 'keyword', copy_to: 'all', fields: { raw: { type: 'keyword' } } },
        all: { type: 'text' },
        o: { properties: { x: { type: 'long' } } },
        s: { type: 'object', subobjects: false, properties: { 'p.q': { type: 'long' } } },
        n: { type: 'nested', properties: { y: { type: 'long' } } },
        off: { type: 'object', enabled: false },
        other: { type: 'alias', path: 'a' },
      },
    }
    const found = leavesOf(mapping).map(({ path, type, nested, isCopyTarget }) => [path, type, nested, isCopyTarget])
    expect(found).toEqual([
      [['a'], 'keyword', undefined, false],
      [['all'], 'text', undefined, true],
      [['o', 'x'], 'long', undefined, false],
      [['s', 'p.q'], 'long', undefined, false],
      [['n', 'y'], 'long', 'n', false],
      [['off'], 'disabled object', undefined, false],
    ])
  })

  test.each([
    [{}, {}, 'stored'],
    [{ 'index.mode': 'logsdb' }, {}, 'synthetic'],
    [{ 'index.mode': 'logsdb', 'index.mapping.source.mode': 'STORED' }, {}, 'stored'],
    [{}, { _source: { mode: 'synthetic' } }, 'synthetic'],
    [{}, { _source: { enabled: false } }, 'disabled'],
    [{}, { _source: { excludes: ['x'] } }, 'filtered'],
  ] as const)('settings %j and mapping %j keep sources as %s', (settings, mapping, kind) => {
    const metadata = {
      settings: new Map<string, string>(Object.entries(settings)),
      mappings: [{ type: '_doc', mapping: mapping as JsonObject }],
      createdVersion: ES_9_5,
    }
    expect(sourceKeeping(metadata)).toEqual({ kind, withoutVectors: false })
  })

  test('vectors are left out since 9.2 unless a setting says otherwise', () => {
    const mappings = [{ type: '_doc', mapping: { properties: { v: { type: 'dense_vector' } } } }]
    const keeping = (settings: [string, string][], id: number): boolean =>
      sourceKeeping({ settings: new Map(settings), mappings, createdVersion: decodeVersionId(id) }).withoutVectors
    expect(keeping([], 9_111_000)).toBe(true)
    expect(keeping([], 9_009_000)).toBe(false)
    expect(keeping([['index.mapping.exclude_source_vectors', 'false']], 9_111_000)).toBe(false)
  })
})

describe('what a server keeps beside its columns', () => {
  test('a part of one value, and several parts of one name', () => {
    const old = Buffer.from([3, 0, 2, 0, ...Buffer.from('o.é'), ...Buffer.from('Sx')])
    expect(readKeptParts(old, decodeVersionId(8_536_000))).toEqual([{ path: ['o', 'é'], text: '"x"' }])
    const parts = Buffer.from([2, 1, ...Buffer.from('a'), 0, 1, ...Buffer.from('t'), 0, 5, 0x49, 7, 0, 0, 0])
    expect(readKeptParts(parts, ES_9_5)).toEqual([
      { path: ['a'], text: 'true' },
      { path: ['a'], text: '7' },
    ])
  })

  test.each([
    ['n', 'null'],
    ['f', 'false'],
    ['j{"a": [1]}', '{"a": [1]}'],
    ['v', undefined],
  ])('%s is %s', (bytes, expected) => {
    expect(taggedText(Buffer.from(bytes), 'part')).toBe(expected)
  })

  test('an unknown kind is refused', () => {
    expect(() => taggedText(Buffer.from('?x'), 'part')).toThrow('kept value of kind 63')
  })
})

describe('putting documents together', () => {
  test('members are sorted, objects made from paths, and a later value takes the place of what is there', () => {
    const object = new ObjectText()
    object.set(['b', 'y'], '2')
    object.set(['a'], '[1,2]')
    object.set(['b', 'x'], '1')
    expect(object.toString()).toBe('{"a":[1,2],"b":{"x":1,"y":2}}')
    object.set(['b'], '{"kept":true}')
    expect(object.toString()).toBe('{"a":[1,2],"b":{"kept":true}}')
  })

  test('a document without any value is an empty object', () => {
    expect(new ObjectText().toString()).toBe('{}')
  })

  test('vectors come first, and the text of the rest stays as it was', () => {
    const source = Buffer.from('{"k": 1.50, "big": 12345678901234567890}')
    expect(inserted(source, [{ path: ['v'], text: '[0.5]' }])).toBe(
      '{"v":[0.5],"k": 1.50, "big": 12345678901234567890}',
    )
    expect(inserted(Buffer.from('{ }'), [{ path: ['v'], text: '[1]' }])).toBe('{"v":[1] }')
  })

  test('a vector that is there already is left alone, one inside an object joins the others', () => {
    const source = Buffer.from('{"o":{"a":1},"v":[9]}')
    const members = [
      { path: ['v'], text: '[0.5]' },
      { path: ['o', 'w'], text: '[2]' },
    ]
    expect(inserted(source, members)).toBe('{"o":{"a":1,"w":[2]},"v":[9]}')
  })
})
