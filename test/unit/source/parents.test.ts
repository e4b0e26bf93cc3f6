import { expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { openParents, parentTypesOf } from '../../../src/source/parents.ts'
import { readDocuments } from '../../../src/source/read-documents.ts'
import { openSegmentSource } from '../../../src/source/segment-source.ts'
import { listFixtures } from '../../fixtures/load.ts'

const signal = new AbortController().signal
const withParents = listFixtures().flatMap((fixture) =>
  fixture.repositories.flatMap((repository) =>
    repository.snapshots.flatMap((snapshot) =>
      snapshot.indices
        .filter((index) => index.expected().some((document) => document.parent !== undefined))
        .map((index) => ({
          title: `${fixture.name} ${repository.name}/${snapshot.name} ${index.name}`,
          repository,
          snapshot,
          index,
        })),
    ),
  ),
)

test('there are fixtures with parents of more than one version', () => {
  expect(new Set(withParents.map(({ title }) => title.split(' ')[0])).size).toBeGreaterThan(1)
})

test.each(withParents)(
  '$title: every child has its parent, and nobody else has one',
  async ({ repository, snapshot, index }) => {
    const opened = await (
      await openRepository(await openStore(repository.path), signal)
    ).snapshot(snapshot.name, signal)
    const metadata = await opened.index(index.name, signal)
    const parentTypes = parentTypesOf(metadata.mappings)
    const found: string[] = []
    for (let shard = 0; shard < metadata.numberOfShards; shard++) {
      const { directory } = await opened.shard(index.name, shard, signal)
      for (const commit of (await readCommit(directory, signal)).segments) {
        const source = await openSegmentSource(directory, commit, signal)
        if (source === undefined) continue
        const parentOf = await openParents(source, parentTypes, signal)
        const whole = { firstChunk: 0, endChunk: source.stored.chunkCount }
        for await (const batch of readDocuments(source, whole, undefined, {}, signal)) {
          for (let place = 0; place < batch.count; place++) {
            const type = batch.type(place)!
            const parent = batch.parent(place) ?? parentOf?.(batch.doc(place), type)
            found.push(JSON.stringify([type, batch.id(place), parent ?? null]))
          }
        }
      }
    }
    const expected = index
      .expected()
      .map((document) => JSON.stringify([document.type, document.id, document.parent ?? null]))
    expect(found.sort()).toEqual(expected.sort())
  },
)
