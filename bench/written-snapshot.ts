import { bootServer } from '../test/servers/boot.ts'
import { cached } from '../test/servers/cache.ts'
import { rest, type RestClient } from '../test/servers/rest.ts'

export const BENCH_SNAPSHOT = 'bench'

const BULK_BYTES = 8 * 1024 * 1024

/** An index that a server writes for a benchmark. */
export interface WrittenIndex {
  readonly name: string
  /** Beside one shard, no replicas and no refreshes. */
  readonly settings: Readonly<Record<string, string>>
  readonly mappings: object
  readonly documents: number
  /** The source of the next document, as one line. */
  readonly nextLine: () => string
}

/**
 * The folder of a snapshot with these indices, each in one force-merged segment, written once by a real Elasticsearch and kept in
 * the cache of the tests as `name` and its version.
 */
export function writtenSnapshot(
  name: string,
  version: string,
  indices: readonly WrittenIndex[],
  progress: (text: string) => void,
): Promise<string> {
  return cached(
    `${name}-elasticsearch-${version}`,
    async (folder) => {
      const server = await bootServer({
        distribution: 'elasticsearch',
        version,
        heap: '1500m',
        repositoryFolder: folder,
      })
      try {
        const client = rest(server)
        const settings = { location: folder, max_snapshot_bytes_per_sec: '0' }
        await client.put('/_snapshot/bench', { type: 'fs', settings })
        for (const index of indices) {
          progress(`indexing ${index.name}`)
          await fill(client, index)
        }
        progress('taking the snapshot')
        await client.put(`/_snapshot/bench/${BENCH_SNAPSHOT}?wait_for_completion=true`, {})
      } finally {
        await server.stop()
      }
    },
    'data',
  )
}

async function fill(
  client: RestClient,
  { name, settings, mappings, documents, nextLine }: WrittenIndex,
): Promise<void> {
  await client.put(`/${name}`, {
    settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1', ...settings },
    mappings,
  })
  let lines: string[] = []
  let bytes = 0
  for (let doc = 0; doc < documents; doc++) {
    const source = nextLine()
    lines.push('{"create":{}}', source)
    bytes += source.length
    if (bytes < BULK_BYTES && doc < documents - 1) continue
    await client.bulk(lines, `/${name}/_bulk?filter_path=errors`)
    lines = []
    bytes = 0
  }
  await client.post(`/${name}/_forcemerge?max_num_segments=1`)
}
