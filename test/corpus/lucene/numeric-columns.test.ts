import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import { readLiveDocs } from '../../../src/lucene/live-docs.ts'
import { openSegment } from '../../../src/lucene/segment.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { fixtureRepositories, noFixtures } from '../repository/fixtures.ts'
import { readNumbers } from './shard-documents.ts'

const { signal } = new AbortController()
/** Servers that number every operation: 6.0 and later. */
const servers = fixtureRepositories().filter(
  ({ repository, server }) => repository === 'repo' && !/^es-[125]/.test(server) && !server.includes('upgraded'),
)

describe.skipIf(noFixtures !== undefined)('numeric columns that real servers wrote', () => {
  for (const { server, folder } of servers) {
    test(`of ${server} number every live document once, up to the number that the commit records`, async () => {
      const repository = await openRepository(await openStore(folder), signal)
      const largest = [...repository.snapshots].sort((a, b) => b.indexNames.length - a.indexNames.length)[0]!
      const snapshot = await repository.snapshot(largest.name, signal)
      let checked = 0
      for (const index of ['deletes', 'nested', 'routed', 'many'].filter((name) =>
        snapshot.indexNames.includes(name),
      )) {
        const { numberOfShards } = await snapshot.index(index, signal)
        for (let shard = 0; shard < numberOfShards; shard++) {
          const { directory } = await snapshot.shard(index, shard, signal)
          const commit = await readCommit(directory, signal)
          const highest = BigInt(commit.userData.get('max_seq_no')!)
          const seen = new Set<bigint>()
          for (const segmentCommit of commit.segments) {
            const segment = await openSegment(directory, segmentCommit, signal)
            const live = await readLiveDocs(segment, signal)
            const sequence = (await readNumbers(segment, '_seq_no', signal))!
            const terms = (await readNumbers(segment, '_primary_term', signal))!
            const versions = (await readNumbers(segment, '_version', signal))!
            expect(sequence.size).toBe(segment.maxDoc)
            for (const doc of terms.keys()) {
              if (!live.isLive(doc)) continue
              const number = sequence.get(doc)!
              expect(number <= highest && number >= 0n && !seen.has(number)).toBe(true)
              expect(terms.get(doc)! >= 1n && versions.get(doc)! >= 1n).toBe(true)
              seen.add(number)
              checked++
            }
          }
        }
      }
      expect(checked).toBeGreaterThan(300)
    })
  }
})
