import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { RejectedDocuments } from '../../../src/steps/rejected-documents.ts'
import type { RejectRecord } from '../../../src/steps/reject-record.ts'

const RECORD: RejectRecord = { item: 'i', index: 'a', id: '1', class: 'mapping', errorType: 'x', reason: 'y' }

function read(...records: readonly RejectRecord[]): Promise<RejectedDocuments> {
  return RejectedDocuments.read(Readable.from(records))
}

test('a rejected document is known by index, id and routing', async () => {
  const rejected = await read(RECORD, { ...RECORD, id: '2', routing: 'r' })
  expect(rejected.has({ index: 'a', id: '1', type: 'doc' })).toBe(true)
  expect(rejected.has({ index: 'a', id: '2', routing: 'r' })).toBe(true)
  expect(rejected.has({ index: 'a', id: '2' })).toBe(false)
  expect(rejected.has({ index: 'b', id: '1' })).toBe(false)
})

test('of two types with the same id only the one that was left out is', async () => {
  const rejected = await read({ ...RECORD, class: 'duplicate-id', type: 'post' })
  expect(rejected.has({ index: 'a', id: '1', type: 'post' })).toBe(true)
  expect(rejected.has({ index: 'a', id: '1', type: 'user' })).toBe(false)
})
