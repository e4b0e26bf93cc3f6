import { describe, expect, test } from 'vitest'
import { sameDocument } from '../../../src/verify/same-document.ts'

const same = (left: string, right: string): boolean => sameDocument(Buffer.from(left), Buffer.from(right))

describe('two sources', () => {
  test.each([
    ['the same bytes', '{"a":1}', '{"a":1}'],
    ['another order of members', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ['other blanks', '{"a": [1, 2]}', '{"a":[1,2]}'],
    ['another spelling of a number', '{"a":1.50}', '{"a":1.5}'],
    ['another spelling of a string', '{"a":"\\u00e9"}', '{"a":"é"}'],
    ['the same bytes that are no JSON', '{a', '{a'],
  ])('are the same with %s', (_, left, right) => expect(same(left, right)).toBe(true))

  test.each([
    ['another number', '{"a":1}', '{"a":2}'],
    ['digits that a double loses', '{"a":9007199254740993}', '{"a":9007199254740992}'],
    ['decimals that a double loses', '{"a":0.1234567890123456789}', '{"a":0.1234567890123456788}'],
    ['another order of a list', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['a member more', '{"a":1}', '{"a":1,"b":null}'],
    ['a string for a number', '{"a":1}', '{"a":"1"}'],
    ['other bytes that are no JSON', '{a', '{b'],
  ])('differ with %s', (_, left, right) => expect(same(left, right)).toBe(false))

  test.each([
    ['{"a":1}', '{"a":1,"o":{"inner":{}}}', true],
    ['{"a":1,"o":{"x":{}}}', '{"a":1}', true],
    ['{"o":{"x":1,"y":{}}}', '{"o":{"x":1}}', true],
    ['{"o":[{}]}', '{}', false],
    ['{"o":{}}', '{"o":null}', false],
    ['{"o":{"x":1}}', '{"o":{}}', false],
  ])('%s and %s are the same without empty objects: %s', (left, right, expected) => {
    const sources = [Buffer.from(left), Buffer.from(right)] as const
    expect(sameDocument(...sources, { emptyObjects: true })).toBe(expected)
    expect(sameDocument(...sources)).toBe(false)
  })

  test('differ when one is no text', () => {
    expect(sameDocument(Uint8Array.of(0xff, 0xfe), Buffer.from('{}'))).toBe(false)
  })
})
