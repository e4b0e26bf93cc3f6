import type { RepositoryLocation } from '../blob/location.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { readMetadataBlob } from './metadata-blob.ts'
import { MetadataFields } from './metadata-fields.ts'
import { shardDirectory } from './shard-directory.ts'
import type { ShardDirectory } from './shard-directory.ts'
import { parseShardFiles } from './shard-files.ts'
import type { ShardFiles } from './shard-files.ts'
import { shardFolders } from './shard-location.ts'
import type { ShardFolder } from './shard-location.ts'
import type { IndexEntry, SnapshotRecord } from './snapshot-record.ts'

/** One shard of a snapshot, ready to be read. */
export interface ShardSnapshot extends ShardFiles {
  readonly indexName: string
  readonly shard: number
  /** Where the blobs are: the store's name and the folder. */
  readonly uri: string
  readonly directory: ShardDirectory
}

/**
 * Reads the file list of a shard. `BLOB_NOT_FOUND` names the blob when it is missing; `FORMAT_UNSUPPORTED` when the segment
 * files lie elsewhere: in a remote store (shallow snapshot) or in the snapshot that a searchable index was mounted from.
 */
export async function readShardSnapshot(
  location: RepositoryLocation,
  record: SnapshotRecord,
  index: IndexEntry,
  shard: number,
  signal: AbortSignal,
): Promise<ShardSnapshot> {
  const { at, files } = await readFiles(location, record, index, shard, signal)
  const uri = `${at.store.uri}/${at.folder}`
  if (files.files.length === 0) throw elsewhere(uri, 'it holds no files: the index is a mounted searchable snapshot')
  const commits = files.files.filter((file) => /^segments_[0-9a-z]+$/.test(file.physicalName))
  if (commits.length !== 1) {
    throw new Failure('BLOB_CORRUPT', `${commits.length} files segments_N instead of one`, {
      op: 'read shard',
      subject: `${uri}${record.keys.shardFile}`,
    })
  }
  const name = `index ${index.name}, shard ${shard} of snapshot ${record.name}`
  return {
    indexName: index.name,
    shard,
    uri,
    ...files,
    directory: shardDirectory(name, at.store, at.folder, files.files),
  }
}

async function readFiles(
  location: RepositoryLocation,
  record: SnapshotRecord,
  index: IndexEntry,
  shard: number,
  signal: AbortSignal,
): Promise<{ at: ShardFolder; files: ShardFiles }> {
  const folders = await shardFolders(location, index, shard, signal)
  let missing: unknown
  for (const at of folders) {
    const key = at.folder + record.keys.shardFile
    try {
      const json = await readMetadataBlob(at.store, key, 'snapshot', signal)
      return { at, files: parseShardFiles(json, `${at.store.uri}/${key}`) }
    } catch (error) {
      if (!isFailure(error, 'BLOB_NOT_FOUND')) throw error
      missing ??= error
    }
  }
  await refuseShallow(folders, record, signal)
  throw index.shardPathType === 0 ? missing : misplaced(folders, record, missing)
}

/** Throws `FORMAT_UNSUPPORTED` when the shard is in a shallow snapshot. Source: OpenSearch `RemoteStoreShardShallowCopySnapshot`. */
async function refuseShallow(
  folders: readonly ShardFolder[],
  record: SnapshotRecord,
  signal: AbortSignal,
): Promise<void> {
  const file = record.keys.shallowShardFile
  if (file === undefined) return
  for (const at of folders) {
    const key = at.folder + file
    const subject = `${at.store.uri}/${key}`
    let json
    try {
      json = await readMetadataBlob(at.store, key, 'snapshot', signal)
    } catch (error) {
      if (isFailure(error, 'BLOB_NOT_FOUND')) continue
      throw error
    }
    const repository = new MetadataFields(json, subject).optionalString('remote_store_repository') ?? 'unknown'
    throw elsewhere(subject, `a shallow snapshot: its segment files lie in the remote store repository ${repository}`)
  }
}

/** A hashed folder may lie outside of the repository's own folder, so a wrong base path looks like a missing shard. */
function misplaced(folders: readonly ShardFolder[], record: SnapshotRecord, cause: unknown): Failure {
  const [first] = folders
  return new Failure('BLOB_NOT_FOUND', 'no such blob under the hashed path of the shard', {
    op: 'read shard',
    subject: first === undefined ? record.name : `${first.store.uri}/${first.folder}${record.keys.shardFile}`,
    hint: 'Hashed paths are counted from the top of the bucket: give the bucket and the base path as the repository settings have them.',
    cause,
  })
}

function elsewhere(subject: string, detail: string): Failure {
  return new Failure('FORMAT_UNSUPPORTED', detail, {
    op: 'read shard',
    subject,
    hint: 'Take a snapshot that contains the data itself; see docs/compatibility.md.',
  })
}
