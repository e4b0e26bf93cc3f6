import { parseBulk, type BulkLine, type ItemReply } from '../cluster/fake-target.ts'
import { startScriptedServer, type Reply, type SeenRequest } from '../http/scripted-server.ts'

/** An OpenSearch of this process that keeps documents in a map and answers what a load asks. */
export interface FakeOpenSearch {
  readonly url: string
  /** Sources by `index/id`. */
  readonly documents: Map<string, string>
  /** Documents of each bulk request, in order. */
  readonly bulks: BulkLine[][]
  close(): Promise<void>
}

/** What happens to a document; undefined: it is taken. */
export type Refusal = (line: BulkLine) => ItemReply | undefined

/** Starts one; `before` is awaited before each bulk is taken, `refuse` decides about single documents. */
export async function startFakeOpenSearch(
  options: { readonly refuse?: Refusal; readonly before?: (bulk: number) => Promise<void> | void } = {},
): Promise<FakeOpenSearch> {
  const documents = new Map<string, string>()
  const bulks: BulkLine[][] = []
  const bulk = async (request: SeenRequest): Promise<Reply> => {
    const lines = parseBulk(request.body)
    bulks.push(lines)
    await options.before?.(bulks.length)
    const items = lines.map((line) => {
      const refused = options.refuse?.(line)
      if (refused !== undefined) return { [line.op]: refused }
      const key = `${line.index}/${line.id}`
      const status = documents.has(key) ? 200 : 201
      documents.set(key, line.source)
      return { [line.op]: { status } }
    })
    const errors = items.some((item) => Object.values(item)[0]!.status > 299)
    return { status: 200, body: { took: 1, errors, items } }
  }
  const server = await startScriptedServer(async (request) => {
    if (request.url.startsWith('/_bulk')) return bulk(request)
    const [, index, asked] = /^\/([^/]+)\/(_count|_refresh)\b/.exec(request.url) ?? []
    if (index !== undefined) {
      const _shards = { total: 1, successful: 1, failed: 0 }
      const count = [...documents.keys()].filter((key) => key.startsWith(`${index}/`)).length
      return { status: 200, body: asked === '_count' ? { count, _shards } : { _shards } }
    }
    if (request.url !== '/')
      return { status: 404, body: { error: { type: 'index_not_found_exception', reason: 'no' }, status: 404 } }
    return {
      status: 200,
      body: { cluster_name: 'fake', cluster_uuid: 'u', version: { distribution: 'opensearch', number: '2.19.4' } },
    }
  })
  return { url: server.url, documents, bulks, close: () => server.close() }
}
