import { expect, test } from 'vitest'
import { counted, formatCount, formatWholeSeconds } from '../../../src/core/units.ts'

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

test('what took less than a second, as far as whole seconds tell, did not take no time', () => {
  expect([0, 1, 75].map(formatWholeSeconds)).toEqual(['<1s', '1s', '1m 15s'])
})
