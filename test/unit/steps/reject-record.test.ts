import { describe, expect, test } from 'vitest'
import { parseRejectLine, rejectLine, type RejectRecord } from '../../../src/steps/reject-record.ts'

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

test.each([
  ['JSON, digit for digit', '{"n":12345678901234567890.10,"_source":{"a":"\\"_source\\":"}}'],
  ['text that is no JSON', '{"a":"x\ny"}'],
  ['the empty text', ''],
])('a reject is read back with its source: %s', (_, source) => {
  const record: RejectRecord = { ...RECORD, id: '"_source":{', doc: 3, routing: 'r', source: Buffer.from(source) }
  expect(parseRejectLine(rejectLine(record).slice(0, -1))).toEqual(record)
})

test('a reject is read back with bytes that are no text, or without a source', () => {
  const binary: RejectRecord = { ...RECORD, source: Buffer.from([0xff, 0xfe, 0x00]) }
  expect(parseRejectLine(rejectLine(binary).slice(0, -1))).toEqual(binary)
  expect(parseRejectLine(rejectLine(RECORD).slice(0, -1))).toEqual(RECORD)
})
