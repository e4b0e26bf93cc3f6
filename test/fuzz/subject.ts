import { readdirSync, readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { crc32 } from 'node:zlib'
import { locationIn } from '../../src/blob/location.ts'
import { readAll } from '../../src/core/byte-source.ts'
import { readCommit } from '../../src/lucene/commit.ts'
import { readCompoundEntries } from '../../src/lucene/compound-file.ts'
import type { Directory } from '../../src/lucene/directory.ts'
import { openRepository } from '../../src/repository/open.ts'
import { requireComplete } from '../../src/repository/snapshot.ts'
import { shardDirectory } from '../../src/repository/shard-directory.ts'
import type { ShardFile } from '../../src/repository/shard-files.ts'
import { readShard } from '../../src/source/read-shard.ts'
import { SourceLines } from '../../src/source/source-lines.ts'
import { listFixtures, listSharedFixtures } from '../fixtures/load.ts'
import type { Region } from './mutation.ts'
import { recordedStore, type Reading } from './recorded-store.ts'
import type { SeededRandom } from './seeded-random.ts'

const signal = new AbortController().signal
/** Indices of a snapshot that one subject covers: each is read once undamaged. */
const INDICES = 4
const MAX_FILE_BYTES = 64 * 1024 * 1024

/** A snapshot in a repository of a fixture. */
export interface SubjectName {
  readonly fixture: string
  readonly path: string
  readonly snapshot: string
  readonly indices: readonly string[]
}

/** Something that can be damaged. */
export type Target = BlobTarget | FileTarget

/** A blob that is read before the shard's own files. */
export interface BlobTarget {
  readonly kind: string
  readonly key: string
  readonly index: string
}

/** A file of a shard, or a file inside a compound file. */
export interface FileTarget {
  readonly kind: string
  readonly shard: SubjectShard
  readonly file: string
  readonly region: Region
  /** What is read of the region. */
  readonly places: readonly Region[]
}

/** A shard as its Lucene files. */
export interface SubjectShard {
  readonly index: string
  readonly number: number
  readonly list: readonly ShardFile[]
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly digest: string
}

/** A snapshot with what its undamaged indices hold. */
export interface Subject {
  readonly name: SubjectName
  readonly blobs: ReadonlyMap<string, Uint8Array>
  /** Digest of the documents by index. */
  readonly digests: ReadonlyMap<string, string>
  readonly targets: ReadonlyMap<string, readonly Target[]>
}

/** Every complete snapshot of every fixture. */
export function subjectNames(): SubjectName[] {
  return [...listFixtures(), ...listSharedFixtures()].flatMap((fixture) =>
    fixture.repositories.flatMap((repository) =>
      repository.snapshots.map(({ name, indices }) => ({
        fixture: fixture.name,
        path: repository.path,
        snapshot: name,
        indices: indices.map((index) => index.name),
      })),
    ),
  )
}

/** Loads a snapshot and reads some of its indices, to know what is right and what can be damaged. */
export async function loadSubject(name: SubjectName, random: SeededRandom): Promise<Subject> {
  const blobs = blobsOf(name.path)
  const rest = [...name.indices]
  const indices = Array.from({ length: Math.min(INDICES, rest.length) }, () =>
    rest.splice(random.below(rest.length), 1),
  )
  const digests = new Map<string, string>()
  const targets = new Map<string, Target[]>()
  const add = (target: Target): void => {
    targets.set(target.kind, [...(targets.get(target.kind) ?? []), target])
  }
  for (const [index] of indices) {
    const { digest, reading, shards } = await readIndex(blobs, new Map(), name.snapshot, index!)
    digests.set(index!, digest)
    for (const key of reading.ranges.keys()) {
      if (!/\/v?__[^/]*$/.test(key)) add({ kind: kindOfBlob(key), key, index: index! })
    }
    for (const [number, { directory, list }] of shards.entries()) {
      for (const target of await fileTargets(index!, number, directory, list)) add(target)
    }
  }
  return { name, blobs, digests, targets }
}

/** Reads one index of a snapshot from the root of the repository on; the digest covers ids, routing and sources in order. */
export async function readIndex(
  blobs: ReadonlyMap<string, Uint8Array>,
  replaced: ReadonlyMap<string, Uint8Array>,
  snapshotName: string,
  index: string,
): Promise<{
  digest: string
  reading: Reading
  /** What the repository warns of, such as other snapshots that cannot be read. */
  warnings: readonly string[]
  shards: { readonly directory: Directory; readonly list: readonly ShardFile[] }[]
}> {
  const { store, reading } = recordedStore(blobs, replaced)
  const run = async () => {
    const repository = await openRepository(locationIn(store, ''), signal)
    const snapshot = await repository.snapshot(snapshotName, signal)
    requireComplete(snapshot)
    await snapshot.globalMetadata(signal)
    const metadata = await snapshot.index(index, signal)
    const shards = []
    let digest = ''
    for (let number = 0; number < metadata.numberOfShards; number++) {
      const { directory, files } = await snapshot.shard(index, number, signal)
      shards.push({ directory, list: files })
      digest += `${await digestOf(directory)};`
    }
    return { digest, shards, warnings: repository.warnings }
  }
  return { ...(await withReading(run(), reading)), reading }
}

/** Reads a shard from its files in memory. With `listed` the footers must repeat the checksums of the snapshot's file list. */
export async function readFiles(
  shard: SubjectShard,
  replaced: ReadonlyMap<string, Uint8Array>,
  listed: boolean,
): Promise<{ digest: string; reading: Reading }> {
  const { store, reading } = recordedStore(shard.files, replaced)
  return { digest: await withReading(digestOf(directoryOf(shard.list, store, listed)), reading), reading }
}

/** The reading up to a failure, which whoever judges the failure needs as well. */
const readings = new WeakMap<object, Reading>()

/** What had been read when this failure was thrown. */
export function readingOf(error: object): Reading | undefined {
  return readings.get(error)
}

async function withReading<T>(work: Promise<T>, reading: Reading): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error) readings.set(error, reading)
    throw error
  }
}

async function digestOf(directory: Directory): Promise<string> {
  const lines = new SourceLines()
  let crc = 0
  let count = 0
  for await (const batch of readShard(directory, {}, signal)) {
    lines.begin(batch)
    for (let place = 0; place < batch.count; place++) {
      count++
      crc = crc32(JSON.stringify([batch.type(place), batch.id(place), batch.routing(place), batch.parent(place)]), crc)
      if (lines.find(batch, place)) crc = crc32(lines.bytes.subarray(lines.start, lines.end), crc)
    }
  }
  return `${count} documents ${crc.toString(16)}`
}

function directoryOf(
  list: readonly ShardFile[],
  store: ReturnType<typeof recordedStore>['store'],
  listed: boolean,
): Directory {
  const files = list.map((file) => ({
    ...file,
    blobName: file.physicalName,
    partSize: undefined,
    inline: undefined,
    checksum: listed ? file.checksum : undefined,
  }))
  return shardDirectory('shard', store, '', files)
}

async function fileTargets(
  index: string,
  number: number,
  directory: Directory,
  list: readonly ShardFile[],
): Promise<FileTarget[]> {
  const files = new Map<string, Uint8Array>()
  for (const { physicalName } of list) {
    files.set(physicalName, Uint8Array.from(await readAll(directory.open(physicalName), MAX_FILE_BYTES, signal)))
  }
  const { store, reading } = recordedStore(files)
  const digest = await digestOf(directoryOf(list, store, true))
  const shard = { index, number, list, files, digest }
  const ids = new Map((await readCommit(directory, signal)).segments.map(({ name, id }) => [`${name}.cfs`, id]))
  const targets: FileTarget[] = []
  for (const [file, ranges] of reading.ranges) {
    const add = (kind: string, region: Region): void => {
      const places = ranges
        .map(({ start, end }) => ({ start: Math.max(start, region.start), end: Math.min(end, region.end) }))
        .filter(({ start, end }) => start < end)
      if (places.length > 0) targets.push({ kind, shard, file, region, places })
    }
    add(kindOfFile(file), { start: 0, end: files.get(file)!.length })
    if (!file.endsWith('.cfs')) continue
    const { length } = files.get(file)!
    const table = directory.open(file.replace(/cfs$/, 'cfe'))
    for (const [part, entry] of await readCompoundEntries(table, length, ids.get(file), signal)) {
      add(`${kindOfFile(part)} in .cfs`, { start: entry.offset, end: entry.offset + entry.length })
    }
  }
  return targets
}

function kindOfFile(name: string): string {
  return name.startsWith('segments_') ? 'segments_N' : name.replace(/^.*\./, '.')
}

function kindOfBlob(key: string): string {
  const depth = key.split('/').length > 3 ? 'shard' : key.includes('/') ? 'index' : 'root'
  const name = key.split('/').at(-1)!
  if (/^index-\d+$/.test(name)) return `${depth} index-N`
  return `${depth} ${name.replace(/[-.].*$/, '')}${name === 'index.latest' ? '.latest' : ''}`
}

function blobsOf(folder: string): Map<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = `${parentPath}/${name}`
      return [relative(folder, path).split(sep).join('/'), new Uint8Array(readFileSync(path))]
    }),
  )
}
