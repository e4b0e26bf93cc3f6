import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonBytes } from '../../../src/codec/json-bytes.ts'

const written = (write: (out: JsonBytes) => unknown): string => {
  const out = new JsonBytes()
  write(out)
  return Buffer.from(out.take()).toString('utf8')
}

test('strings are written as JSON.stringify writes them', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary-ascii' }),
    fc.string({ size: 'large' }),
  )
  fc.assert(
    fc.property(text, (value) => {
      expect(written((out) => out.string(Buffer.from(value)))).toBe(JSON.stringify(value))
    }),
  )
  for (let byte = 0; byte < 128; byte++) {
    const value = `..${String.fromCharCode(byte)}...`
    expect(written((out) => out.string(Buffer.from(value)))).toBe(JSON.stringify(value))
  }
})

test('bytes that are no UTF-8 are no string, and nothing is written', () => {
  const out = new JsonBytes()
  expect(out.string(Uint8Array.of(0x61, 0xff))).toBe(false)
  expect(out.length).toBe(0)
})

test('whole numbers are written with all their digits, others not at all', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer()), (value) => {
      expect(written((out) => out.integer(value))).toBe(String(value))
    }),
  )
  for (const value of [Number.NaN, 0.5, 2 ** 53]) expect(new JsonBytes().integer(value)).toBe(false)
})

test('texts follow each other through blocks, and each stays what it was', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 100 }), { maxLength: 20 }), (texts) => {
      const out = new JsonBytes()
      const all = texts.flatMap((text, index) => [text, '\u00e4'.repeat(index * 20_000)])
      const taken = all.map((text) => {
        out.text(text)
        return out.take()
      })
      expect(taken.map((bytes) => Buffer.from(bytes).toString('utf8'))).toEqual(all)
    }),
    { numRuns: 20 },
  )
})

test('what was written last can be taken away, and a byte replaced', () => {
  const out = new JsonBytes()
  out.text(',1')
  const before = out.length
  out.raw(Buffer.from('x'.repeat(300_000)))
  out.length = before
  out.replace(0, 0x5b)
  out.byte(0x5d)
  expect(Buffer.from(out.take()).toString()).toBe('[1]')
})
