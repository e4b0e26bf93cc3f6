import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutSlices, groupChunks } from '../../../src/source/slices.ts'

const indexOf = (sizes: readonly number[]) => {
  const pointers = [40]
  for (const size of sizes) pointers.push(pointers.at(-1)! + size)
  return { docBases: Int32Array.from(pointers.keys()), pointers: Float64Array.from(pointers) }
}

test('slices cover every chunk once, in order, and are not empty', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 2000 }),
      (sizes, maxBytes) => {
        const slices = cutSlices(indexOf(sizes), maxBytes)
        expect(slices[0]!.firstChunk).toBe(0)
        expect(slices.at(-1)!.endChunk).toBe(sizes.length)
        for (const [n, slice] of slices.entries()) {
          expect(slice.endChunk).toBeGreaterThan(slice.firstChunk)
          if (n > 0) expect(slice.firstChunk).toBe(slices[n - 1]!.endChunk)
        }
      },
    ),
  )
})

test('a group passes the byte limit only when it is a single chunk', () => {
  const groups = groupChunks(indexOf([10, 10, 100, 10, 10]), { firstChunk: 0, endChunk: 5 }, 20)
  expect(groups).toEqual([
    { firstChunk: 0, endChunk: 2 },
    { firstChunk: 2, endChunk: 3 },
    { firstChunk: 3, endChunk: 5 },
  ])
})

test('a large segment becomes even slices', () => {
  const slices = cutSlices(indexOf(Array.from({ length: 100 }, () => 10)), 300)
  expect(slices.map((slice) => slice.endChunk - slice.firstChunk)).toEqual([25, 25, 25, 25])
})
