import type { RepositoryLocation } from '../blob/location.ts'
import { mapBounded } from '../core/concurrency.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { closeNames, nameList } from './close-names.ts'
import { parseGlobalMetadata } from './global-metadata.ts'
import type { GlobalMetadata } from './global-metadata.ts'
import { sizesOf } from './index-sizes.ts'
import type { IndexSize, SizedIndex } from './index-sizes.ts'
import { parseIndexMetadata } from './index-metadata.ts'
import type { IndexMetadata } from './index-metadata.ts'
import { readMetadataBlob } from './metadata-blob.ts'
import { readShardSnapshot } from './shard-snapshot.ts'
import type { ShardSnapshot } from './shard-snapshot.ts'
import { parseSnapshotInfo } from './snapshot-info.ts'
import type { ShardFailure, SnapshotInfo } from './snapshot-info.ts'
import type { IndexEntry, SnapshotRecord, SnapshotSummary } from './snapshot-record.ts'

const READS_AT_ONCE = 16

/** One opened snapshot. Nothing is cached: every call reads its blobs, and all calls may run concurrently. */
export interface Snapshot extends SnapshotSummary {
  readonly dataStreams: readonly string[]
  readonly totalShards: number | undefined
  readonly successfulShards: number | undefined
  /** Shards that are missing, with the words of the server. */
  readonly failures: readonly ShardFailure[]
  /** Why the server ended it, when not everything went well. */
  readonly reason: string | undefined
  /** True when segment files lie in a remote store instead of the repository; its shards cannot be read. */
  readonly shallow: boolean
  /** Cluster-wide metadata: templates, pipelines, persistent settings, data streams. */
  globalMetadata(signal: AbortSignal): Promise<GlobalMetadata>
  /** Metadata of one index; `INDEX_NOT_FOUND` when the snapshot has none of that name. */
  index(name: string, signal: AbortSignal): Promise<IndexMetadata>
  /** Metadata of several indices in the order given, a bounded number of reads at a time. */
  indices(names: readonly string[], signal: AbortSignal): Promise<IndexMetadata[]>
  /** The files of one shard; `SNAPSHOT_INCOMPLETE` when the snapshot does not have it. */
  shard(indexName: string, shard: number, signal: AbortSignal): Promise<ShardSnapshot>
  /** Bytes and files of several indices, from the file lists of all their shards, a bounded number of reads at a time. */
  sizes(indices: readonly SizedIndex[], signal: AbortSignal): Promise<IndexSize[]>
}

/**
 * Opens the snapshot of a record: reads its own blob, which has the times, the totals and the shards that failed.
 * `isListed` asks the repository again, to tell a snapshot that was deleted while it was read (`SNAPSHOT_NOT_FOUND`) from
 * one that is damaged.
 */
export async function openSnapshot(
  location: RepositoryLocation,
  record: SnapshotRecord,
  isListed: (signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Snapshot> {
  const { store } = location
  const whileListed = async <T>(work: Promise<T>, at: AbortSignal): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (!isFailure(error, 'BLOB_NOT_FOUND') || (await isListed(at))) throw error
      throw deleted(record, error)
    }
  }
  const info = await whileListed(readInfo(location, record, signal), signal)
  if (info !== undefined) requireAgreement(record, info, store.uri)
  const summary = summaryOf(record, info)
  const failures = info?.failures ?? []
  const entryOf = (name: string): IndexEntry => {
    const entry = record.indices.get(name)
    if (entry !== undefined) return entry
    const close = closeNames(name, record.indexNames)
    throw new Failure('INDEX_NOT_FOUND', `no index ${JSON.stringify(name)}`, {
      op: 'read snapshot',
      subject: record.name,
      hint: close.length > 0 ? `Did you mean ${close.join(' or ')}?` : `It has ${nameList(record.indexNames)}.`,
    })
  }
  const index = async (name: string, at: AbortSignal): Promise<IndexMetadata> => {
    const key = record.keys.indexMetadata(entryOf(name))
    try {
      const json = await whileListed(readMetadataBlob(store, key, 'index-metadata', at), at)
      return parseIndexMetadata(json, name, `${store.uri}/${key}`)
    } catch (error) {
      // Names of blobs do not tell whose they are.
      throw isFailure(error, 'BLOB_CORRUPT') ? unreadable(name, error) : error
    }
  }
  const shard = async (name: string, number: number, at: AbortSignal): Promise<ShardSnapshot> => {
    const entry = entryOf(name)
    const failure = failures.find((item) => item.indexName === name && item.shard === number)
    if (failure !== undefined) throw missingShard(record, name, number, failure.reason)
    try {
      return await whileListed(readShardSnapshot(location, record, entry, number, at), at)
    } catch (error) {
      const expected = summary.state !== 'SUCCESS' && isFailure(error, 'BLOB_NOT_FOUND')
      throw expected ? missingShard(record, name, number, `the snapshot is ${summary.state}`, error) : error
    }
  }
  return {
    ...summary,
    dataStreams: info?.dataStreams ?? [],
    totalShards: info?.totalShards,
    successfulShards: info?.successfulShards,
    failures,
    reason: info?.reason,
    shallow: info?.shallow ?? false,
    globalMetadata: async (at) => {
      const key = record.keys.globalMetadata
      const json = await whileListed(readMetadataBlob(store, key, 'metadata', at), at)
      return parseGlobalMetadata(json, `${store.uri}/${key}`)
    },
    index,
    indices: (names, at) => mapBounded(names, READS_AT_ONCE, (name) => index(name, at), at),
    shard,
    sizes: (indices, at) => sizesOf(indices, shard, at),
  }
}

/** Throws `SNAPSHOT_INCOMPLETE` unless every shard of every index is in the snapshot. */
export function requireComplete(snapshot: Snapshot): void {
  if (snapshot.state === 'SUCCESS' && snapshot.failures.length === 0) return
  const missing = snapshot.failures.map((failure) => `${failure.indexName}[${failure.shard}]`).sort()
  const shards = missing.length === 0 ? '' : `; without shards ${nameList(missing)}`
  throw new Failure('SNAPSHOT_INCOMPLETE', `its state is ${snapshot.state}${shards}`, {
    op: 'use snapshot',
    subject: snapshot.name,
    hint: 'Take a new snapshot, or accept the missing shards explicitly.',
  })
}

/** A summary as full as both the root of the repository and the snapshot's own blob make it. */
export function summaryOf(record: SnapshotRecord, info: SnapshotInfo | undefined): SnapshotSummary {
  const version = info?.version
  const known = version !== undefined && version.distribution !== 'unknown'
  return {
    name: record.name,
    uuid: record.uuid,
    state: record.state === 'UNKNOWN' ? (info?.state ?? 'UNKNOWN') : record.state,
    distribution: known ? version.distribution : record.distribution,
    version: (known ? version.release : undefined) ?? record.version,
    indexVersion: record.indexVersion,
    startTimeMs: record.startTimeMs ?? info?.startTimeMs,
    endTimeMs: record.endTimeMs ?? info?.endTimeMs,
    indexNames: record.indexNames,
  }
}

/** The snapshot's own blob; undefined when it is missing because the snapshot is not finished. */
export async function readInfo(
  { store }: RepositoryLocation,
  record: SnapshotRecord,
  signal: AbortSignal,
): Promise<SnapshotInfo | undefined> {
  const key = record.keys.info
  try {
    return parseSnapshotInfo(await readMetadataBlob(store, key, 'snapshot', signal), `${store.uri}/${key}`)
  } catch (error) {
    if (isFailure(error, 'BLOB_NOT_FOUND') && (record.state === 'IN_PROGRESS' || record.state === 'FAILED'))
      return undefined
    throw error
  }
}

/**
 * The root blob carries no checksum, so a damaged one could lose indices in silence; the snapshot's own blob, which has
 * one, names them as well. Only complete snapshots are held to it: of others servers record less.
 */
function requireAgreement(record: SnapshotRecord, info: SnapshotInfo, repository: string): void {
  if (record.state !== 'SUCCESS') return
  const found = new Set(record.indexNames)
  const lost = info.indexNames.filter((name) => !found.has(name))
  const named = new Set(info.indexNames)
  const added = record.indexNames.filter((name) => !named.has(name))
  const fail = (detail: string): Failure =>
    new Failure('BLOB_CORRUPT', detail, {
      op: 'compare root and snapshot of',
      subject: `${repository}/${record.keys.info}`,
      hint: 'The root blob of the repository is damaged or of another state: read the snapshot from another copy.',
    })
  if (info.name !== record.name) throw fail(`it is snapshot ${info.name}, the root lists it as ${record.name}`)
  if (lost.length > 0) throw fail(`the root does not list its indices ${nameList(lost)}`)
  if (added.length > 0) throw fail(`the root lists indices that it does not have: ${nameList(added)}`)
  if (info.state !== 'SUCCESS' && info.state !== 'UNKNOWN')
    throw fail(`its state is ${info.state}, the root lists it as SUCCESS`)
}

function deleted(record: SnapshotRecord, cause: Failure): Failure {
  return new Failure('SNAPSHOT_NOT_FOUND', `it was deleted while it was read; ${cause.subject} is gone`, {
    op: 'read snapshot',
    subject: record.name,
    hint: 'Choose another snapshot, and keep retention rules from deleting it during a migration.',
    cause,
  })
}

function missingShard(
  record: SnapshotRecord,
  indexName: string,
  shard: number,
  reason: string,
  cause?: unknown,
): Failure {
  return new Failure('SNAPSHOT_INCOMPLETE', `shard ${shard} of index ${indexName} is missing: ${reason}`, {
    op: 'read snapshot',
    subject: record.name,
    hint: 'Take a new snapshot, or accept the missing shards explicitly.',
    cause,
  })
}

function unreadable(index: string, cause: Failure): Failure {
  return new Failure('BLOB_CORRUPT', cause.message, {
    op: 'read',
    subject: `metadata of index ${index}`,
    hint: `Leave the index out with "-${index}" in the patterns of indices, or take a new snapshot.`,
    cause,
  })
}
