import type { BlobStore } from '../blob/blob-store.ts'
import type { JsonValue } from '../codec/json-value.ts'
import { mapBounded } from '../core/concurrency.ts'
import { isFailure } from '../core/failure.ts'
import { readMetadataBlob } from './metadata-blob.ts'
import { MetadataFields, requireSegment } from './metadata-fields.ts'
import { parseSnapshotInfo } from './snapshot-info.ts'
import type { SnapshotInfo } from './snapshot-info.ts'
import { keysOf, keysOf1x } from './snapshot-record.ts'
import type { IndexEntry, SnapshotKeys, SnapshotRecord } from './snapshot-record.ts'

const READS_AT_ONCE = 16

/** The snapshots of a repository before 5.0, each found by its own blob. */
export interface LegacyRoot {
  readonly layout: '1.x' | '2.x'
  readonly snapshots: readonly SnapshotRecord[]
  /** One line for each snapshot whose blob cannot be read. */
  readonly warnings: readonly string[]
}

/**
 * Reads the snapshots that the root blob `index` of a 1.x or 2.x repository names. A cluster of 2.x adds its own kind of
 * blobs beside older ones, so every snapshot is told by the blobs it has. A snapshot whose own blob is missing or damaged
 * stays listed with state UNKNOWN and a warning. `rootKeys` are the keys directly under the root.
 *
 * Source: Elasticsearch 2.4 `BlobStoreRepository`.
 */
export async function readLegacyRoot(
  store: BlobStore,
  root: JsonValue,
  rootKeys: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<LegacyRoot> {
  const fields = new MetadataFields(root, `${store.uri}/index`)
  fields.list('snapshots')
  const names = fields.strings('snapshots').map((name) => requireSegment(name, 'snapshot name', fields))
  const warnings: string[] = []
  const snapshots = await mapBounded(
    names,
    READS_AT_ONCE,
    async (name) => {
      const is2x = rootKeys.has(keysOf(name).info) || !rootKeys.has(keysOf1x(name).info)
      const keys = is2x ? keysOf(name) : keysOf1x(name)
      return { is2x, record: await readLegacyRecord(store, name, keys, warnings, signal) }
    },
    signal,
  )
  return {
    layout: snapshots.some((snapshot) => snapshot.is2x) ? '2.x' : '1.x',
    snapshots: snapshots.map((snapshot) => snapshot.record),
    warnings,
  }
}

async function readLegacyRecord(
  store: BlobStore,
  name: string,
  keys: SnapshotKeys,
  warnings: string[],
  signal: AbortSignal,
): Promise<SnapshotRecord> {
  let info: SnapshotInfo | undefined
  const indices = new Map<string, IndexEntry>()
  try {
    const subject = `${store.uri}/${keys.info}`
    const json = await readMetadataBlob(store, keys.info, 'snapshot', signal)
    info = parseSnapshotInfo(json, subject)
    for (const index of info.indexNames) {
      requireSegment(index, 'index name', new MetadataFields(json, subject))
      indices.set(index, { name: index, id: index, shardPathType: 0 })
    }
  } catch (error) {
    if (!isFailure(error, 'BLOB_NOT_FOUND', 'BLOB_CORRUPT', 'FORMAT_UNSUPPORTED')) throw error
    warnings.push(`snapshot ${name} cannot be read: ${error.message}`)
  }
  return {
    name,
    uuid: '',
    state: info?.state ?? 'UNKNOWN',
    distribution: 'elasticsearch',
    version: info?.version?.release,
    indexVersion: undefined,
    startTimeMs: info?.startTimeMs,
    endTimeMs: info?.endTimeMs,
    indexNames: [...indices.keys()],
    indices,
    keys,
  }
}
