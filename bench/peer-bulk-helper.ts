/** Moves an index with the official client: scroll on one side, its bulk helper with its own defaults on the other. */
import { createRequire as requireOf } from 'node:module'
import { join } from 'node:path'

/** As much of the client as is used here; it is not among the packages of this project. */
interface Client {
  readonly helpers: {
    scrollSearch(search: object): AsyncIterable<{ readonly body: { readonly hits: { readonly hits: readonly Hit[] } } }>
    bulk(options: object): Promise<{ readonly failed: number }>
  }
  close(): Promise<void>
}

interface Hit {
  readonly _id: string
  readonly _source: object
}

const ID = Symbol('id')

const [packages, from, to, index, size] = process.argv.slice(2) as [string, string, string, string, string]
const official = requireOf(join(packages, 'package.json'))('@opensearch-project/opensearch') as {
  Client: new (options: { node: string }) => Client
}
const [source, target] = [new official.Client({ node: from }), new official.Client({ node: to })]

/** The helper sends each document as it is and asks for its action: the identifier travels where JSON does not see it. */
async function* documents(): AsyncGenerator<object> {
  const search = { index, size: Number(size), scroll: '5m', body: { query: { match_all: {} }, sort: ['_doc'] } }
  for await (const { body } of source.helpers.scrollSearch(search)) {
    for (const { _id, _source } of body.hits.hits) yield Object.assign(_source, { [ID]: _id })
  }
}

const { failed } = await target.helpers.bulk({
  datasource: documents(),
  onDocument: (document: { readonly [ID]: string }) => ({ index: { _index: index, _id: document[ID] } }),
})
await Promise.all([source.close(), target.close()])
if (failed > 0) throw new Error(`${failed} documents were refused`)
