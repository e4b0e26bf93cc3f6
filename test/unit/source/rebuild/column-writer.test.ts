import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonBytes } from '../../../../src/codec/json-bytes.ts'
import type { JsonObject } from '../../../../src/codec/json-value.ts'
import { halvesOf } from '../../../../src/core/int64-halves.ts'
import { decodeVersionId } from '../../../../src/repository/version-id.ts'
import { columnWriter } from '../../../../src/source/rebuild/column-writer.ts'
import { windowedColumn } from '../../../../src/source/rebuild/value-column.ts'
import { valueText } from '../../../../src/source/rebuild/value-text.ts'

/** What comes before an IPv4 address that is mapped into IPv6. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
const ES_9_5 = decodeVersionId(9_111_000)

/** What is written of a value, undefined when that is left to its text; and the text. */
function bothForms(type: string, mapping: JsonObject, value: bigint | Uint8Array): [string | undefined, string] {
  const leaf = { path: ['f'], name: 'f', type, mapping, nested: undefined, isCopyTarget: false }
  const text = valueText(leaf, ES_9_5)!
  const isNumber = typeof value === 'bigint'
  const starts = Int32Array.of(0, 1)
  const numbers = BigInt64Array.of(isNumber ? value : 0n)
  const column = {
    ...windowedColumn({ kind: 'numbers', window: () => Promise.reject(new Error('not read')) }),
    window: isNumber ? { starts, values: numbers } : { starts, values: [value] },
    numbers: isNumber ? halvesOf(numbers) : undefined,
    text: text.column,
    write: columnWriter(leaf),
    counts: undefined,
  }
  const out = new JsonBytes()
  const isWritten = column.write!(out, column, 0)
  return [isWritten ? Buffer.from(out.take()).toString('utf8') : undefined, text.column(value)![0]!]
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const millis = fc.oneof(fc.integer().map(BigInt), fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }))

test.each([
  ['long', {}, fc.oneof(int64, fc.integer().map(BigInt))],
  ['boolean', {}, fc.constantFrom(0n, 1n)],
  ['date', {}, millis],
  ['date', { format: 'strict_date_optional_time||epoch_millis' }, millis],
  ['keyword', {}, fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text))],
  ['ip', {}, fc.uint8Array({ minLength: 4, maxLength: 4 }).map((end) => Uint8Array.of(...MAPPED, ...end))],
  ['ip', {}, fc.uint8Array({ minLength: 16, maxLength: 16 })],
] as const)('what is written of a %s %j is its text', (type, mapping, values) => {
  fc.assert(
    fc.property(values as fc.Arbitrary<bigint | Uint8Array>, (value) => {
      const [written, text] = bothForms(type, mapping, value)
      expect(written ?? text).toBe(text)
    }),
  )
})

test('common values are written without a text', () => {
  expect(bothForms('long', {}, -5n)[0]).toBe('-5')
  expect(bothForms('date', {}, 1_583_298_367_008n)[0]).toBe('"2020-03-04T05:06:07.008Z"')
  expect(bothForms('ip', {}, Uint8Array.of(...MAPPED, 10, 0, 0, 1))[0]).toBe('"10.0.0.1"')
})
