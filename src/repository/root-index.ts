import type { JsonValue } from '../codec/json-value.ts'
import { MetadataFields, requireSegment } from './metadata-fields.ts'
import { keysOf, stateOfNumber } from './snapshot-record.ts'
import type { IndexEntry, SnapshotRecord } from './snapshot-record.ts'
import { decodeVersionId, distributionOfRelease } from './version-id.ts'
import type { VersionId } from './version-id.ts'

/** The content of `index-N`, the root of a repository since 5.0. */
export interface RootIndex {
  /** Uuid of the repository (Elasticsearch 7.12 and later). */
  readonly uuid: string | undefined
  readonly snapshots: readonly SnapshotRecord[]
}

/**
 * Reads the parsed `index-N`. `BLOB_CORRUPT` when a mandatory member is missing or an index names an unknown snapshot;
 * unknown members are ignored, as other versions and forks add some.
 *
 * Source: Elasticsearch `RepositoryData.snapshotsToXContent`.
 */
export function parseRootIndex(json: JsonValue, subject: string): RootIndex {
  const root = new MetadataFields(json, subject)
  const snapshots = root.objects('snapshots')
  root.list('snapshots')
  const identifiers = root.optionalObject('index_metadata_identifiers')
  const indicesOf = indicesBySnapshot(root, snapshots)
  return {
    uuid: root.optionalString('uuid'),
    snapshots: snapshots.map((fields) => snapshotRecord(fields, indicesOf.get(uuidOf(fields))!, identifiers)),
  }
}

function indicesBySnapshot(
  root: MetadataFields,
  snapshots: readonly MetadataFields[],
): Map<string, Map<string, IndexEntry>> {
  const byUuid = new Map<string, Map<string, IndexEntry>>()
  for (const snapshot of snapshots) byUuid.set(uuidOf(snapshot), new Map())
  const indices = root
    .object('indices')
    .objectEntries()
    .sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, fields] of indices) {
    const entry: IndexEntry = {
      name,
      id: requireSegment(fields.string('id'), 'index id', fields),
      shardPathType: fields.optionalCount('shard_path_type') ?? 0,
    }
    for (const uuid of snapshotsOf(fields)) {
      const members = byUuid.get(uuid)
      if (members === undefined)
        throw fields.corrupt(`index ${name} names the unknown snapshot ${JSON.stringify(uuid)}`)
      members.set(name, entry)
    }
  }
  return byUuid
}

/** Uuids, or before 5.4.1 objects that hold them. */
function snapshotsOf(index: MetadataFields): string[] {
  const list = index.list('snapshots')
  if (list.every((item) => typeof item === 'string')) return index.strings('snapshots')
  return index.objects('snapshots').map(uuidOf)
}

/** Snapshots that 5.x took over from 2.x have no uuid of their own. */
function uuidOf(snapshot: MetadataFields): string {
  return requireSegment(snapshot.optionalString('uuid') ?? snapshot.string('name'), 'snapshot uuid', snapshot)
}

function snapshotRecord(
  fields: MetadataFields,
  indices: ReadonlyMap<string, IndexEntry>,
  identifiers: MetadataFields | undefined,
): SnapshotRecord {
  const uuid = uuidOf(fields)
  const lookup = fields.optionalObject('index_metadata_lookup')
  const indexVersion = fields.optionalCount('index_version')
  const version = writerOf(fields, indexVersion)
  return {
    name: fields.string('name'),
    uuid,
    state: stateOfNumber(fields.optionalCount('state')),
    distribution: version.distribution,
    version: version.release,
    indexVersion,
    startTimeMs: fields.optionalCount('start_time_millis'),
    endTimeMs: fields.optionalCount('end_time_millis'),
    indexNames: [...indices.keys()],
    indices,
    keys: keysOf(uuid, (index) => {
      const key = lookup?.optionalString(index.id)
      if (key === undefined) return undefined
      if (identifiers === undefined) throw fields.corrupt('index_metadata_identifiers is missing')
      return requireSegment(identifiers.string(key), 'index metadata identifier', identifiers)
    }),
  }
}

/** From 8.11 on `version` is a placeholder and only `index_version` tells something. */
function writerOf(
  fields: MetadataFields,
  indexVersion: number | undefined,
): Pick<VersionId, 'distribution' | 'release'> {
  if (indexVersion !== undefined) return decodeVersionId(indexVersion)
  const version = fields.get('version')
  if (typeof version === 'number') return decodeVersionId(version)
  const release = fields.optionalString('version')
  return { release, distribution: release === undefined ? 'unknown' : distributionOfRelease(release) }
}
