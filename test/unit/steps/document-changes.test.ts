import { describe, expect, test } from 'vitest'
import { DocumentChanges } from '../../../src/steps/document-changes.ts'

interface Wishes {
  readonly rename?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
  readonly set?: Readonly<Record<string, unknown>>
}

function change(source: string, { rename = {}, remove = [], set = {} }: Wishes): string {
  const bytes = Buffer.from(`##${source}##`)
  const changed = new DocumentChanges({ rename, remove, set }).apply(bytes, 2, bytes.length - 2)
  return 'json' in changed ? Buffer.from(changed.json).toString() : `! ${changed.reason}`
}

describe('changing documents', () => {
  test.each<[string, string, Wishes, string]>([
    ['a field is renamed', '{"a":1,"c":2}', { rename: { a: 'b' } }, '{"c":2,"b":1}'],
    ['a field that is absent is not renamed', '{"c":2}', { rename: { a: 'b' } }, '{"c":2}'],
    ['a name with an empty part', '{".a":1,"b.":2}', { rename: { '.a': 'a', 'b.': 'b' } }, '{"a":1,"b":2}'],
    ['a field inside an object', '{"u":{"a":1,"c":2}}', { rename: { 'u.a': 'u.b' } }, '{"u":{"c":2,"b":1}}'],
    ['a name with dots', '{"u.a":1}', { rename: { 'u.a': 'u.b' } }, '{"u.b":1}'],
    ['every object of a list', '{"u":[{"a":1},{"a":2}]}', { rename: { 'u.a': 'u.b' } }, '{"u":[{"b":1},{"b":2}]}'],
    ['a move to another object', '{"a":{"x":1}}', { rename: { 'a.x': 'b.y' } }, '{"a":{},"b":{"y":1}}'],
    ['a field is removed everywhere', '{"u":[{"a":1},{"b":2}],"u.a":3}', { remove: ['u.a'] }, '{"u":[{},{"b":2}]}'],
    ['what has another kind is left', '{"u":"text"}', { remove: ['u.a'] }, '{"u":"text"}'],
    ['a field is set', '{"a":1}', { set: { b: { c: [1, null] } } }, '{"a":1,"b":{"c":[1,null]}}'],
    ['objects on the way are made', '{"u":null}', { set: { 'u.v.w': true } }, '{"u":{"v":{"w":true}}}'],
    ['in every object of a list', '{"u":[{"a":1},{}]}', { set: { 'u.a': 0 } }, '{"u":[{"a":0},{"a":0}]}'],
    ['rename, remove, set in this order', '{"a":1}', { rename: { a: 'b' }, remove: ['b'], set: { b: 2 } }, '{"b":2}'],
    ['names like __proto__', '{"a":1}', { rename: { a: '__proto__' } }, '{"__proto__":1}'],
  ])('%s', (_, source, wishes, expected) => {
    expect(change(source, wishes)).toBe(expected)
  })

  test('keeps every digit of numbers that it does not touch', () => {
    const numbers = '"id":12345678901234567890,"rate":0.12345678901234567890,"huge":1e400'
    expect(change(`{${numbers},"secret":1}`, { remove: ['secret'] })).toBe(`{${numbers}}`)
  })

  test.each<[string, string, Wishes, RegExp]>([
    ['the new name is taken', '{"a":1,"b":2}', { rename: { a: 'b' } }, /the document has that field, too/],
    ['the place of a move is taken', '{"a":{"x":1},"b":{"y":2}}', { rename: { 'a.x': 'b.y' } }, /has that field, too/],
    ['a move out of a list', '{"a":[{"x":1}]}', { rename: { 'a.x': 'b.y' } }, /inside a list/],
    ['a value where an object is needed', '{"a":1}', { set: { 'a.b': 1 } }, /a is no object/],
    ['a value in a list of objects', '{"a":[1]}', { set: { 'a.b': 1 } }, /a is no object/],
    ['no object', '[1]', { remove: ['a'] }, /no JSON object/],
    ['no JSON', '{"a":', { remove: ['a'] }, /cannot be parsed/],
  ])('says why it cannot: %s', (_, source, wishes, reason) => {
    expect(change(source, wishes)).toMatch(reason)
  })

  test('does not let one document show in another', () => {
    const changes = new DocumentChanges({ rename: {}, remove: [], set: { tags: {}, 'tags.moved': true } })
    const texts = ['{"n":1}', '{"n":2,"tags":{"x":1}}', '{"n":3}'].map((source) => {
      const changed = changes.apply(Buffer.from(source), 0, source.length)
      return 'json' in changed ? Buffer.from(changed.json).toString() : changed.reason
    })
    expect(texts).toEqual([1, 2, 3].map((n) => `{"n":${n},"tags":{"moved":true}}`))
  })
})
