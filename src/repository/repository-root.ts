import type { BlobStore } from '../blob/blob-store.ts'
import type { RepositoryLocation } from '../blob/location.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { nameList } from './close-names.ts'

/** Which blob is the root of a repository, and what stands beside it. */
export interface RepositoryRoot {
  /** The blob that lists the snapshots: `index-N`, or `index` before 5.0. */
  readonly key: string
  /** N of `index-N`; undefined before 5.0. */
  readonly generation: number | undefined
  readonly warnings: readonly string[]
}

/** Blobs looked at when a location is no repository and one above or below it is searched for. */
const SEARCH_LIMIT = 5000

/**
 * Finds the root blob: the highest `index-N`, which `index.latest` should name, else `index`. `REPOSITORY_NOT_FOUND` when
 * there is none, with a suggestion when the location is inside a repository or above one.
 *
 * Source: Elasticsearch `BlobStoreRepository.latestIndexBlobId`.
 */
export async function findRoot(location: RepositoryLocation, signal: AbortSignal): Promise<RepositoryRoot> {
  const { store } = location
  const generations: number[] = []
  for await (const { key } of store.list('index-', { delimiter: false }, signal)) {
    const generation = generationOf(key)
    if (generation !== undefined) generations.push(generation)
  }
  const latest = await readLatest(store, signal)
  const highest = generations.reduce<number | undefined>((a, b) => (a === undefined || b > a ? b : a), undefined)
  if (highest !== undefined) {
    return { key: `index-${highest}`, generation: highest, warnings: latestWarnings(latest, highest) }
  }
  // Listings of some stores lag behind; the pointer alone is enough when its blob can be read.
  if (latest.generation !== undefined && (await exists(store, `index-${latest.generation}`, signal))) {
    return { key: `index-${latest.generation}`, generation: latest.generation, warnings: [] }
  }
  if (await exists(store, 'index', signal)) return { key: 'index', generation: undefined, warnings: [] }
  throw await notFound(location, latest, signal)
}

/** N of a key `index-N`; undefined for any other key. */
export function generationOf(key: string): number | undefined {
  const digits = /^index-(\d{1,15})$/.exec(key)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** What `index.latest` says: eight bytes, a big-endian integer. */
interface LatestPointer {
  readonly state: 'present' | 'missing' | 'unreadable'
  readonly generation: number | undefined
}

async function readLatest(store: BlobStore, signal: AbortSignal): Promise<LatestPointer> {
  let bytes
  try {
    bytes = await store.read('index.latest', { start: 0 }, signal)
  } catch (error) {
    if (isFailure(error, 'BLOB_NOT_FOUND')) return { state: 'missing', generation: undefined }
    throw error
  }
  const value = bytes.length === 8 ? new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0) : -1n
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) return { state: 'unreadable', generation: undefined }
  return { state: 'present', generation: Number(value) }
}

function latestWarnings(latest: LatestPointer, highest: number): string[] {
  if (latest.state === 'missing')
    return [`index.latest is missing; the highest generation found, index-${highest}, is used`]
  if (latest.state === 'unreadable')
    return [`index.latest is damaged; the highest generation found, index-${highest}, is used`]
  if (latest.generation === highest) return []
  return [
    `index.latest names generation ${latest.generation!}, but index-${highest} is the highest there is and is used`,
  ]
}

async function exists(store: BlobStore, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    await store.size(key, signal)
    return true
  } catch (error) {
    if (isFailure(error, 'BLOB_NOT_FOUND')) return false
    throw error
  }
}

async function notFound(location: RepositoryLocation, latest: LatestPointer, signal: AbortSignal): Promise<Failure> {
  const { store } = location
  if (latest.generation !== undefined) {
    return new Failure('REPOSITORY_NOT_FOUND', `index.latest names index-${latest.generation}, which is missing`, {
      op: 'open repository',
      subject: store.uri,
      hint: 'The repository is damaged, or its copy is not complete: read it from another copy.',
    })
  }
  const below = await repositoriesBelow(store, signal)
  const above = await repositoryAbove(location, signal)
  const found =
    above ?? (below.folders.length > 0 ? nameList(below.folders.map((folder) => `${store.uri}/${folder}`)) : undefined)
  const empty =
    below.seen === 0 ? 'the location is empty or does not exist' : 'there is neither index.latest nor index-N in it'
  return new Failure('REPOSITORY_NOT_FOUND', found === undefined ? empty : `${empty}, but there is in ${found}`, {
    op: 'open repository',
    subject: store.uri,
    hint:
      found === undefined
        ? 'Give the folder or prefix that contains index.latest.'
        : `Give ${above ?? `${store.uri}/${below.folders[0]!}`} instead.`,
  })
}

/** Folders below the location that hold a root blob, among the first {@link SEARCH_LIMIT} blobs. */
async function repositoriesBelow(store: BlobStore, signal: AbortSignal): Promise<{ folders: string[]; seen: number }> {
  const folders = new Set<string>()
  let seen = 0
  for await (const { key } of store.list('', { delimiter: false }, signal)) {
    const slash = key.lastIndexOf('/')
    const file = key.slice(slash + 1)
    const isRoot = file === 'index.latest' || (file === 'index' && slash !== -1)
    if (slash !== -1 && isRoot) folders.add(key.slice(0, slash))
    if (++seen >= SEARCH_LIMIT) break
  }
  return { folders: [...folders].sort(), seen }
}

/** The nearest folder above the location that holds a root blob: asked from the top of the store, or told by the path. */
async function repositoryAbove(location: RepositoryLocation, signal: AbortSignal): Promise<string | undefined> {
  const { top, basePath, store } = location
  const parts = basePath === '' ? [] : basePath.split('/')
  for (let depth = parts.length - 1; depth >= 0; depth--) {
    const folder = parts.slice(0, depth).join('/')
    const prefix = folder === '' ? '' : `${folder}/`
    for (const file of ['index.latest', 'index']) {
      if (await exists(top, `${prefix}${file}`, signal))
        return `${top.uri.replace(/\/$/, '')}${folder === '' ? '' : `/${folder}`}`
    }
  }
  const inside = /^(.+)\/indices(?:\/.*)?$/.exec(store.uri)
  return inside?.[1]
}
