import { expect, test } from 'vitest'
import { withRetriedRejects } from '../../../src/engine/run/retried-rejects.ts'
import type { StepOutput } from '../../../src/steps/step.ts'

const COUNTS = { read: 100, acknowledged: 90, rejected: 8, skipped: 0, sourceless: 2, bytes: 1000 }
const LOADED: StepOutput = {
  result: 'rejects',
  summary: '',
  data: { indices: { a: COUNTS, b: { ...COUNTS, sourceless: 0, read: 98 } } },
}
const RETRIED = {
  step: 'm1g1/restore-documents',
  acknowledged: 13,
  rejected: 5,
  indices: { a: { bytes: 50, skipped: 1, rejected: 3, sourceless: 2 } },
}

test('after rejects were sent again every document is still accounted for', () => {
  const output = withRetriedRejects(LOADED, RETRIED)
  expect(output).toMatchObject({
    result: 'rejects',
    data: {
      indices: {
        a: { read: 100, acknowledged: 94, skipped: 1, rejected: 3, sourceless: 2, bytes: 1050 },
        b: { read: 98, acknowledged: 98, skipped: 0, rejected: 0, sourceless: 0 },
      },
    },
  })
  expect(output.summary).toBe(
    '192 documents (2.0 KiB) acknowledged, 1 left as the target had them, 3 rejected, 2 without a stored source',
  )
})

test('what rebuilt sources are worth stays as it was', () => {
  const rebuilt = { a: { rebuilt: 90, recovered: 0, fields: [] } }
  const data = { ...(LOADED.data as object), rebuilt }
  expect(withRetriedRejects({ ...LOADED, data }, RETRIED).data).toMatchObject({ rebuilt })
})

test('a step without rejects left has succeeded', () => {
  expect(withRetriedRejects(LOADED, { ...RETRIED, indices: {} }).result).toBe('done')
})
