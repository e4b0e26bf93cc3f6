import { describe, expect, test } from 'vitest'
import { rejectLine } from '../../../src/steps/reject-record.ts'

const RECORD = { item: 'logs/0/_0/0', index: 'logs', id: 'a"b', class: 'mapping', errorType: 'x', reason: 'line\nend' }

describe('rejectLine', () => {
  test('embeds a JSON source as it is, long numbers included', () => {
    const line = rejectLine({ ...RECORD, source: Buffer.from('{"n":12345678901234567890.10}') })
    expect(line.endsWith(',"_source":{"n":12345678901234567890.10}}\n')).toBe(true)
    expect(JSON.parse(line)).toMatchObject(RECORD)
  })

  test('is always one line, with a source that is not JSON as text', () => {
    const line = rejectLine({ ...RECORD, source: Buffer.from('{"a":"x\ny"}') })
    expect(line.slice(0, -1)).not.toContain('\n')
    expect(JSON.parse(line)).toEqual({ ...RECORD, _source_text: '{"a":"x\ny"}' })
  })

  test('gives a source that is no text in base64', () => {
    const line = rejectLine({ ...RECORD, source: Uint8Array.of(0xff, 0xfe, 0x00) })
    expect(JSON.parse(line)).toEqual({ ...RECORD, _source_base64: '//4A' })
  })

  test('has no member for the source of a document without one', () => {
    expect(JSON.parse(rejectLine(RECORD))).toEqual(RECORD)
  })
})
