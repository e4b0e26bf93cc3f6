import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { json } from '../../../src/metadata/json-edit.ts'
import type { JsonObject } from '../../../src/codec/json-value.ts'
import { canMatchBoth, foreseeIndex, foreseeTemplate } from '../../../src/metadata/foreseen-refusals.ts'

const body = (value: object) => ({
  name: 'wanted',
  translated: { body: json(value as JsonObject) as JsonObject, changes: [], problems: [] },
})
const there = (templates: Record<string, object>) =>
  new Map(Object.entries(templates).map(([name, value]) => [name, json(value as JsonObject) as JsonObject]))

describe('two patterns', () => {
  test.each([
    ['logs-*', 'logs-1', true],
    ['logs-*', '*-1', true],
    ['a*b*c', 'aXc*', true],
    ['*', '*', true],
    ['', '*', true],
    ['logs-*', 'metrics-*', false],
    ['*a', '*b', false],
    ['a', 'ab', false],
    ['a*', '', false],
  ])('%s and %s: a name for both is %s', (left, right, both) => {
    expect(canMatchBoth(left, right)).toBe(both)
    expect(canMatchBoth(right, left)).toBe(both)
  })

  test('that both match some name always have one in common', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 })
    const holes = fc.array(fc.tuple(fc.nat(6), fc.nat(3)), { maxLength: 3 })
    const cut = (text: string, places: readonly (readonly [number, number])[]): string =>
      places.reduce((whole, [at, length]) => `${whole.slice(0, at)}*${whole.slice(at + length)}`, text)
    fc.assert(fc.property(name, holes, holes, (text, one, two) => canMatchBoth(cut(text, one), cut(text, two))))
  })
})

describe('an index template', () => {
  test('of the same priority and for the same names is foreseen to be refused, another one is not', () => {
    const wanted = body({ index_patterns: ['logs-*'], priority: 5 })
    const found = (template: object) => foreseeTemplate(wanted, there({ mine: template }), new Set())
    expect(found({ index_patterns: ['*-eu'], priority: '5' })).toContain(
      'index template mine has the same priority [5]',
    )
    expect(found({ index_patterns: ['*-eu'], priority: 6 })).toBeUndefined()
    expect(found({ index_patterns: ['metrics-*'], priority: 5 })).toBeUndefined()
    expect(
      foreseeTemplate(wanted, there({ wanted: { index_patterns: ['*'], priority: 5 } }), new Set()),
    ).toBeUndefined()
  })

  test('without one of its components is foreseen to be refused', () => {
    const wanted = body({ index_patterns: ['logs-*'], composed_of: ['here', 'gone'] })
    expect(foreseeTemplate(wanted, there({}), new Set(['here']))).toContain('component template [gone]')
    expect(foreseeTemplate(wanted, there({}), new Set(['here', 'gone']))).toBeUndefined()
  })
})

test('an index with an alias of the name of an index is foreseen to be refused', () => {
  const wanted = body({ aliases: { a: {}, b: {} } })
  expect(foreseeIndex(wanted, (name) => name === 'b')).toContain('alias [b]')
  expect(foreseeIndex(wanted, () => false)).toBeUndefined()
  expect(foreseeIndex(body({}), () => true)).toBeUndefined()
})
