import { jsonBlob, latestBlob, metadataBlob } from './memory-store.ts'

/** What a test changes about {@link smallRepository}. */
export interface SmallRepositoryOptions {
  /** Members of the entries of `snapshots` in `index-0`, over the defaults. */
  readonly snapshot?: Record<string, unknown>
  /** Members of the snapshot's own blob. */
  readonly info?: Record<string, unknown>
  readonly settings?: Record<string, unknown>
  readonly mappings?: unknown
  readonly aliases?: Record<string, unknown>
  readonly global?: Record<string, unknown>
  readonly files?: readonly Record<string, unknown>[]
  readonly index?: string
  readonly indexEntry?: Record<string, unknown>
}

/** One snapshot `nightly` (uuid `S`) with one index of one shard, whose only file is a commit of four bytes, as a map of blobs. */
export function smallRepository(options: SmallRepositoryOptions = {}): Map<string, Uint8Array> {
  const index = options.index ?? 'logs'
  const files = options.files ?? [
    { name: '__0', physical_name: 'segments_1', length: 4, checksum: '1', written_by: '8.7.0' },
  ]
  return new Map([
    ['index.latest', latestBlob(0)],
    [
      'index-0',
      jsonBlob({
        snapshots: [{ name: 'nightly', uuid: 'S', state: 1, version: '7.10.2', ...options.snapshot }],
        indices: { [index]: { id: 'I', snapshots: ['S'], shard_generations: ['g'], ...options.indexEntry } },
      }),
    ],
    [
      'snap-S.dat',
      metadataBlob('snapshot', {
        snapshot: {
          name: 'nightly',
          uuid: 'S',
          version_id: 7100299,
          indices: [index],
          state: 'SUCCESS',
          start_time: 1000,
          end_time: 2000,
          total_shards: 1,
          successful_shards: 1,
          failures: [],
          ...options.info,
        },
      }),
    ],
    ['meta-S.dat', metadataBlob('metadata', { 'meta-data': { version: 1, cluster_uuid: 'C', ...options.global } })],
    [
      'indices/I/meta-S.dat',
      metadataBlob('index-metadata', {
        [index]: {
          state: 'open',
          settings: { 'index.number_of_shards': '1', 'index.uuid': 'U', ...options.settings },
          mappings: options.mappings ?? [],
          aliases: options.aliases ?? {},
        },
      }),
    ],
    ['indices/I/0/snap-S.dat', metadataBlob('snapshot', { name: 'nightly', files })],
    ['indices/I/0/__0', new Uint8Array([1, 2, 3, 4])],
  ])
}
