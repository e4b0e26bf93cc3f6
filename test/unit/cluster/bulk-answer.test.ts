import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBulkAnswer } from '../../../src/cluster/bulk-answer.ts'

function read(text: string) {
  return readBulkAnswer(Buffer.from(text), 'index')
}

describe('a bulk answer', () => {
  test('that is clean is counted', () => {
    const text = '{"took":3,"errors":false,"items":[{"index":{"status":201}},{"index":{"status":200}}]}'
    expect(read(text)).toEqual({ items: 2, created: 1, updated: 1, problems: [] })
  })

  test('counts the same with other white space, order and more fields', () => {
    const items = [201, 200, 201].map((status) => ({ index: { _id: 'x', _shards: { total: 1 }, status } }))
    const text = JSON.stringify({ items, errors: false, took: 1 }, null, 2)
    expect(read(text)).toEqual({ items: 3, created: 2, updated: 1, problems: [] })
  })

  test('names the position of each problem', () => {
    const error = { type: 'mapper_parsing_exception', reason: 'failed to parse', caused_by: { type: 'x', reason: 'y' } }
    const items = [{ index: { status: 201 } }, { index: { status: 400, error } }, { index: { status: 200 } }]
    expect(read(JSON.stringify({ took: 1, errors: true, items }))).toEqual({
      items: 3,
      created: 1,
      updated: 1,
      problems: [
        { position: 1, status: 400, error: { type: 'mapper_parsing_exception', reason: 'failed to parse (x: y)' } },
      ],
    })
  })

  test('reads the text errors of Elasticsearch 1.x', () => {
    const items = [{ index: { status: 400, error: 'MapperParsingException[failed to parse [n]]' } }]
    expect(read(JSON.stringify({ took: 1, errors: true, items }))?.problems[0]?.error).toEqual({
      type: 'mapper_parsing_exception',
      reason: 'failed to parse [n]',
    })
  })

  test('that is cut short anywhere is no answer', () => {
    const whole = '{"took":3,"errors":false,"items":[{"index":{"status":201}},{"index":{"status":200}}]}'
    for (let end = 0; end < whole.length; end++) expect(read(whole.slice(0, end))).toBeUndefined()
  })

  test('never gives more items than a full parse would', () => {
    const statuses = fc.array(fc.constantFrom(200, 201), { maxLength: 50 })
    fc.assert(
      fc.property(statuses, (codes) => {
        const items = codes.map((status) => ({ index: { status } }))
        const answer = read(JSON.stringify({ took: 12, errors: false, items }))
        expect(answer).toMatchObject({ items: codes.length, created: codes.filter((code) => code === 201).length })
      }),
    )
  })
})
