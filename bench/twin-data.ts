import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bootServer } from '../test/servers/boot.ts'
import { cacheFolder } from '../test/servers/cache.ts'
import { rest, type RestClient } from '../test/servers/rest.ts'
import { logLine, numbersBelow } from './log-lines.ts'
import { BENCH_SNAPSHOT } from './reader-data.ts'

/** An index of the same documents as the others, whose sources are kept in its own way. */
export interface TwinIndex {
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
}

const SERVER = { distribution: 'elasticsearch', version: '9.5.3' } as const
const BULK_BYTES = 8 * 1024 * 1024
/** Documents of each index, about 1 KB each. */
const DOCUMENTS = 200_000
const DOCUMENT_BYTES = 1024

/** The first one stores its sources; the others are measured by it. */
export const TWIN_INDICES: readonly TwinIndex[] = [
  { name: 'twin-stored', settings: {} },
  { name: 'twin-synthetic', settings: { 'index.mapping.source.mode': 'synthetic' } },
  { name: 'twin-logsdb', settings: { 'index.mode': 'logsdb' } },
]

const KEYWORD = { type: 'keyword' }
const PROPERTIES = {
  '@timestamp': { type: 'date' },
  clientip: { type: 'ip' },
  request: KEYWORD,
  status: { type: 'integer' },
  bytes: { type: 'long' },
  referrer: KEYWORD,
  host: { properties: { name: KEYWORD, os: { properties: { family: KEYWORD, kernel: KEYWORD } } } },
  agent: KEYWORD,
  trace: KEYWORD,
  message: { type: 'text' },
}

/** The folder of a snapshot with all twins, written once by a real server and kept in the cache of the tests. */
export async function twinRepository(progress: (text: string) => void): Promise<string> {
  const target = join(cacheFolder(), `bench-twins-1-elasticsearch-${SERVER.version}`)
  if (existsSync(target)) return target
  mkdirSync(cacheFolder(), { recursive: true })
  const draft = mkdtempSync(join(cacheFolder(), 'building-bench-'))
  try {
    const server = await bootServer({ ...SERVER, heap: '1500m', repositoryFolder: draft })
    try {
      const client = rest(server)
      const settings = { location: draft, max_snapshot_bytes_per_sec: '0' }
      await client.put('/_snapshot/bench', { type: 'fs', settings })
      for (const index of TWIN_INDICES) {
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

async function fill(client: RestClient, { name, settings }: TwinIndex): Promise<void> {
  await client.put(`/${name}`, {
    settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1', ...settings },
    mappings: { properties: PROPERTIES },
  })
  const below = numbersBelow(DOCUMENT_BYTES)
  let lines: string[] = []
  let bytes = 0
  for (let doc = 0; doc < DOCUMENTS; doc++) {
    // A server that indexes the field takes real days only.
    const source = logLine(below, DOCUMENT_BYTES).replace('2026-01-00', '2026-01-28')
    lines.push('{"create":{}}', source)
    bytes += source.length
    if (bytes < BULK_BYTES && doc < DOCUMENTS - 1) continue
    await client.bulk(lines, `/${name}/_bulk?filter_path=errors`)
    lines = []
    bytes = 0
  }
  await client.post(`/${name}/_forcemerge?max_num_segments=1`)
}
