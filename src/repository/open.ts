import type { RepositoryLocation } from '../blob/location.ts'
import { mapBounded } from '../core/concurrency.ts'
import { isFailure } from '../core/failure.ts'
import { readLegacyRoot } from './legacy-root.ts'
import { parseJsonBlob } from './json-text.ts'
import { findRoot } from './repository-root.ts'
import { parseRootIndex } from './root-index.ts'
import { findSnapshot } from './snapshot-lookup.ts'
import type { SnapshotRecord, SnapshotSummary } from './snapshot-record.ts'
import { openSnapshot, readInfo, summaryOf } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'

const READS_AT_ONCE = 16

/** An opened snapshot repository. It is read only, and what it lists is what its root said when it was opened. */
export interface Repository {
  readonly uri: string
  /** Generation of the layout, by the Elasticsearch versions that wrote it; all of OpenSearch is `5.x+`. */
  readonly layout: '1.x' | '2.x' | '5.x+'
  /** N of the `index-N` in use; undefined before 5.0. */
  readonly generation: number | undefined
  /** Uuid of the repository (Elasticsearch 7.12 and later). */
  readonly uuid: string | undefined
  /** In the order of the root blob, which is arbitrary. */
  readonly snapshots: readonly SnapshotSummary[]
  /** Oddities that do not stop reading, one sentence each. */
  readonly warnings: readonly string[]
  /** The snapshots with their times, oldest first; reads the blobs of those whose times the root does not have. */
  timeline(signal: AbortSignal): Promise<SnapshotSummary[]>
  /** Opens a snapshot by name or uuid, or the newest complete one as `latest`; `SNAPSHOT_NOT_FOUND` otherwise. */
  snapshot(nameOrLatest: string, signal: AbortSignal): Promise<Snapshot>
}

/**
 * Opens the snapshot repository at a location, of Elasticsearch 1.x to 9.x or any OpenSearch. `REPOSITORY_NOT_FOUND` when
 * there is none, with a suggestion when one is near; `BLOB_CORRUPT` when its root is damaged.
 */
export async function openRepository(location: RepositoryLocation, signal: AbortSignal): Promise<Repository> {
  const { records, ...head } = await readRoot(location, signal)
  return repository(location, head, records)
}

/** What the root blob says. */
interface RootContent extends Pick<Repository, 'layout' | 'generation' | 'uuid' | 'warnings'> {
  readonly records: readonly SnapshotRecord[]
}

async function readRoot(location: RepositoryLocation, signal: AbortSignal): Promise<RootContent> {
  const { store } = location
  const { key, generation, warnings } = await findRoot(location, signal)
  const subject = `${store.uri}/${key}`
  const json = parseJsonBlob(await store.read(key, { start: 0 }, signal), subject)
  if (generation === undefined) {
    const legacy = await readLegacyRoot(store, json, await rootKeys(location, signal), signal)
    return { layout: legacy.layout, generation, uuid: undefined, warnings: legacy.warnings, records: legacy.snapshots }
  }
  const { uuid, snapshots } = parseRootIndex(json, subject)
  return { layout: '5.x+', generation, uuid, warnings, records: snapshots }
}

async function rootKeys({ store }: RepositoryLocation, signal: AbortSignal): Promise<Set<string>> {
  const keys = new Set<string>()
  for await (const { key } of store.list('', { delimiter: true }, signal)) keys.add(key)
  return keys
}

function repository(
  location: RepositoryLocation,
  head: Omit<RootContent, 'records'>,
  records: readonly SnapshotRecord[],
): Repository {
  const { uri } = location.store
  return {
    uri,
    ...head,
    snapshots: records.map((record) => summaryOf(record, undefined)),
    timeline: async (signal) => {
      const dated = await mapBounded(records, READS_AT_ONCE, (record) => withTimes(location, record, signal), signal)
      return dated.map((record) => summaryOf(record, undefined)).sort(byAge)
    },
    snapshot: async (wanted, signal) => {
      const named = records.some((record) => record.name === wanted)
      const candidates = wanted === 'latest' && !named ? await datedComplete(location, records, signal) : records
      const record = findSnapshot(candidates, wanted, uri)
      const isListed = async (at: AbortSignal): Promise<boolean> => {
        const { records: now } = await readRoot(location, at)
        return now.some(({ name, uuid }) => name === record.name && uuid === record.uuid)
      }
      return openSnapshot(location, record, isListed, signal)
    },
  }
}

/** Those that may be the latest; an incomplete snapshot is none of them, so its blob is not read. */
function datedComplete(
  location: RepositoryLocation,
  records: readonly SnapshotRecord[],
  signal: AbortSignal,
): Promise<SnapshotRecord[]> {
  const work = async (record: SnapshotRecord): Promise<SnapshotRecord> =>
    record.state === 'SUCCESS' || record.state === 'UNKNOWN' ? withTimes(location, record, signal) : record
  return mapBounded(records, READS_AT_ONCE, work, signal)
}

/** The record with the times and version of the snapshot's own blob; unchanged when that blob cannot be read. */
async function withTimes(
  location: RepositoryLocation,
  record: SnapshotRecord,
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  if (record.endTimeMs !== undefined && record.state !== 'UNKNOWN') return record
  try {
    return { ...record, ...summaryOf(record, await readInfo(location, record, signal)) }
  } catch (error) {
    if (isFailure(error, 'BLOB_NOT_FOUND', 'BLOB_CORRUPT', 'FORMAT_UNSUPPORTED')) return record
    throw error
  }
}

function byAge(a: SnapshotSummary, b: SnapshotSummary): number {
  return (a.startTimeMs ?? a.endTimeMs ?? 0) - (b.startTimeMs ?? b.endTimeMs ?? 0)
}
