import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FirstMember, hasMember } from '../../../src/source/first-member.ts'

const MEMBER = Buffer.from('"join":{"name":"a"}')
const inserted = (text: string, around = ''): string | undefined => {
  const bytes = Buffer.from(around + text + around)
  const start = Buffer.byteLength(around)
  const result = new FirstMember().insert(bytes, start, bytes.length - start, MEMBER)
  return result && Buffer.from(result).toString('utf8')
}

describe('a member in front of all others', () => {
  test.each([
    ['{}', '{"join":{"name":"a"}}'],
    [' { } ', ' {"join":{"name":"a"} } '],
    ['{"x":1.10,"x":2}', '{"join":{"name":"a"},"x":1.10,"x":2}'],
    ['\t{ "ü" : "{\\n}" }', '\t{"join":{"name":"a"}, "ü" : "{\\n}" }'],
  ])('%j becomes %j, every other byte as it was', (before, after) => {
    expect(inserted(before)).toBe(after)
    expect(inserted(before, 'żółw')).toBe(after)
  })

  test('is put into nothing that is no object', () => {
    for (const text of ['', ' ', '[1]', '"{"', 'null']) expect(inserted(text)).toBeUndefined()
  })

  test('is a member of whatever object it was put into, beside all that were there', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({ min: 0, max: 3 }), (object, indent) => {
        const { join: _, ...before } = JSON.parse(JSON.stringify(object)) as Record<string, unknown>
        const text = inserted(JSON.stringify(before, null, indent))
        expect(JSON.parse(text!)).toEqual({ join: { name: 'a' }, ...before })
      }),
    )
  })

  test('of more than the first buffer is put in as well', () => {
    const before = { text: 'x'.repeat(300_000) }
    expect(JSON.parse(inserted(JSON.stringify(before))!)).toEqual({ join: { name: 'a' }, ...before })
  })
})

test('a member is found at the top of an object only', () => {
  const has = (text: string): boolean => hasMember(Buffer.from(`xx${text}`), 2, Buffer.byteLength(text) + 2, 'join')
  expect(has('{"a":1,"join":2}')).toBe(true)
  expect(has('{"a":{"join":2}}')).toBe(false)
  expect(has('{"a":"\\"join\\""}')).toBe(false)
  expect(has('{"a":"join"}')).toBe(false)
  expect(has('{"join":')).toBe(false)
})
