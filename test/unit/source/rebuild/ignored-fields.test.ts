import { expect, test } from 'vitest'
import type { BytesColumn } from '../../../../src/lucene/doc-values/column.ts'
import { IgnoredFields, isIgnored } from '../../../../src/source/rebuild/ignored-fields.ts'
import type { Leaf } from '../../../../src/source/rebuild/leaves.ts'
import type { SegmentSource } from '../../../../src/source/segment-source.ts'

const signal = new AbortController().signal
const leaf = (name: string, mapping: Leaf['mapping'] = {}): Leaf => ({
  path: name.split('.'),
  name,
  type: 'keyword',
  mapping,
  nested: undefined,
  isCopyTarget: false,
})

/** A segment whose column `_ignored` has these names by document; without a column when left out. */
function segmentWith(names?: readonly (readonly string[])[]): SegmentSource {
  const column: BytesColumn = {
    kind: 'bytes',
    distinct: true,
    fewValues: false,
    window: (from, to) => {
      const own = names!.slice(from, to)
      const starts = Int32Array.from({ length: own.length + 1 }, (_, at) => own.slice(0, at).flat().length)
      return Promise.resolve({ starts, values: own.flat().map((name) => Buffer.from(name)) })
    },
  }
  const fields = names === undefined ? [] : [['_ignored', { docValuesType: 'sorted_set' }] as const]
  return {
    segment: { fields: { byName: new Map(fields) } },
    columns: { open: () => Promise.resolve(column) },
  } as unknown as SegmentSource
}

test('names come from the column of the window that is loaded, and from stored values', async () => {
  const fields = await IgnoredFields.open(segmentWith([['n'], [], ['k', 'o.x']]), signal)
  await fields.load(1, 3, signal)
  expect(fields.names(1, new Map())).toEqual([])
  expect(fields.names(2, new Map([['_ignored', ['stored']]]))).toEqual(['stored', 'k', 'o.x'])
})

test('a segment without the column has the stored names alone', async () => {
  const fields = await IgnoredFields.open(segmentWith(), signal)
  await fields.load(0, 1, signal)
  expect(fields.names(0, new Map([['_ignored', ['a', Buffer.from('b')]]]))).toEqual(['a', 'b'])
})

test('a name means its field, and one of a multi-field the text that is taken from it unless that is stored', () => {
  expect(isIgnored(leaf('k'), ['k'])).toBe(true)
  expect(isIgnored(leaf('t'), ['t.raw'])).toBe(true)
  expect(isIgnored(leaf('t', { store: true }), ['t.raw'])).toBe(false)
  expect(isIgnored(leaf('k'), ['kk', 'o.k'])).toBe(false)
})
