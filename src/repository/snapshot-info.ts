import type { JsonValue } from '../codec/json-value.ts'
import { MetadataFields } from './metadata-fields.ts'
import { stateOfName } from './snapshot-record.ts'
import type { SnapshotState } from './snapshot-record.ts'
import { decodeVersionId } from './version-id.ts'
import type { VersionId } from './version-id.ts'

/** A shard that is missing from a snapshot, with the words of the server that took it. */
export interface ShardFailure {
  readonly indexName: string
  readonly shard: number
  readonly reason: string
}

/** The content of a snapshot's own blob, `snap-UUID.dat` or `snapshot-NAME`. */
export interface SnapshotInfo {
  readonly name: string
  readonly uuid: string | undefined
  readonly state: SnapshotState
  readonly version: VersionId | undefined
  readonly indexNames: readonly string[]
  readonly dataStreams: readonly string[]
  readonly includesGlobalState: boolean | undefined
  /** Milliseconds since 1970. */
  readonly startTimeMs: number | undefined
  readonly endTimeMs: number | undefined
  readonly totalShards: number | undefined
  readonly successfulShards: number | undefined
  readonly failures: readonly ShardFailure[]
  /** True when segment files lie in a remote store instead of the repository (OpenSearch). */
  readonly shallow: boolean
  /** Why the server ended it, when not everything went well. */
  readonly reason: string | undefined
}

/** Reads the parsed blob of a snapshot; `BLOB_CORRUPT` when a mandatory member is missing. Source: Elasticsearch `SnapshotInfo.fromXContentInternal`. */
export function parseSnapshotInfo(json: JsonValue, subject: string): SnapshotInfo {
  const fields = new MetadataFields(json, subject).object('snapshot')
  const versionId = fields.optionalCount('version_id')
  const included = fields.get('include_global_state')
  return {
    name: fields.string('name'),
    uuid: fields.optionalString('uuid'),
    state: stateOfName(fields.optionalString('state')),
    version: versionId === undefined ? undefined : decodeVersionId(versionId),
    indexNames: fields.strings('indices').sort(),
    dataStreams: fields.strings('data_streams'),
    includesGlobalState: typeof included === 'boolean' ? included : undefined,
    startTimeMs: positive(fields.optionalCount('start_time')),
    endTimeMs: positive(fields.optionalCount('end_time')),
    totalShards: fields.optionalCount('total_shards'),
    successfulShards: fields.optionalCount('successful_shards'),
    failures: fields.objects('failures').map((failure) => ({
      indexName: failure.string('index'),
      shard: failure.count('shard_id'),
      reason: failure.optionalString('reason') ?? 'no reason recorded',
    })),
    shallow: fields.flag('remote_store_index_shallow_copy'),
    reason: fields.optionalString('reason'),
  }
}

/** 0 stands for "not known" in snapshots that did not finish. */
function positive(time: number | undefined): number | undefined {
  return time === 0 ? undefined : time
}
