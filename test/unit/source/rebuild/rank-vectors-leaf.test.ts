import { describe, expect, test } from 'vitest'
import { JsonBytes } from '../../../../src/codec/json-bytes.ts'
import type { JsonObject } from '../../../../src/codec/json-value.ts'
import type { Column } from '../../../../src/lucene/doc-values/column.ts'
import type { LeafContext } from '../../../../src/source/rebuild/leaf-reader.ts'
import { openLeaf } from '../../../../src/source/rebuild/open-leaf.ts'

const signal = new AbortController().signal

/** A segment of two documents, of which the first has these bytes in the column `o.v`, and the second nothing. */
function segmentWith(bytes: Uint8Array, docValuesType = 'binary'): LeafContext {
  const column: Column = {
    kind: 'bytes',
    distinct: false,
    fewValues: false,
    window: () => Promise.resolve({ starts: Int32Array.of(0, 1, 1), values: [bytes] }),
  }
  return {
    index: 'vectors',
    segment: { name: '_0', fields: { byName: new Map([['o.v', { name: 'o.v', docValuesType }]]) } },
    columns: { open: () => Promise.resolve(column) },
    created: undefined,
    synthetic: true,
    nested: false,
  } as unknown as LeafContext
}

const leaf = (mapping: JsonObject): Parameters<typeof openLeaf>[0] => ({
  path: ['o', 'v'],
  name: 'o.v',
  type: 'rank_vectors',
  mapping,
  nested: undefined,
  isCopyTarget: false,
})

describe('rank_vectors are lists of vectors one behind the other', () => {
  const floats = new Uint8Array(Float32Array.of(1.5, -0.1, 3, 1e20).buffer)
  test.each([
    ['floats, the default', { dims: 2 }, floats, '[[1.5,-0.1],[3.0,1.0E20]]'],
    ['floats', { dims: 4, element_type: 'float' }, floats, '[[1.5,-0.1,3.0,1.0E20]]'],
    ['bytes', { dims: 3, element_type: 'byte' }, Uint8Array.of(1, 255, 127, 128, 0, 2), '[[1,-1,127],[-128,0,2]]'],
    ['bits', { dims: 16, element_type: 'bit' }, Uint8Array.of(1, 255, 127, 128), '[[1,-1],[127,-128]]'],
    ['no vector at all', { dims: 2 }, new Uint8Array(0), '[]'],
  ])('%s', async (_, mapping, bytes, expected) => {
    const reader = (await openLeaf(leaf(mapping), segmentWith(bytes), signal))!
    await reader.load(10, 12, signal)
    expect(reader.text(10, new Map())).toBe(expected)
    expect(reader.text(11, new Map())).toBeUndefined()
    const out = new JsonBytes()
    expect([reader.write(out, 10, new Map()), reader.write(out, 11, new Map())]).toEqual([true, false])
    expect(Buffer.from(out.take()).toString()).toBe(expected)
    expect([...reader.losses]).toEqual([])
  })
})

test('bytes that are no whole vectors are damage; kinds that are not known, and no column, a problem', async () => {
  const cut = (await openLeaf(leaf({ dims: 2 }), segmentWith(new Uint8Array(12)), signal))!
  await cut.load(0, 2, signal)
  expect(() => cut.text(0, new Map())).toThrow("mapped as 'rank_vectors' but 12 bytes for vectors of 8 cannot be such")
  const problemOf = async (mapping: JsonObject, docValuesType?: string): Promise<string | undefined> =>
    (await openLeaf(leaf(mapping), segmentWith(new Uint8Array(8), docValuesType), signal))!.problem
  expect(await problemOf({ dims: 4, element_type: 'bfloat16' })).toBe('4 dimensions of element type "bfloat16"')
  expect(await problemOf({})).toBe('null dimensions of element type "float"')
  expect(await problemOf({ dims: 2 }, 'numeric')).toBe('its vectors are in no column')
})
