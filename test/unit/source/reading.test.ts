import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { memorySource, readAll } from '../../../src/core/byte-source.ts'
import { Failure, isFailure } from '../../../src/core/failure.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import type { Directory } from '../../../src/lucene/directory.ts'
import { openRepository } from '../../../src/repository/open.ts'
import type { Position } from '../../../src/source/document-batch.ts'
import { readAhead } from '../../../src/source/read-ahead.ts'
import { readDocuments, type ReadOptions } from '../../../src/source/read-documents.ts'
import { ReadMemory } from '../../../src/source/read-memory.ts'
import { verifySegmentChecksum } from '../../../src/source/segment-checksum.ts'
import { openSegmentSource, type SegmentSource } from '../../../src/source/segment-source.ts'
import { cutSlices, type ChunkRange } from '../../../src/source/slices.ts'
import { listFixtures, type Fixture } from '../../fixtures/load.ts'

const signal = new AbortController().signal
/** Small reads, so that the fixtures take many of them, in memory that has bytes of other files in it. */
const SMALL_READS: ReadOptions = { readBytes: 4096, ahead: 2, memory: new ReadMemory() }

interface Read {
  readonly ids: readonly string[]
  /** Where to go on after each document. */
  readonly positions: readonly Position[]
  readonly checksum: number
}

async function read(source: SegmentSource, slice: ChunkRange, from?: Position): Promise<Read> {
  const ids: string[] = []
  const positions: Position[] = []
  const reading = readDocuments(source, slice, from, SMALL_READS, signal)
  for (;;) {
    const step = await reading.next()
    if (step.done === true) return { ids, positions, checksum: step.value }
    for (let place = 0; place < step.value.count; place++) {
      ids.push(step.value.id(place))
      positions.push(step.value.positionAfter(place))
    }
  }
}

async function segmentsOf(fixture: Fixture, index: string): Promise<SegmentSource[]> {
  const [repository] = fixture.repositories
  const opened = await openRepository(await openStore(repository!.path), signal)
  const snapshot = await opened.snapshot(repository!.snapshots[0]!.name, signal)
  const { numberOfShards } = await snapshot.index(index, signal)
  const segments: SegmentSource[] = []
  for (let shard = 0; shard < numberOfShards; shard++) {
    const { directory } = await snapshot.shard(index, shard, signal)
    const inMemory = await copyOf(directory)
    for (const commit of (await readCommit(inMemory, signal)).segments) {
      const source = await openSegmentSource(inMemory, commit, signal)
      if (source !== undefined) segments.push(source)
    }
  }
  return segments
}

/** The files in memory: the same slices are read over and over. */
async function copyOf(directory: Directory): Promise<Directory> {
  const files = new Map<string, Uint8Array>()
  for (const file of directory.files) files.set(file, await readAll(directory.open(file), 2 ** 30, signal))
  return { ...directory, open: (file) => memorySource(file, files.get(file)!) }
}

const whole = ({ stored }: SegmentSource): ChunkRange => ({ firstChunk: 0, endChunk: stored.chunkCount })

describe.each(listFixtures().map((fixture) => ({ fixture, name: fixture.name })))(
  'segments of $name',
  ({ fixture }) => {
    test('resumed at any position give exactly the rest, and the checksum of the whole', async () => {
      let resumed = 0
      for (const index of ['large', 'deletes', 'nested', 'routed']) {
        for (const source of await segmentsOf(fixture, index)) {
          const right = await read(source, whole(source))
          expect(right.ids.length).toBeGreaterThan(0)
          for (const [place, position] of right.positions.entries()) {
            const rest = await read(source, whole(source), position)
            expect(rest.ids, `${index} after ${place}`).toEqual(right.ids.slice(place + 1))
            expect(rest.checksum).toBe(right.checksum)
            resumed++
          }
          verifySegmentChecksum(source.stored, [{ ...whole(source), checksum: right.checksum }])
        }
      }
      expect(resumed).toBeGreaterThan(100)
    })

    test('cut into slices of any size hold every document once, and their checksums make up that of the file', async () => {
      let most = 0
      for (const source of await segmentsOf(fixture, 'many')) {
        const right = await read(source, whole(source))
        for (const maxBytes of [1, 5000, 20_000, 1_000_000]) {
          const slices = cutSlices(source.stored.index, maxBytes)
          most = Math.max(most, slices.length)
          const parts: (ChunkRange & Read)[] = []
          for (const slice of slices) parts.push({ ...slice, ...(await read(source, slice)) })
          expect(parts.flatMap((part) => part.ids)).toEqual(right.ids)
          verifySegmentChecksum(source.stored, parts)
          const broken = parts.map((part, n) => (n === 0 ? { ...part, checksum: part.checksum ^ 1 } : part))
          if (source.stored.checksum !== undefined) {
            expect(() => verifySegmentChecksum(source.stored, broken)).toThrow(/checksum is/)
          }
          expect(() => verifySegmentChecksum(source.stored, parts.slice(1))).toThrow(/leave off at chunk/)
        }
      }
      expect(most).toBeGreaterThan(1)
    })

    test('of nested documents give the roots alone', async () => {
      const ids: string[] = []
      let documents = 0
      for (const source of await segmentsOf(fixture, 'nested')) {
        documents += source.live.count
        ids.push(...(await read(source, whole(source))).ids)
      }
      const nested = fixture.repositories[0]!.snapshots[0]!.indices.find(({ name }) => name === 'nested')!
      expect(ids.sort()).toEqual(
        nested
          .expected()
          .map(({ id }) => id)
          .sort(),
      )
      expect(documents).toBeGreaterThan(ids.length)
    })
  },
)

describe('reading ahead', () => {
  const failure = new Failure('STORE_UNREACHABLE', 'gone', { op: 'read', subject: 'blob' })
  const limits = { ahead: 2, maxBytes: 30, bytesOf: (item: number) => item }

  test('throws a failure in its turn, after the results before it, and waits for what is under way', async () => {
    const results: number[] = []
    let unfinished = 0
    const reading = async (): Promise<void> => {
      const items = [1, 2, 3, 4, 5]
      const work = async (item: number): Promise<number> => {
        unfinished++
        await new Promise((resolve) => setImmediate(resolve))
        unfinished--
        if (item === 3) throw failure
        return item
      }
      for await (const result of readAhead(items, limits, work)) results.push(result)
    }
    await expect(reading()).rejects.toSatisfy((error) => isFailure(error, 'STORE_UNREACHABLE'))
    expect(results).toEqual([1, 2])
    expect(unfinished).toBe(0)
  })

  test('holds no more bytes than allowed, unless a single item is larger', async () => {
    let underWay = 0
    let most = 0
    const items = [10, 10, 10, 10, 100, 10, 10]
    const work = (item: number): Promise<number> => {
      underWay += item
      most = Math.max(most, item === 100 ? 0 : underWay)
      return Promise.resolve(item)
    }
    const results: number[] = []
    for await (const result of readAhead(items, limits, work)) {
      underWay -= result
      results.push(result)
    }
    expect(results).toEqual(items)
    expect(most).toBeLessThanOrEqual(30)
  })
})
