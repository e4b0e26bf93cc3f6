import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { sourceIndex, versionFromText } from '../../../src/plan/source-index.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { readShard } from '../../../src/source/read-shard.ts'
import { listFixtures } from '../../fixtures/load.ts'
import { routingHash } from './routing-hash.ts'

const signal = new AbortController().signal
const fallback = { distribution: 'elasticsearch', major: 7, minor: 10 } as const

describe('the routing factor of an index', () => {
  const fixtures = listFixtures().filter(({ name }) => name !== 'es-1.7.6')

  test.each(fixtures)(
    'of $name says in which shard each document of a real snapshot lies',
    async ({ repositories }) => {
      const repository = repositories.find(({ name }) => name === 'repo')!
      const opened = await openRepository(await openStore(repository.path), signal)
      const snapshot = await opened.snapshot('snap-1', signal)
      let documents = 0
      for (const name of ['routed', 'plain']) {
        const metadata = await snapshot.index(name, signal)
        const { numberOfShards } = metadata
        expect(numberOfShards).toBeGreaterThan(1)
        const factor = sourceIndex(metadata, fallback).routingNumShards!
        for (let shard = 0; shard < numberOfShards; shard++) {
          const { directory } = await snapshot.shard(name, shard, signal)
          for await (const batch of readShard(directory, {}, signal)) {
            for (let place = 0; place < batch.count; place++) {
              const hash = routingHash(batch.routing(place) ?? batch.id(place))
              expect(Math.floor((((hash % factor) + factor) % factor) / (factor / numberOfShards))).toBe(shard)
              documents++
            }
          }
        }
      }
      expect(documents).toBeGreaterThan(50)
    },
  )
})

test('a version is read from its text, also from a range', () => {
  expect(versionFromText('elasticsearch', '9.5.2-9.5.3')).toEqual({ distribution: 'elasticsearch', major: 9, minor: 5 })
  expect(versionFromText('opensearch', undefined)).toBeUndefined()
  expect(versionFromText('unknown', '1.2.3')).toBeUndefined()
})
