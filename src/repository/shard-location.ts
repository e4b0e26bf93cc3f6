import type { BlobStore } from '../blob/blob-store.ts'
import type { RepositoryLocation } from '../blob/location.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { parseJsonBlob } from './json-text.ts'
import { MetadataFields, requireSegment } from './metadata-fields.ts'
import { SHARD_PATH_HASHES, shardPathHash } from './shard-path-hash.ts'
import type { IndexEntry } from './snapshot-record.ts'

/** The folder of a shard, in the store that its path is relative to. */
export interface ShardFolder {
  readonly store: BlobStore
  /** Ends with `/`. */
  readonly folder: string
}

const FIXED = 0
const HASHED_PREFIX = 1
const HASHED_INFIX = 2

/**
 * Every folder in which a shard may lie, likeliest first; only the first unless its path has to be computed. OpenSearch
 * may put a hash into the path (its repository setting `shard_path_type`); the paths it chose are recorded under
 * `snapshot_shard_paths/`, relative to the top of the bucket. `FORMAT_UNSUPPORTED` for an unknown kind of path.
 *
 * Source: OpenSearch `IndexId`, `SnapshotShardPaths`, `RemoteStoreEnums.PathType`.
 */
export async function shardFolders(
  location: RepositoryLocation,
  index: IndexEntry,
  shard: number,
  signal: AbortSignal,
): Promise<ShardFolder[]> {
  const { store, top, basePath } = location
  const fixed = `indices/${index.id}/${shard}/`
  if (index.shardPathType === FIXED) return [{ store, folder: fixed }]
  if (index.shardPathType !== HASHED_PREFIX && index.shardPathType !== HASHED_INFIX) {
    throw new Failure('FORMAT_UNSUPPORTED', `shard path type ${index.shardPathType}; this release reads 0 to 2`, {
      op: 'find shards of index',
      subject: index.name,
      hint: 'See docs/compatibility.md; a newer release may read it.',
    })
  }
  const recorded = await recordedPath(store, index, shard, signal)
  if (recorded !== undefined) return [{ store: top, folder: recorded }]
  const base = basePath === '' ? '' : `${basePath}/`
  return [...SHARD_PATH_HASHES.keys()].reverse().map((algorithm) => {
    const hash = shardPathHash(index.id, shard, algorithm)!
    return index.shardPathType === HASHED_PREFIX
      ? { store: top, folder: `${hash}/${base}${fixed}` }
      : { store, folder: `${hash}/${fixed}` }
  })
}

/**
 * The path that the repository recorded for a shard; undefined when it has no record of it. An index that was deleted and
 * created again with more shards has several records under one id, which agree on the shards they share.
 */
async function recordedPath(
  store: BlobStore,
  index: IndexEntry,
  shard: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const prefix = `snapshot_shard_paths/snapshot_path_${index.id}.`
  for await (const { key } of store.list(prefix, { delimiter: false }, signal)) {
    const path = await readRecord(store, key, index, shard, signal)
    if (path !== undefined) return path
  }
  return undefined
}

async function readRecord(
  store: BlobStore,
  key: string,
  index: IndexEntry,
  shard: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  let bytes
  try {
    bytes = await store.read(key, { start: 0 }, signal)
  } catch (error) {
    if (isFailure(error, 'BLOB_NOT_FOUND')) return undefined
    throw error
  }
  const subject = `${store.uri}/${key}`
  const fields = new MetadataFields(parseJsonBlob(bytes, subject), subject)
  const paths = fields.strings('paths')
  if (fields.optionalCount('shard_path_type') !== index.shardPathType) return undefined
  const path = paths[shard]
  if (path === undefined) return undefined
  const parts = path.replace(/\/$/, '').split('/')
  for (const part of parts) requireSegment(part, 'shard path', fields)
  return `${parts.join('/')}/`
}
