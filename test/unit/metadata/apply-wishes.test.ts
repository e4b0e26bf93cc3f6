import { expect, test } from 'vitest'
import { parseJsonExact } from '../../../src/codec/json-exact.ts'
import type { JsonObject } from '../../../src/codec/json-value.ts'
import { applyWishes } from '../../../src/metadata/apply-wishes.ts'
import type { Translated } from '../../../src/metadata/change.ts'

const translated = (body: object): Translated => ({
  body: parseJsonExact(JSON.stringify(body), 'test') as JsonObject,
  changes: [],
  problems: [],
  documentTransforms: [],
})
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const index = translated({
  settings: { 'index.codec': 'best_compression', 'index.search.slowlog.a': '1', 'index.search.slowlog.b': '2' },
  mappings: { properties: { title: { type: 'text' }, address: { properties: { zip: { type: 'long' } } } } },
})

test('settings are removed by pattern, then set, and each change is listed with its reason', () => {
  const { body, changes } = applyWishes(index, {
    settings: { remove: ['search.slowlog.*'], set: { 'index.number_of_replicas': 0, codec: 'default' } },
  })
  expect(plain(body['settings'])).toEqual({ 'index.codec': 'default', 'index.number_of_replicas': '0' })
  expect(changes.map(({ action, path }) => `${action} ${path}`)).toEqual([
    'dropped settings.index.search.slowlog.a',
    'dropped settings.index.search.slowlog.b',
    'changed settings.index.number_of_replicas',
    'changed settings.index.codec',
  ])
})

test('fields are removed and set at any depth, objects on the way are made', () => {
  const { body } = applyWishes(index, {
    mappings: {
      remove: ['title', 'no.such.field'],
      set: { 'address.zip': { type: 'keyword' }, 'geo.at': { type: 'geo_point' } },
    },
  })
  expect(plain(body['mappings'])).toEqual({
    properties: {
      address: { properties: { zip: { type: 'keyword' } } },
      geo: { properties: { at: { type: 'geo_point' } } },
    },
  })
})

test('applying the same wishes again changes nothing', () => {
  const wishes = {
    settings: { remove: ['codec'], set: { number_of_replicas: 1 } },
    mappings: { remove: ['title'], set: { 'address.zip': { type: 'keyword' } } },
  }
  const once = applyWishes(index, wishes)
  expect(plain(applyWishes(once, wishes).body)).toEqual(plain(once.body))
})
