import { expect, test } from 'vitest'
import { isFailure } from '../../../src/core/failure.ts'
import { splitByType, typeIndexName } from '../../../src/metadata/split-types.ts'
import type { SourceIndex } from '../../../src/metadata/source-index.ts'
import { typeIndicesOf } from '../../../src/plan/type-indices.ts'
import { decoded, version } from './translate.ts'

const index = (types: readonly string[]): SourceIndex => ({
  name: 'shop',
  createdVersion: version('elasticsearch 5.6'),
  settings: new Map([['index.number_of_shards', '2']]),
  mappings: types.map((type) => ({ type, mapping: decoded({ properties: { [type]: { type: 'long' } } }) })),
  aliases: new Map([['all', decoded({})]]),
  routingNumShards: 2,
})

test('an index of several types becomes one for each, with the settings and aliases of the whole', () => {
  const parts = splitByType(index(['_default_', 'Order', 'item line']))
  expect(parts.map(({ name }) => name)).toEqual(['shop-order', 'shop-item_line'])
  expect(parts.map(({ mappings }) => mappings.map(({ type }) => type))).toEqual([['Order'], ['item line']])
  for (const { settings, aliases } of parts) expect([settings.size, aliases.size]).toEqual([1, 1])
})

test('an index of one type stays whole', () => {
  expect(splitByType(index(['_default_', 'order'])).map(({ name }) => name)).toEqual(['shop'])
})

test('names that two types or another index would share are refused before anything is changed', () => {
  const refusal = (types: readonly string[], taken: readonly string[] = []): string => {
    try {
      typeIndicesOf([index(types)], new Map(taken.map((name) => [name, 'snapshotMigrations[0]'])))
    } catch (error) {
      if (isFailure(error, 'CONFIG_INVALID')) return error.message
      throw error
    }
    return 'none'
  }
  expect(refusal(['a', 'b'], ['shop'])).toBe('none')
  expect(refusal(['Order', 'order'])).toContain('shop-order')
  expect(refusal(['a', 'b'], ['shop-b'])).toContain('index shop-b')
  expect(typeIndicesOf([index(['a', 'b'])], new Map()).get('shop')).toEqual(['shop-a', 'shop-b'])
  expect(typeIndexName('shop', 'a/b')).toBe('shop-a_b')
})
