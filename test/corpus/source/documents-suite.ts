import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { sourceToJsonLine } from '../../../src/codec/source-form.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { typeOfDocuments } from '../../../src/source/document-type.ts'
import { readShard } from '../../../src/source/read-shard.ts'
import { SourceLines } from '../../../src/source/source-lines.ts'
import type { ExpectedDocument, Fixture } from '../../fixtures/load.ts'

const signal = new AbortController().signal

/** A document as text, so that sets of them can be compared; without a source where none is stored. */
interface Found {
  readonly key: string
  readonly source: string | null
}

async function readIndex(path: string, snapshotName: string, index: string): Promise<Found[]> {
  const repository = await openRepository(await openStore(path), signal)
  const snapshot = await repository.snapshot(snapshotName, signal)
  const metadata = await snapshot.index(index, signal)
  const indexType = typeOfDocuments(metadata)
  const found: Found[] = []
  const lines = new SourceLines()
  for (let shard = 0; shard < metadata.numberOfShards; shard++) {
    const { directory } = await snapshot.shard(index, shard, signal)
    for await (const batch of readShard(directory, {}, signal)) {
      lines.begin(batch)
      for (let place = 0; place < batch.count; place++) {
        const source = lines.find(batch, place)
          ? Buffer.from(lines.bytes.subarray(lines.start, lines.end)).toString('utf8')
          : null
        found.push({ key: key(batch.type(place) ?? indexType, batch.id(place), batch.routing(place)), source })
      }
    }
  }
  return found
}

function key(type: string | undefined, id: string, routing: string | undefined): string {
  return JSON.stringify([type ?? null, id, routing ?? null])
}

/** What the stored text becomes on one line: the expected files hold it as it was sent. */
function expectedSource(document: ExpectedDocument): string | null {
  if (document.stored === undefined) return document.source
  return Buffer.from(sourceToJsonLine(document.stored, 'expected')).toString('utf8')
}

/** Sources that the server filters, leaves out or rebuilds are another matter: there only the documents themselves count. */
function comparable(document: ExpectedDocument): boolean {
  return document.sent === undefined && document.source !== null
}

/** One test a snapshot: every index of it has exactly the expected documents, with the source text as stored. */
export function testFixture(fixture: Fixture): void {
  describe(`${fixture.name}, written by ${fixture.distribution} ${fixture.version}`, () => {
    for (const repository of fixture.repositories) {
      for (const snapshot of repository.snapshots) {
        test(`${repository.name}/${snapshot.name}: every index has exactly the expected documents`, async () => {
          let compared = 0
          for (const index of snapshot.indices) {
            const expected = index.expected()
            const withTypes = expected.some((document) => document.type !== undefined)
            const found = await readIndex(repository.path, snapshot.name, index.name)
            const actual = found.map(({ key: full, source }) => {
              const [type, id, routing] = JSON.parse(full) as [string | null, string, string | null]
              return { key: JSON.stringify([withTypes ? type : null, id, routing]), source }
            })
            const bySource = new Map(actual.map((document) => [document.key, document.source]))
            const keys = expected.map((document) =>
              key(document.type, document.id, document.routing ?? document.parent),
            )
            expect(actual.map((document) => document.key).sort(), index.name).toEqual(keys.toSorted())
            expect(bySource.size, `distinct keys of ${index.name}`).toBe(expected.length)
            for (const [n, document] of expected.entries()) {
              if (!comparable(document)) continue
              compared++
              expect(bySource.get(keys[n]!), `${index.name} ${keys[n]!}`).toBe(expectedSource(document))
            }
          }
          expect(compared).toBeGreaterThan(0)
        })
      }
    }
  })
}
