import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/codec/json-value.ts'
import { sourceFilter, type TakenOut } from '../../../../src/source/rebuild/source-filter.ts'

function takenOut(source: JsonObject, name: string, type = 'keyword'): TakenOut {
  return sourceFilter({ _source: source })!({ name, type })
}

describe('what a filter takes out of a source', () => {
  test.each<[JsonObject, string, TakenOut]>([
    [{ excludes: ['a'] }, 'a', 'whole'],
    [{ excludes: ['a'] }, 'ab', 'nothing'],
    [{ excludes: ['a'] }, 'a.b.c', 'whole'],
    [{ excludes: 'a' }, 'a', 'whole'],
    [{ excludes: ['*.hidden'] }, 'hidden', 'nothing'],
    [{ excludes: ['*.hidden'] }, 'o.p.hidden', 'whole'],
    [{ excludes: ['*.hidden'] }, 'o.hidden.deep', 'whole'],
    [{ excludes: ['o.*.x'] }, 'o.x', 'nothing'],
    [{ excludes: ['o.*'] }, 'o.x', 'whole'],
    [{ includes: ['a'] }, 'a', 'nothing'],
    [{ includes: ['a'] }, 'a.b', 'nothing'],
    [{ includes: ['a'] }, 'b', 'whole'],
    [{ includes: ['a.b'] }, 'a.c', 'whole'],
    [{ includes: ['*'] }, 'anything.at.all', 'nothing'],
    [{ includes: ['a.*'], excludes: ['a.b'] }, 'a.b', 'whole'],
    [{ includes: ['a.*'], excludes: ['a.b'] }, 'a.c', 'nothing'],
    [{ excludes: ['a.b'] }, 'a', 'nothing'],
    [{ excludes: ['**d'] }, 'abcd', 'whole'],
  ])('%j takes of the field %s: %s', (source, name, expected) => {
    expect(takenOut(source, name)).toBe(expected)
  })

  test.each<[JsonObject, string, string, TakenOut]>([
    [{ excludes: ['at.lat'] }, 'at', 'geo_point', 'parts'],
    [{ excludes: ['*.lon'] }, 'at', 'geo_point', 'parts'],
    [{ excludes: ['*.hidden'] }, 'at', 'geo_point', 'nothing'],
    [{ excludes: ['*.hidden'] }, 'any', 'flattened', 'parts'],
    [{ excludes: ['off.x'] }, 'off', 'disabled object', 'parts'],
    [{ includes: ['off.x'] }, 'off', 'disabled object', 'parts'],
    [{ includes: ['r.gte'] }, 'r', 'date_range', 'parts'],
    [{ includes: ['other'] }, 'off', 'disabled object', 'whole'],
    [{ excludes: ['off'] }, 'off', 'disabled object', 'whole'],
  ])('%j takes of the field %s of type %s: %s', (source, name, type, expected) => {
    expect(takenOut(source, name, type)).toBe(expected)
  })

  test.each<JsonObject>([{}, { includes: [] }, { excludes: [], includes: [] }, { enabled: true }])(
    '%j is no filter',
    (source) => {
      expect(sourceFilter({ _source: source })).toBeUndefined()
    },
  )
})
