import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { memorySource, readAll, type ByteSource } from '../../../src/core/byte-source.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import type { Directory } from '../../../src/lucene/directory.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { openSegmentSource } from '../../../src/source/segment-source.ts'
import { readShard } from '../../../src/source/read-shard.ts'
import { listFixtures, type Fixture } from '../../fixtures/load.ts'

const signal = new AbortController().signal

/** A directory far away: reads that are under way together take one round, and every round is counted. */
class DistantDirectory implements Directory {
  readonly name: string
  readonly files: ReadonlySet<string>
  readonly #contents: ReadonlyMap<string, Uint8Array>
  rounds = 0
  /** Bytes that were asked for, by file. */
  readonly read = new Map<string, number>()
  #round: Promise<void> | undefined

  constructor(name: string, contents: ReadonlyMap<string, Uint8Array>) {
    this.name = name
    this.files = new Set(contents.keys())
    this.#contents = contents
  }

  open(file: string): ByteSource {
    const source = memorySource(file, this.#contents.get(file)!)
    return {
      ...source,
      read: async (start, end, reading) => {
        this.read.set(file, (this.read.get(file) ?? 0) + end - start)
        await this.#nextRound()
        return source.read(start, end, reading)
      },
    }
  }

  #nextRound(): Promise<void> {
    this.#round ??= new Promise((resolve) => {
      setImmediate(() => {
        this.rounds++
        this.#round = undefined
        resolve()
      })
    })
    return this.#round
  }
}

async function distantShards(fixture: Fixture, index: string): Promise<DistantDirectory[]> {
  const [repository] = fixture.repositories
  const opened = await openRepository(await openStore(repository!.path), signal)
  const snapshot = await opened.snapshot(repository!.snapshots[0]!.name, signal)
  const { numberOfShards } = await snapshot.index(index, signal)
  const shards: DistantDirectory[] = []
  for (let shard = 0; shard < numberOfShards; shard++) {
    const { directory } = await snapshot.shard(index, shard, signal)
    const contents = new Map<string, Uint8Array>()
    for (const file of directory.files) contents.set(file, await readAll(directory.open(file), 2 ** 30, signal))
    shards.push(new DistantDirectory(directory.name, contents))
  }
  return shards
}

describe.each(listFixtures().map((fixture) => ({ fixture, name: fixture.name })))('shards of $name', ({ fixture }) => {
  test('have their segments opened in five rounds of requests, deletes and compound files included', async () => {
    let segments = 0
    for (const index of ['large', 'deletes', 'nested', 'many']) {
      for (const shard of await distantShards(fixture, index)) {
        for (const commit of (await readCommit(shard, signal)).segments) {
          const before = shard.rounds
          await openSegmentSource(shard, commit, signal)
          segments++
          // `.si`, the compound file, all that a segment needs; then two for soft deletes that lie among other columns.
          expect(shard.rounds - before, `${index} ${commit.name}`).toBeLessThanOrEqual(5)
        }
      }
    }
    expect(segments).toBeGreaterThan(4)
  })

  test('are read once: no byte of a file is asked for twice, but for the ends of large files', async () => {
    for (const index of ['large', 'deletes', 'nested', 'many', 'best']) {
      for (const shard of await distantShards(fixture, index)) {
        for await (const batch of readShard(shard, {}, signal)) expect(batch.count).toBeGreaterThan(0)
        for (const [file, bytes] of shard.read) {
          expect(bytes, `${index} ${file}`).toBeLessThanOrEqual(shard.open(file).length * 1.05 + 1024)
        }
      }
    }
  })
})
