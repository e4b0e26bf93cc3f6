import { describe, expect, test } from 'vitest'
import { renderTable } from '../../../src/report/table.ts'

const COLUMNS = [{ title: 'INDEX' }, { title: 'SHARDS', align: 'right' as const }, { title: 'REMARK' }]
const ROWS = [
  ['logs', '1', 'a remark that is longer than the others are'],
  ['数据', '12', ''],
]

describe('a table', () => {
  test('is as wide as it needs to be where nothing limits it', () => {
    expect(renderTable(COLUMNS, ROWS)).toBe(`INDEX  SHARDS  REMARK
logs        1  a remark that is longer than the others are
数据       12
`)
  })

  test('breaks the sentences of its last column', () => {
    expect(renderTable(COLUMNS, ROWS, 42)).toBe(`INDEX  SHARDS  REMARK
logs        1  a remark that is longer
               than the others are
数据       12
`)
  })

  test('becomes a list of entries where it cannot be a table', () => {
    expect(renderTable(COLUMNS, ROWS, 32)).toBe(`logs
  SHARDS  1
  REMARK  a remark that is
          longer than the others
          are
数据
  SHARDS  12
`)
  })
})
