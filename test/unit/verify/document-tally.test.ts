import { expect, test } from 'vitest'
import { documentDifferences, DocumentTally } from '../../../src/verify/document-tally.ts'

test('documents that are the same, left out or kept make no difference', () => {
  const tally = new DocumentTally()
  tally.same()
  tally.leftOut()
  tally.kept()
  const comparison = tally.comparison('books', 'full', 2)
  expect(comparison).toMatchObject({ compared: 1, same: 1, leftOut: 1, kept: 1, missing: 0, different: 0, extra: 0 })
  expect(documentDifferences(comparison)).toEqual([])
})

test('missing and different documents are counted, and twenty of each are named', () => {
  const tally = new DocumentTally()
  for (let n = 0; n < 25; n++) tally.missing(`m${n}`)
  tally.different('d')
  const comparison = tally.comparison('books', 'full', 4)
  expect(comparison).toMatchObject({ compared: 26, missing: 25, different: 1, extra: 3 })
  expect(comparison.missingIds).toHaveLength(20)
  expect(documentDifferences(comparison)).toEqual([
    `25 of 26 compared documents missing: ${comparison.missingIds.join(', ')}, …`,
    '1 of 26 compared documents different: d',
  ])
})

test('a sample says nothing of documents that only the target has', () => {
  expect(new DocumentTally().comparison('books', 'sample', 10)).not.toHaveProperty('extra')
})
