import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bootServer } from '../test/servers/boot.ts'
import { cacheFolder } from '../test/servers/cache.ts'
import { rest, type RestClient } from '../test/servers/rest.ts'
import { logLine, numbersBelow, podLine, type Line } from './log-lines.ts'

/** An index of the benchmark: documents of one size in one force-merged segment. */
export interface BenchIndex {
  readonly name: string
  readonly codec: 'default' | 'best_compression'
  readonly documents: number
  /** Bytes of each source, about. */
  readonly documentBytes: number
  readonly line: Line
}

const SERVER = { distribution: 'elasticsearch', version: '7.10.2' } as const
const BULK_BYTES = 8 * 1024 * 1024

export const BENCH_INDICES: readonly BenchIndex[] = [
  { name: 'lz4-pods', codec: 'default', documents: 500_000, documentBytes: 1024, line: podLine },
  { name: 'deflate-pods', codec: 'best_compression', documents: 500_000, documentBytes: 1024, line: podLine },
  { name: 'lz4-1k', codec: 'default', documents: 500_000, documentBytes: 1024, line: logLine },
  { name: 'deflate-1k', codec: 'best_compression', documents: 500_000, documentBytes: 1024, line: logLine },
  { name: 'lz4-20m', codec: 'default', documents: 12, documentBytes: 20_000_000, line: logLine },
  { name: 'deflate-20m', codec: 'best_compression', documents: 12, documentBytes: 20_000_000, line: logLine },
]
export const BENCH_SNAPSHOT = 'bench'

/** The folder of a snapshot with all indices, written once by a real server and kept in the cache of the tests. */
export async function benchRepository(progress: (text: string) => void): Promise<string> {
  const target = join(cacheFolder(), `bench-reader-2-elasticsearch-${SERVER.version}`)
  if (existsSync(target)) return target
  mkdirSync(cacheFolder(), { recursive: true })
  const draft = mkdtempSync(join(cacheFolder(), 'building-bench-'))
  try {
    const server = await bootServer({ ...SERVER, heap: '1500m', repositoryFolder: draft })
    try {
      const client = rest(server)
      const settings = { location: draft, max_snapshot_bytes_per_sec: '0' }
      await client.put('/_snapshot/bench', { type: 'fs', settings })
      for (const index of BENCH_INDICES) {
        progress(`indexing ${index.name}`)
        await fill(client, index)
      }
      progress('taking the snapshot')
      await client.put(`/_snapshot/bench/${BENCH_SNAPSHOT}?wait_for_completion=true`, {})
    } finally {
      await server.stop()
    }
    renameSync(draft, target)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return target
}

async function fill(client: RestClient, index: BenchIndex): Promise<void> {
  await client.put(`/${index.name}`, {
    settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1', codec: index.codec },
    mappings: { enabled: false },
  })
  const below = numbersBelow(index.documentBytes)
  let lines: string[] = []
  let bytes = 0
  for (let doc = 0; doc < index.documents; doc++) {
    const source = index.line(below, index.documentBytes)
    lines.push('{"index":{}}', source)
    bytes += source.length
    if (bytes < BULK_BYTES && doc < index.documents - 1) continue
    await client.bulk(lines, `/${index.name}/_bulk?filter_path=errors`)
    lines = []
    bytes = 0
  }
  await client.post(`/${index.name}/_forcemerge?max_num_segments=1`)
}
