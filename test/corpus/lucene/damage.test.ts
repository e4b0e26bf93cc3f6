import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { memorySource, readAll } from '../../../src/core/byte-source.ts'
import { Failure, isFailure } from '../../../src/core/failure.ts'
import { readCommit } from '../../../src/lucene/commit.ts'
import { readCompoundEntries } from '../../../src/lucene/compound-file.ts'
import type { Directory } from '../../../src/lucene/directory.ts'
import { openRepository } from '../../../src/repository/open.ts'
import { fixtureRepositories, noFixtures } from '../repository/fixtures.ts'
import { readShard } from './shard-documents.ts'

const { signal } = new AbortController()
/** Shards damaged of each server, the smallest: every damage reads the whole shard again. */
const SHARDS = 2
const FILES_A_KIND = 2
const DAMAGES_A_FILE = 5
const READ_FILES = /^segments_|\.(si|cfe|fnm|fdt|fdx|fdm|liv|del|dvm|dvd)$/

/** A file, or a file inside a compound file. */
interface Unit {
  readonly file: string
  readonly part: string
  readonly offset: number
  readonly length: number
}

interface Shard {
  readonly name: string
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly units: readonly Unit[]
  /** Files that are read of the undamaged shard. */
  readonly opened: Set<string>
}

describe.skipIf(noFixtures !== undefined)('a damaged shard', () => {
  for (const repository of fixtureRepositories().filter(({ repository }) => repository === 'repo')) {
    test(`of ${repository.server} is found to be corrupt or read as before, never anything else`, async () => {
      const random = numbers(repository.id)
      for (const shard of await smallShards(repository.folder)) {
        const right = await digest(shard, shard.files, shard.opened)
        expect(right).toMatch(/documents/)
        for (const unit of shard.units) {
          for (let round = 0; round < DAMAGES_A_FILE; round++) {
            const at = unit.offset + (random() % unit.length)
            const mask = 1 << (random() % 8)
            const what = `${shard.name} ${unit.file} ${unit.part} byte ${at - unit.offset} xor ${mask}`
            const flipped = withBytes(shard, unit.file, (bytes) => (bytes[at]! ^= mask))
            const found = await digest(shard, flipped)
            if (found !== 'BLOB_CORRUPT' && found !== 'FORMAT_UNSUPPORTED') expect(found, what).toBe(right)
            // With a checksum that fits again the content may differ, but the readers must still end in an orderly way.
            await digest(
              shard,
              withBytes(shard, unit.file, (bytes) => sealed(bytes, unit, at, mask)),
            )
          }
          if (unit.part === '') {
            const length = random() % unit.length
            const found = await digest(
              shard,
              new Map(shard.files).set(unit.file, shard.files.get(unit.file)!.slice(0, length)),
            )
            // Files of earlier generations are not read.
            const allowed = shard.opened.has(unit.file) ? ['BLOB_CORRUPT'] : [right]
            expect(allowed, `${shard.name} ${unit.file} cut to ${length}`).toContain(found)
          }
        }
      }
    })
  }
})

function sealed(bytes: Uint8Array, unit: Unit, at: number, mask: number): void {
  bytes[at]! ^= mask
  const end = unit.offset + unit.length
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(end - 4, crc32(bytes.subarray(unit.offset, end - 8)))
}

/** Number and checksum of all documents, or the code of the failure; any other error is thrown on. */
async function digest(
  shard: Shard,
  files: ReadonlyMap<string, Uint8Array>,
  opened = new Set<string>(),
): Promise<string> {
  const documents: string[] = []
  try {
    await readShard(directoryOf(shard.name, files, opened), signal, (document) =>
      documents.push(JSON.stringify(document)),
    )
  } catch (error) {
    if (isFailure(error, 'BLOB_CORRUPT', 'FORMAT_UNSUPPORTED')) return error.code
    // A damaged commit or segment info can name files that do not exist.
    if (isFailure(error, 'BLOB_NOT_FOUND')) return 'BLOB_CORRUPT'
    throw error
  }
  return `${documents.length} documents, ${crc32(documents.join('\n'))}`
}

function directoryOf(name: string, files: ReadonlyMap<string, Uint8Array>, opened: Set<string>): Directory {
  return {
    name,
    files: new Set(files.keys()),
    open: (file) => {
      const bytes = files.get(file)
      if (bytes === undefined) throw new Failure('BLOB_NOT_FOUND', 'has no such file', { op: 'open', subject: file })
      const source = memorySource(file, bytes)
      return {
        ...source,
        read: (start, end, at) => {
          opened.add(file)
          return source.read(start, end, at)
        },
      }
    },
  }
}

function withBytes(
  shard: Shard,
  file: string,
  change: (bytes: Uint8Array) => unknown,
): ReadonlyMap<string, Uint8Array> {
  const bytes = shard.files.get(file)!.slice()
  change(bytes)
  return new Map(shard.files).set(file, bytes)
}

async function smallShards(folder: string): Promise<Shard[]> {
  const repository = await openRepository(await openStore(folder), signal)
  const largest = [...repository.snapshots].sort((a, b) => b.indexNames.length - a.indexNames.length)[0]!
  const snapshot = await repository.snapshot(largest.name, signal)
  const shards: Shard[] = []
  for (const index of ['deletes', 'parent', 'zstd', 'zstd_nodict', 'best', 'multitype']) {
    if (!snapshot.indexNames.includes(index)) continue
    const { directory } = await snapshot.shard(index, 0, signal)
    const files = new Map<string, Uint8Array>()
    for (const file of directory.files) files.set(file, await readAll(directory.open(file), 2 ** 31, signal))
    shards.push({ name: index, files, units: await unitsOf(directory), opened: new Set() })
  }
  expect(shards.length).toBeGreaterThanOrEqual(SHARDS)
  const size = ({ files }: Shard): number => [...files.values()].reduce((sum, file) => sum + file.length, 0)
  return shards.sort((a, b) => size(a) - size(b)).slice(0, SHARDS)
}

async function unitsOf(directory: Directory): Promise<Unit[]> {
  const units: Unit[] = []
  for (const file of directory.files) {
    if (READ_FILES.test(file)) units.push({ file, part: '', offset: 0, length: directory.open(file).length })
  }
  for (const { name, id } of (await readCommit(directory, signal)).segments) {
    if (!directory.files.has(`${name}.cfs`)) continue
    const { length } = directory.open(`${name}.cfs`)
    const entries = await readCompoundEntries(directory.open(`${name}.cfe`), length, id, signal)
    for (const [part, entry] of entries) if (READ_FILES.test(part)) units.push({ file: `${name}.cfs`, part, ...entry })
  }
  const seen = new Map<string, number>()
  return units.filter(({ file, part }) => {
    const kind = (part === '' ? file : part).replace(/^.*\./, '.')
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    return seen.get(kind)! <= FILES_A_KIND
  })
}

/** A sequence of pseudo-random numbers that is the same in every run. */
function numbers(seed: string): () => number {
  let state = crc32(seed)
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 8
  }
}
