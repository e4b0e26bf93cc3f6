import { describe, expect, test } from 'vitest'
import type { FieldInfo, FieldInfos } from '../../../src/lucene/field-infos.ts'
import type { StoredChunk } from '../../../src/lucene/stored-chunk.ts'
import { documentSpans, scanDocument, wantedFields } from '../../../src/lucene/stored-document.ts'
import type { NumberForm } from '../../../src/lucene/stored-fields-opening.ts'
import { readStoredValues } from '../../../src/lucene/stored-values.ts'
import { LuceneBytes } from './lucene-bytes.ts'

const corrupt = expect.objectContaining({ code: 'BLOB_CORRUPT' }) as Error

function fieldsOf(...names: string[]): FieldInfos {
  const infos = names.map((name, number): FieldInfo => ({
    name,
    number,
    docValuesType: 'none',
    docValuesGen: -1,
    isSoftDeletes: false,
    indexOptions: 0,
    hasTermVectors: false,
    hasSkipIndex: false,
    vectorDimension: 0,
    attributes: new Map(),
  }))
  return {
    byNumber: new Map(infos.map((field) => [field.number, field])),
    byName: new Map(infos.map((field) => [field.name, field])),
    maxNumber: infos.length - 1,
  }
}

function chunkOf(fieldCount: number, bytes: LuceneBytes): StoredChunk {
  const content = bytes.bytes()
  return {
    docBase: 0,
    docCount: 1,
    bytes: content,
    starts: Int32Array.of(0, content.length),
    fieldCounts: Int32Array.of(fieldCount),
  }
}

const fields = fieldsOf('a', '_id', 'b')

/** Reads one number of the given kind and checks that the scanner finds the same length. */
function number(type: number, form: NumberForm, bytes: readonly number[]): unknown {
  const chunk = chunkOf(2, new LuceneBytes().u8(type, ...bytes).u8((1 << 3) | 1, 1, 7))
  const spans = documentSpans(1)
  scanDocument(chunk, 0, wantedFields(fields, ['_id'], form, 'test'), spans)
  expect([spans.counts[0], spans.starts[0]]).toEqual([1, chunk.bytes.length - 1])
  return readStoredValues(chunk, 0, fields, form, 'test')[0]!.value
}

describe('stored numbers', () => {
  test('of Lucene 4 have fixed widths', () => {
    expect(number(2, 'fixed', [0xff, 0xff, 0xff, 0xfe])).toBe(-2)
    expect(number(3, 'fixed', [0x3f, 0xc0, 0, 0])).toBe(1.5)
    expect(number(4, 'fixed', [0x80, 0, 0, 0, 0, 0, 0, 0])).toBe(-(2n ** 63n))
    expect(number(5, 'fixed', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0])).toBe(1.5)
  })

  test('that are integers are zig-zag', () => {
    expect(number(2, 'big', [3])).toBe(-2)
    expect(number(2, 'little', [0xfe, 0xff, 0xff, 0xff, 0x0f])).toBe(2147483647)
    expect(number(2, 'little', [0xff, 0xff, 0xff, 0xff, 0x0f])).toBe(-2147483648)
  })

  test('that are long are multiples of units of time', () => {
    expect(number(4, 'big', [0x02])).toBe(1n)
    expect(number(4, 'big', [0x43])).toBe(-2000n)
    expect(number(4, 'big', [0x84])).toBe(7_200_000n)
    expect(number(4, 'little', [0xe0, 0x01])).toBe(16n * 86_400_000n)
    const largest = [0x3e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07]
    expect(number(4, 'little', largest)).toBe(2n ** 63n - 1n)
    expect(number(4, 'little', [0x3f, ...largest.slice(1)])).toBe(-(2n ** 63n))
  })

  test('that are floats take one, four or five bytes', () => {
    expect(number(3, 'big', [0x80])).toBe(-1)
    expect(number(3, 'big', [0xfe])).toBe(125)
    expect(number(3, 'big', [0x3f, 0xc0, 0, 0])).toBe(1.5)
    expect(number(3, 'little', [0x3f, 0x00, 0xc0, 0])).toBe(1.5)
    expect(number(3, 'big', [0xff, 0xbf, 0xc0, 0, 0])).toBe(-1.5)
    expect(number(3, 'little', [0xff, 0, 0, 0xc0, 0xbf])).toBe(-1.5)
  })

  test('that are doubles take one, five, eight or nine bytes', () => {
    expect(number(5, 'big', [0x81])).toBe(0)
    expect(number(5, 'big', [0xfe, 0x3f, 0xc0, 0, 0])).toBe(1.5)
    expect(number(5, 'big', [0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a])).toBe(1.1)
    expect(number(5, 'little', [0x3f, 0x99, 0x99, 0x99, 0xf1, 0x99, 0x99, 0x9a])).toBe(1.1)
    expect(number(5, 'big', [0xff, 0xbf, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a])).toBe(-1.1)
    expect(number(5, 'little', [0xff, 0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xf1, 0xbf])).toBe(-1.1)
  })
})

describe('a stored document', () => {
  test('gives the first value of a field and how often the field occurs', () => {
    const chunk = chunkOf(
      3,
      new LuceneBytes()
        .u8(0)
        .string('x')
        .u8((1 << 3) | 1, 2, 8, 9)
        .u8(0)
        .string('yy'),
    )
    const spans = documentSpans(3)
    scanDocument(chunk, 0, wantedFields(fields, ['_id', 'a', 'none'], 'big', 'test'), spans)
    expect([...spans.counts]).toEqual([1, 2, 0])
    expect([spans.starts[0], spans.ends[0], spans.types[0]]).toEqual([5, 7, 1])
    expect([spans.starts[1], spans.ends[1], spans.types[1]]).toEqual([2, 3, 0])
  })

  test('is corrupt for both readers when its fields do not fit it', () => {
    const cases: [number, LuceneBytes][] = [
      [1, new LuceneBytes().u8(0).string('x').u8(0)],
      [2, new LuceneBytes().u8(0).string('x')],
      [1, new LuceneBytes().u8(3 << 3).string('x')],
      [1, new LuceneBytes().u8(6, 1)],
      [1, new LuceneBytes().u8(7, 1)],
      [1, new LuceneBytes().u8(1, 5, 1)],
      [1, new LuceneBytes().u8(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 1)],
      [1, new LuceneBytes().u8(1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
      [1, new LuceneBytes().u8(0xff, 0xff, 0xff, 0xff, 0xff, 0x0f)],
      [1, new LuceneBytes().u8(5, 0xff, 1)],
      [1, new LuceneBytes().u8(4, 0x20, 0xff, 0xff)],
    ]
    const spans = documentSpans(1)
    const wanted = wantedFields(fields, ['_id'], 'big', 'test')
    for (const [index, [count, bytes]] of cases.entries()) {
      const chunk = chunkOf(count, bytes)
      expect(() => scanDocument(chunk, 0, wanted, spans), `case ${index}`).toThrow(corrupt)
      expect(() => readStoredValues(chunk, 0, fields, 'big', 'test'), `case ${index}`).toThrow(corrupt)
    }
  })
})
