import type { Distribution } from './version-id.ts'

/** How far a snapshot got; only `SUCCESS` has every shard. */
export type SnapshotState = 'IN_PROGRESS' | 'SUCCESS' | 'FAILED' | 'PARTIAL' | 'INCOMPATIBLE' | 'UNKNOWN'

/** What a repository tells about one snapshot without reading its shards. */
export interface SnapshotSummary {
  readonly name: string
  /** Empty before 5.0, where the name is the key. */
  readonly uuid: string
  readonly state: SnapshotState
  readonly distribution: Distribution
  /** The release that wrote it, or the range of releases, as text; undefined when nothing names it. */
  readonly version: string | undefined
  /** Index version id, Elasticsearch 8.11 and later. */
  readonly indexVersion: number | undefined
  /** Milliseconds since 1970; undefined when the root of the repository does not tell. */
  readonly startTimeMs: number | undefined
  readonly endTimeMs: number | undefined
  /** Names of the indices that have data in it, sorted. */
  readonly indexNames: readonly string[]
}

/** An index as the root of the repository knows it. */
export interface IndexEntry {
  readonly name: string
  /** Folder name under `indices/`: an id of the repository, not the uuid of the index; the index name before 5.0. */
  readonly id: string
  /** 0 fixed, 1 hashed prefix, 2 hashed infix (OpenSearch 2.17 and later). */
  readonly shardPathType: number
}

/** A {@link SnapshotSummary} with the way to its blobs. */
export interface SnapshotRecord extends SnapshotSummary {
  readonly indices: ReadonlyMap<string, IndexEntry>
  readonly keys: SnapshotKeys
}

/** Keys of the blobs of one snapshot, relative to the repository. */
export interface SnapshotKeys {
  readonly info: string
  readonly globalMetadata: string
  readonly indexMetadata: (index: IndexEntry) => string
  /** File name of the snapshot in a shard folder. */
  readonly shardFile: string
  /** File name of a shallow (remote store) snapshot in a shard folder; undefined where there are none. */
  readonly shallowShardFile: string | undefined
}

const STATES: readonly SnapshotState[] = ['IN_PROGRESS', 'SUCCESS', 'FAILED', 'PARTIAL', 'INCOMPATIBLE']

/** The state by its number in `index-N`. */
export function stateOfNumber(value: number | undefined): SnapshotState {
  return value === undefined ? 'UNKNOWN' : (STATES[value] ?? 'UNKNOWN')
}

/** The state by its name in the snapshot's own blob. */
export function stateOfName(value: string | undefined): SnapshotState {
  return STATES.find((state) => state === value) ?? 'UNKNOWN'
}

/** Keys of a 1.x snapshot. */
export function keysOf1x(name: string): SnapshotKeys {
  return {
    info: `snapshot-${name}`,
    globalMetadata: `metadata-${name}`,
    indexMetadata: (index) => `indices/${index.id}/snapshot-${name}`,
    shardFile: `snapshot-${name}`,
    shallowShardFile: undefined,
  }
}

/**
 * Keys of a snapshot since 2.x; `id` is its name (2.x) or uuid (5.0 and later). `metadataId` gives the blob of an index
 * that several snapshots share (7.9 and later).
 */
export function keysOf(
  id: string,
  metadataId: (index: IndexEntry) => string | undefined = () => undefined,
): SnapshotKeys {
  return {
    info: `snap-${id}.dat`,
    globalMetadata: `meta-${id}.dat`,
    indexMetadata: (index) => `indices/${index.id}/meta-${metadataId(index) ?? id}.dat`,
    shardFile: `snap-${id}.dat`,
    shallowShardFile: `shallow-snap-${id}.dat`,
  }
}

/**
 * The newest of several snapshots by end time, then start time, then their order in the list; undefined for none. Those
 * without times count as older than those with.
 */
export function newestOf<S extends SnapshotSummary>(snapshots: readonly S[]): S | undefined {
  let newest: S | undefined
  for (const snapshot of snapshots) if (newest === undefined || compareAge(snapshot, newest) >= 0) newest = snapshot
  return newest
}

function compareAge(a: SnapshotSummary, b: SnapshotSummary): number {
  const byEnd = (a.endTimeMs ?? -1) - (b.endTimeMs ?? -1)
  return byEnd !== 0 ? byEnd : (a.startTimeMs ?? -1) - (b.startTimeMs ?? -1)
}
