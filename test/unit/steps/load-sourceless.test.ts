import { expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { newTally } from '../../../src/cluster/bulk-outcome.ts'
import type { BulkLoader } from '../../../src/cluster/bulk-loader.ts'
import { NO_COUNTS, type RebuiltSources, type WorkItem } from '../../../src/coordination/work-store.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import { openRepository } from '../../../src/repository/open.ts'
import type { Sourceless } from '../../../src/source/rebuild/sourceless.ts'
import { openSegmentSource } from '../../../src/source/segment-source.ts'
import { loadSlice } from '../../../src/steps/load-slice.ts'
import { addRebuilt } from '../../../src/steps/rebuilt-sources.ts'
import type { RejectRecord } from '../../../src/steps/reject-record.ts'
import { SliceSources } from '../../../src/steps/slice-sources.ts'
import { listFixtures, type ExpectedDocument } from '../../fixtures/load.ts'
import { parseBulk } from '../cluster/fake-target.ts'

const signal = new AbortController().signal
const repository = listFixtures().find(({ name }) => name === 'es-9.5.3')!.repositories[0]!

interface Loaded {
  readonly documents: ReadonlyMap<string, string>
  readonly rejects: readonly RejectRecord[]
  readonly rebuilt: RebuiltSources | undefined
}

/** Loads every segment of an index with bodies that hold a few documents, so that many are asked for twice. */
async function loadIndex(index: string, sourceless?: Sourceless): Promise<Loaded> {
  const location = await openStore(repository.path)
  const sources = await SliceSources.open(location, 'snap-1', signal)
  const snapshot = await (await openRepository(location, signal)).snapshot('snap-1', signal)
  const { directory } = await snapshot.shard(index, 0, signal)
  const documents = new Map<string, string>()
  const rejects: RejectRecord[] = []
  const parts: RebuiltSources[] = []
  const loader: BulkLoader = {
    load: (body) => {
      for (const { id, source } of parseBulk(Buffer.from(body.bytes()))) documents.set(id, source)
      return Promise.resolve({ ...newTally(body.docs, body.byteLength), created: body.docs })
    },
  }
  const progress = {
    reject: (records: readonly RejectRecord[]): Promise<void> => Promise.resolve(void rejects.push(...records)),
    advance: (): Promise<void> => Promise.resolve(),
  }
  const limits = { op: 'index', bulkBytes: 600, bulkDocs: 3, bodiesInFlight: 2, bytesInFlight: 10_000 } as const
  const options = { ...limits, typed: false, ...(sourceless === undefined ? {} : { sourceless }) }
  for (const commit of (await readCommit(directory, signal)).segments) {
    const source = await openSegmentSource(directory, commit, signal)
    if (source === undefined) continue
    const ref = { index, shard: 0, segment: commit.name, firstChunk: 0, endChunk: source.stored.chunkCount, bytes: 1 }
    const item: WorkItem = { id: commit.name, slice: ref, state: 'leased', counts: NO_COUNTS, failures: 0 }
    const loaded = await loadSlice(item, await sources.slice(ref, signal), loader, options, progress, signal)
    if (loaded.rebuilt !== undefined) parts.push(loaded.rebuilt)
  }
  return { documents, rejects, rebuilt: addRebuilt(parts) }
}

function expectedOf(index: string): readonly ExpectedDocument[] {
  const snapshot = repository.snapshots.find(({ name }) => name === 'snap-1')!
  return snapshot.indices.find(({ name }) => name === index)!.expected()
}

test.each(['synthetic', 'logs-like'])('%s documents arrive as the server itself returns them', async (index) => {
  const { documents, rejects } = await loadIndex(index)
  expect(rejects).toEqual([])
  expect(documents).toEqual(new Map(expectedOf(index).map(({ id, source }) => [id, source])))
})

test('vectors that were left out of the sources arrive with them', async () => {
  const { documents } = await loadIndex('vector')
  expect(documents).toEqual(new Map(expectedOf('vector').map(({ id, sent }) => [id, sent])))
})

test('documents with a disabled source are rejected with the reason, unless they are to be rebuilt', async () => {
  const { documents, rejects } = await loadIndex('nosource')
  expect(documents.size).toBe(0)
  expect(rejects.map(({ id }) => id).sort()).toEqual(
    expectedOf('nosource')
      .map(({ id }) => id)
      .sort(),
  )
  expect(new Set(rejects.map((reject) => `${reject.class}: ${reject.reason}`))).toEqual(
    new Set(['sourceless: the document has no stored source']),
  )
  const rebuilt = await loadIndex('nosource', 'rebuild')
  expect(rebuilt.rejects).toEqual([])
  expect(rebuilt.documents).toEqual(new Map(expectedOf('nosource').map(({ id, sent }) => [id, sent])))
})

test('what rebuilt sources are worth comes with the load, and nothing where none was rebuilt', async () => {
  const { rebuilt } = await loadIndex('synthetic')
  expect(rebuilt).toMatchObject({ rebuilt: expectedOf('synthetic').length, recovered: 0 })
  expect(rebuilt).not.toHaveProperty('resumed')
  expect(rebuilt!.fields.map(({ field, level }) => [field, level])).toEqual(
    ['d', 'ip', 'k', 'o.a', 'o.l'].map((field) => [field, 'approximated']),
  )
  expect(rebuilt!.fields.at(-1)!.reasons).toEqual(['several values in the order of their column'])
  const count = expectedOf('nosource').length
  expect((await loadIndex('nosource', 'rebuild')).rebuilt).toEqual({ rebuilt: 0, recovered: count, fields: [] })
  expect((await loadIndex('nosource')).rebuilt).toBeUndefined()
})

test('a document without a source ends the load when that was asked for', async () => {
  await expect(loadIndex('synthetic', 'fail')).rejects.toSatisfy((error) => isFailure(error, 'SOURCE_MISSING'))
})
