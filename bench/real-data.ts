import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { bootServer, type ServerHandle } from '../test/servers/boot.ts'
import { cached } from '../test/servers/cache.ts'
import { rest, type RestClient } from '../test/servers/rest.ts'
import { logLine, numbersBelow } from './log-lines.ts'

/** The index that is moved. */
export const REAL_INDEX = 'logs'
export const REAL_DOCUMENTS = 400_000
export const REAL_SNAPSHOT = 'bench'

const DOCUMENT_BYTES = 1024
const BULK_DOCUMENTS = 5000
const SERVER = { distribution: 'elasticsearch', version: '7.10.2', heap: '1g' } as const

/** Settings and mappings of the index, which every contender's target index has. */
export const REAL_DEFINITION = {
  settings: { number_of_shards: 2, number_of_replicas: 0 },
  mappings: {
    properties: {
      '@timestamp': { type: 'date' },
      clientip: { type: 'ip' },
      request: { type: 'text' },
      status: { type: 'integer' },
      bytes: { type: 'long' },
      referrer: { type: 'keyword' },
      host: {
        properties: {
          name: { type: 'keyword' },
          os: { properties: { family: { type: 'keyword' }, kernel: { type: 'keyword' } } },
        },
      },
      agent: { type: 'keyword' },
      trace: { type: 'keyword' },
      message: { type: 'text' },
    },
  },
} as const

/** Where the documents are: in a server's data folder, and in a snapshot of it. */
export interface RealData {
  readonly dataFolder: string
  readonly repository: string
}

/** Has a real server index the documents and take a snapshot of them, once; kept in the cache of the tests. */
export async function realData(progress: (text: string) => void): Promise<RealData> {
  const folder = await cached(
    'bench-real-1',
    async (draft) => {
      const [dataFolder, repositoryFolder] = [join(draft, 'data'), join(draft, 'repository')]
      mkdirSync(dataFolder)
      const server = await bootServer({ ...SERVER, dataFolder, repositoryFolder })
      try {
        progress(`indexing ${REAL_DOCUMENTS} documents`)
        const client = rest(server)
        await fill(client)
        progress('taking the snapshot')
        const settings = { location: repositoryFolder, max_snapshot_bytes_per_sec: '0' }
        await client.put('/_snapshot/bench', { type: 'fs', settings })
        await client.put(`/_snapshot/bench/${REAL_SNAPSHOT}?wait_for_completion=true`, { indices: REAL_INDEX })
        // The folder is going to be renamed.
        await client.delete('/_snapshot/bench')
      } finally {
        await server.stop()
      }
    },
    'data',
  )
  return { dataFolder: join(folder, 'data'), repository: join(folder, 'repository') }
}

/** Boots the source on the documents that {@link realData} has made. */
export function bootSource({ dataFolder, repository }: RealData): Promise<ServerHandle> {
  return bootServer({ ...SERVER, dataFolder, repositoryFolder: repository })
}

async function fill(client: RestClient): Promise<void> {
  await client.put(`/${REAL_INDEX}`, REAL_DEFINITION)
  const below = numbersBelow(DOCUMENT_BYTES)
  for (let from = 0; from < REAL_DOCUMENTS; from += BULK_DOCUMENTS) {
    const lines = Array.from({ length: BULK_DOCUMENTS }, () => ['{"index":{}}', logLine(below, DOCUMENT_BYTES)])
    await client.bulk(lines.flat(), `/${REAL_INDEX}/_bulk?filter_path=errors`)
  }
  await client.post(`/${REAL_INDEX}/_flush`)
}
