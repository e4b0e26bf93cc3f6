import { describe, expect, test } from 'vitest'
import { deliveryOf, destination } from '../../../src/steps/delivery.ts'
import { generationWaves } from '../../../src/steps/stream-generations.ts'
import type { GroupShard } from '../../../src/steps/snapshot-shards.ts'
import { decoded } from '../metadata/translate.ts'

const families = {
  mappings: [
    { type: 'question', mapping: decoded({}) },
    { type: 'answer', mapping: decoded({ _parent: { type: 'question' } }) },
  ],
}
const plain = { mappings: [{ type: '_doc', mapping: decoded({}) }] }

describe('what documents of an index need', () => {
  test('is a join value where there are parents, unless they keep their routing only', () => {
    expect(deliveryOf(families, {}, { enabled: true })).toEqual({ joinField: 'join' })
    expect(deliveryOf(families, {}, { enabled: true, options: { joinField: 'kin' } })).toEqual({ joinField: 'kin' })
    expect(deliveryOf(families, {}, { enabled: true, options: { parents: 'routing' } })).toBeUndefined()
    expect(deliveryOf(plain, {}, { enabled: true })).toBeUndefined()
  })

  test('is nothing where the mapping is the user’s own, unless the join field is asked for', () => {
    expect(deliveryOf(families, {}, { enabled: false })).toBeUndefined()
    expect(deliveryOf(families, {}, { enabled: false, options: { parents: 'join' } })).toEqual({ joinField: 'join' })
  })

  test('is an index of their type when types are split, and no join value then', () => {
    const delivery = deliveryOf(families, {}, { enabled: true, options: { types: 'split' } })
    expect(delivery).toEqual({ split: true })
    expect(destination('forum', 'Answer', delivery)).toBe('forum-answer')
    expect(destination('forum', undefined, delivery)).toBe('forum')
    expect(deliveryOf(plain, {}, { enabled: true, options: { types: 'split' } })).toBeUndefined()
  })

  test('is the times that the index keeps, for the fields of these names or for none', () => {
    const kept = {
      mappings: [{ type: 'a', mapping: decoded({ _timestamp: { enabled: true }, _ttl: { enabled: true } }) }],
    }
    const times = { _timestamp: '_timestamp', _ttl: '_ttl' }
    expect(deliveryOf(kept, {}, { enabled: true })).toEqual({ times })
    const options = { timestampField: 'when', ttlField: false } as const
    expect(deliveryOf(kept, {}, { enabled: true, options })).toEqual({ times: { _timestamp: 'when' } })
    expect(deliveryOf(kept, {}, { enabled: false })).toBeUndefined()
    expect(deliveryOf(kept, {}, { enabled: false, options })).toEqual({ times: { _timestamp: 'when' } })
    const both = { mappings: [...kept.mappings, { type: 'b', mapping: decoded({}) }] }
    expect(deliveryOf(both, {}, { enabled: true, options: { types: 'split' } })).toEqual({ split: true, times })
  })

  test('is the data stream that the index is behind', () => {
    const delivery = deliveryOf(plain, { stream: 'events' }, { enabled: true })
    expect(destination('.ds-events-000001', undefined, delivery)).toBe('events')
  })
})

test('indices behind a stream are loaded one after the other, everything else at once', () => {
  const indices = [
    { name: 'a', shards: 1 },
    { name: '.ds-s-000003', shards: 1, stream: 's' },
    { name: '.ds-s-000004', shards: 1, stream: 's' },
    { name: '.ds-t-000001', shards: 1, stream: 't' },
  ]
  // Only the name of the index is looked at.
  const shards = indices.map(({ name }) => ({ index: { name }, number: 0 })) as unknown as GroupShard[]
  const waves = generationWaves(shards, indices).map((wave) => wave.map(({ index }) => index.name))
  expect(waves).toEqual([['a', '.ds-s-000003', '.ds-t-000001'], ['.ds-s-000004']])
})
