import { bootServer, type ServerHandle } from '../servers/boot.ts'

/** What most tests here migrate from. */
const PAGE_SOURCE = '7.10.2'

/** Boots an Elasticsearch as source and an OpenSearch 2.19 as target, without security. */
export async function bootPair(version = PAGE_SOURCE): Promise<[source: ServerHandle, target: ServerHandle]> {
  return Promise.all([
    bootServer({ distribution: 'elasticsearch', version }),
    bootServer({ distribution: 'opensearch', version: '2.19', heap: '768m' }),
  ])
}
