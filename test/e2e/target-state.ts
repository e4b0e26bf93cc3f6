import { rest, RestError, type RestTarget } from '../servers/rest.ts'

/** Names of the indices of a server that users made. */
export async function indexNames(server: RestTarget): Promise<string[]> {
  const rows = await rest(server).get<{ index: string }[]>('/_cat/indices?format=json&h=index&expand_wildcards=all')
  return rows
    .map(({ index }) => index)
    .filter((name) => !SYSTEM_INDEX.test(name))
    .sort()
}

/** Names of the data streams of a server. */
export async function streamNames(server: RestTarget): Promise<string[]> {
  const { data_streams: streams } = await rest(server).get<{ data_streams: { name: string }[] }>('/_data_stream')
  return streams.map(({ name }) => name)
}

/** Removes everything that a migration can have brought: indices, data streams, templates, pipelines, repositories. */
export async function wipe(server: RestTarget): Promise<void> {
  const client = rest(server)
  for (const name of await streamNames(server)) await client.delete(`/_data_stream/${name}`)
  for (const name of await indexNames(server)) await client.delete(`/${encodeURIComponent(name)}`)
  const legacy = Object.keys(await client.get('/_template'))
  for (const name of legacy) await client.delete(`/_template/${name}`)
  const composable = await client.get<{ index_templates: { name: string }[] }>('/_index_template')
  for (const { name } of composable.index_templates) await client.delete(`/_index_template/${name}`)
  const components = await client.get<{ component_templates: { name: string }[] }>('/_component_template')
  for (const { name } of components.component_templates) await client.delete(`/_component_template/${name}`)
  for (const id of await pipelines(server)) await client.delete(`/_ingest/pipeline/${id}`)
  for (const name of Object.keys(await client.get('/_snapshot'))) await client.delete(`/_snapshot/${name}`)
}

/** Servers answer with 404 when there is none. */
async function pipelines(server: RestTarget): Promise<readonly string[]> {
  try {
    return Object.keys(await rest(server).get('/_ingest/pipeline'))
  } catch (error) {
    if (error instanceof RestError && error.status === 404) return []
    throw error
  }
}

const SYSTEM_INDEX = /^\.(opendistro|opensearch|plugins|tasks|ql-|kibana)/
