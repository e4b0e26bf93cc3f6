import { expect, test } from 'vitest'
import { counted, formatCount } from '../../../src/core/units.ts'

test('a count has its noun in the number that fits', () => {
  expect(counted(0, 'document')).toBe('0 documents')
  expect(counted(1, 'document')).toBe('1 document')
  expect(counted(2500, 'document')).toBe('2,500 documents')
  expect(counted(1, 'index', 'indices')).toBe('1 index')
  expect(counted(2, 'index', 'indices')).toBe('2 indices')
})

test('a count has a comma between every three digits', () => {
  const counts = [0, 7, 999, 1000, 12_345, 999_999, 1_000_000, 2 ** 40, Number.MAX_SAFE_INTEGER, -1234]
  expect(counts.map(formatCount)).toEqual(counts.map((count) => count.toLocaleString('en-US')))
})
