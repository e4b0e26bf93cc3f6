import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { fixtureRepositories, fixturesFolder, noFixtures } from '../repository/fixtures.ts'
import { readShard, type FoundDocument } from './shard-documents.ts'

const { signal } = new AbortController()

interface ExpectedDocument {
  readonly _type?: string
  readonly _id: string
  readonly routing?: string
  readonly parent?: string
  readonly _source: unknown
  readonly _source_raw?: string
  readonly _sent?: unknown
}

describe.skipIf(noFixtures !== undefined)('segments that real servers wrote', () => {
  for (const repository of fixtureRepositories()) {
    test(`${repository.id} holds exactly the documents that its server returned`, async () => {
      const opened = await openRepository(await openStore(repository.folder), signal)
      for (const [snapshotName, indices] of Object.entries(repository.snapshots)) {
        const snapshot = await opened.snapshot(snapshotName, signal)
        for (const indexName of snapshot.indexNames) {
          const metadata = await snapshot.index(indexName, signal)
          const found: FoundDocument[] = []
          for (let shard = 0; shard < metadata.numberOfShards; shard++) {
            const { directory } = await snapshot.shard(indexName, shard, signal)
            await readShard(directory, signal, (document) => found.push(document))
          }
          const file = indices[indexName]
          if (file === undefined) continue
          const expected = readExpected(`${fixturesFolder}/${repository.server}/${file}`)
          // From 6.0 on the one type of an index is not part of a document; some servers still report it.
          const typed = found.some((document) => document.type !== undefined)
          const comparable = typed ? expected : expected.map(({ _type, ...document }) => document)
          compare(`${snapshotName}/${indexName}`, found, comparable)
        }
      }
    })
  }
})

function compare(name: string, found: readonly FoundDocument[], expected: readonly ExpectedDocument[]): void {
  expect(found.map(keyOfFound).sort(), name).toEqual(expected.map(keyOfExpected).sort())
  const byKey = new Map(found.map((document) => [keyOfFound(document), document]))
  const different = expected.filter((document) => {
    const { source } = byKey.get(keyOfExpected(document))!
    if (source === undefined || '_sent' in document) return false
    if (document._source_raw !== undefined) return source !== document._source_raw
    return source.startsWith('{') && !isDeepStrictEqual(JSON.parse(source), document._source)
  })
  expect(different, name).toEqual([])
}

function keyOfFound({ type, id, routing, parent }: FoundDocument): string {
  return JSON.stringify([type ?? '', id, parent === undefined ? (routing ?? '') : '', parent ?? ''])
}

function keyOfExpected({ _type, _id, routing, parent }: ExpectedDocument): string {
  return JSON.stringify([_type ?? '', _id, parent === undefined ? (routing ?? '') : '', parent ?? ''])
}

function readExpected(path: string): ExpectedDocument[] {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ExpectedDocument)
}
