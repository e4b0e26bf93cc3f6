import { expect, test } from 'vitest'
import { isFailure } from '../../../../src/core/failure.ts'
import { writingText, type LeafReader } from '../../../../src/source/rebuild/leaf-reader.ts'
import { insertNested } from '../../../../src/source/rebuild/nested-block.ts'
import { nestedObjectsOf } from '../../../../src/source/rebuild/nested-objects.ts'
import { ObjectText } from '../../../../src/source/rebuild/object-text.ts'
import { scopeTree } from '../../../../src/source/rebuild/scope.ts'

const MAPPING = {
  properties: {
    a: {
      type: 'nested',
      properties: { x: { type: 'long' }, b: { type: 'nested', properties: { y: { type: 'long' } } } },
    },
    c: { type: 'nested', properties: { z: { type: 'long' } } },
  },
}

/** A field with values by document. */
function reader(path: readonly string[], nested: string, values: Readonly<Record<number, string>>): LeafReader {
  const leaf = { path, name: path.join('.'), type: 'long', mapping: {}, nested, isCopyTarget: false }
  const text = (doc: number): string | undefined => values[doc]
  const load = (): Promise<number> => Promise.resolve(0)
  return { leaf, problem: undefined, losses: new Set(), load, text, write: writingText(text) }
}

function assemble(
  values: { x?: Record<number, string>; y?: Record<number, string>; z?: Record<number, string> },
  root: number,
  isReversed = false,
): { text: string; untold: number } {
  const readers = [
    reader(['a', 'x'], 'a', values.x ?? {}),
    reader(['a', 'b', 'y'], 'a.b', values.y ?? {}),
    reader(['c', 'z'], 'c', values.z ?? {}),
  ]
  const object = new ObjectText()
  const at = () => ({ stored: new Map<string, never>(), kept: [] })
  const untold = insertNested(scopeTree(readers, nestedObjectsOf(MAPPING)), object, { first: 0, root, isReversed, at })
  return { text: object.toString(), untold }
}

test('inner objects go into the next object around them, in their order', () => {
  const { text } = assemble({ y: { 0: '1', 1: '2', 3: '3' }, x: { 2: '10', 4: '20' }, z: { 5: '7' } }, 6)
  expect(text).toBe('{"a":[{"b":[{"y":1},{"y":2}],"x":10},{"b":{"y":3},"x":20}],"c":{"z":7}}')
})

test('blocks from before 6.5 hold the objects in reverse', () => {
  expect(assemble({ z: { 0: '1', 1: '2' } }, 2, true).text).toBe('{"c":[{"z":2},{"z":1}]}')
})

test('an object without a value to tell by is counted, not guessed', () => {
  expect(assemble({ z: { 0: '1' } }, 2)).toEqual({ text: '{"c":{"z":1}}', untold: 1 })
})

test('an inner object without one around it is damage', () => {
  expect(() => assemble({ y: { 0: '1' } }, 1)).toThrow(expect.objectContaining({ code: 'BLOB_CORRUPT' }))
  try {
    assemble({ y: { 0: '1' } }, 1)
  } catch (error) {
    expect(isFailure(error, 'BLOB_CORRUPT') && error.message).toContain("'a.b'")
  }
})
