import { expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/codec/json-value.ts'
import type { BytesColumn } from '../../../../src/lucene/doc-values/column.ts'
import { decodeVersionId } from '../../../../src/repository/version-id.ts'
import type { LeafContext } from '../../../../src/source/rebuild/leaf-reader.ts'
import { openVectorLeaf } from '../../../../src/source/rebuild/vector-leaf.ts'

const signal = new AbortController().signal
/** What follows the components in a column. */
const MAGNITUDE = [0, 0, 128, 63]

async function opened(mapping: JsonObject, bytes: readonly number[]): ReturnType<typeof openVectorLeaf> {
  const column: BytesColumn = {
    kind: 'bytes',
    distinct: false,
    fewValues: false,
    window: () => Promise.resolve({ starts: Int32Array.of(0, 1), values: [Uint8Array.from(bytes)] }),
  }
  const context = {
    index: 'vectors',
    segment: {
      name: '_0',
      fields: { byName: new Map([['v', { name: 'v', docValuesType: 'binary', vectorDimension: 0 }]]) },
    },
    columns: { open: () => Promise.resolve(column) },
    created: decodeVersionId(9_111_000),
    synthetic: true,
    nested: false,
  } as unknown as LeafContext
  const leaf = { path: ['v'], name: 'v', type: 'dense_vector', mapping, nested: undefined, isCopyTarget: false }
  const reader = await openVectorLeaf(leaf, context, signal)
  await reader.load(0, 1, signal)
  return reader
}

test.each([
  [undefined, [0, 0, 192, 63, 205, 204, 204, 189], '[1.5,-0.1]'],
  ['float', [0, 0, 192, 63], '[1.5]'],
  ['bfloat16', [192, 63, 205, 189], '[1.5,-0.100097656]'],
  ['byte', [1, 255, 128], '[1,-1,-128]'],
  ['bit', [127, 255], '[127,-1]'],
])('components of type %s are read from a column', async (type, bytes, expected) => {
  const mapping = type === undefined ? {} : { element_type: type }
  const reader = await opened(mapping, [...bytes, ...MAGNITUDE])
  expect(reader.text(0, new Map())).toBe(expected)
  expect([...reader.losses]).toEqual(type === 'bfloat16' ? ['components rounded to 16 bits'] : [])
})

test('components of a type that is not known are not taken for bytes', async () => {
  const reader = await opened({ element_type: 'float16' }, [192, 63, ...MAGNITUDE])
  expect(reader.problem).toBe('its vectors have components of a kind that is not known')
  expect(reader.text(0, new Map())).toBeUndefined()
})
