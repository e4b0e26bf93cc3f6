import { expect, test } from 'vitest'
import { counted } from '../../../src/core/units.ts'

test('a count has its noun in the number that fits', () => {
  expect(counted(0, 'document')).toBe('0 documents')
  expect(counted(1, 'document')).toBe('1 document')
  expect(counted(2500, 'document')).toBe('2,500 documents')
  expect(counted(1, 'index', 'indices')).toBe('1 index')
  expect(counted(2, 'index', 'indices')).toBe('2 indices')
})
