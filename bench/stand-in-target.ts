import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { crc32 } from 'node:zlib'
import type { AddressInfo } from 'node:net'

/** What a stand-in target has received; digests are sums of CRC-32 values modulo 2^53, so they do not depend on the order. */
export interface Received {
  readonly documents: number
  readonly sourceBytes: number
  readonly sourceDigest: number
  /** Over the action lines: index, id and routing of every document. */
  readonly actionDigest: number
  readonly requests: number
  /** Milliseconds since 1970 when the first bulk began to arrive. */
  readonly firstAt: number
  /** What is wrong with bodies; a run with any is void. */
  readonly faults: readonly string[]
}

const MODULUS = 2 ** 53
const ACTION_START = Buffer.from('{"index":{"_index":"')
const ACTION_END = Buffer.from('}}')
const NEWLINE = 0x0a
const ROOT = {
  name: 'stand-in',
  cluster_name: 'stand-in',
  cluster_uuid: 'AAAAAAAAAAAAAAAAAAAAAA',
  version: { distribution: 'opensearch', number: '2.19.4', lucene_version: '9.12.1' },
  tagline: 'The OpenSearch Project: https://opensearch.org/',
}

const received = { documents: 0, sourceBytes: 0, sourceDigest: 0, actionDigest: 0, requests: 0, firstAt: 0 }
const faults: string[] = []

/** Takes a body apart line by line and folds it into what was received; returns the number of documents. */
function fold(body: Buffer): number {
  let documents = 0
  for (let at = 0; at < body.length;) {
    const actionEnd = body.indexOf(NEWLINE, at)
    const sourceEnd = actionEnd === -1 ? -1 : body.indexOf(NEWLINE, actionEnd + 1)
    const fault = frameFault(body, at, actionEnd, sourceEnd)
    if (fault !== undefined) {
      faults.push(`${fault} at byte ${at} of a body of ${body.length}`)
      return documents
    }
    const source = body.subarray(actionEnd + 1, sourceEnd)
    received.actionDigest = (received.actionDigest + crc32(body.subarray(at, actionEnd))) % MODULUS
    received.sourceDigest = (received.sourceDigest + crc32(source)) % MODULUS
    received.sourceBytes += source.length
    documents++
    at = sourceEnd + 1
  }
  received.documents += documents
  return documents
}

function frameFault(body: Buffer, at: number, actionEnd: number, sourceEnd: number): string | undefined {
  if (sourceEnd === -1) return 'a line without an end'
  if (body.compare(ACTION_START, 0, ACTION_START.length, at, at + ACTION_START.length) !== 0) return 'no action line'
  if (body.compare(ACTION_END, 0, 2, actionEnd - 2, actionEnd) !== 0) return 'an action line without its end'
  if (body[actionEnd + 1] !== 0x7b || body[sourceEnd - 1] !== 0x7d) return 'a source that is no object'
  return undefined
}

function respond(response: ServerResponse, status: number, body: string): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': length }).end(body)
}

function bulk(request: IncomingMessage, response: ServerResponse): void {
  if (received.firstAt === 0) received.firstAt = Date.now()
  received.requests++
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const documents = fold(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
    const items = `{"index":{"status":201}},`.repeat(documents).slice(0, -1)
    respond(response, 200, `{"took":1,"errors":false,"items":[${items}]}`)
  })
}

const SHARDS = '"_shards":{"total":1,"successful":1,"skipped":0,"failed":0}'

const server = createServer((request, response) => {
  const { method = 'GET', url = '/' } = request
  const path = url.split('?')[0]!
  if (method === 'POST' && path === '/_bulk') bulk(request, response)
  else if (path === '/') respond(response, 200, JSON.stringify(ROOT))
  else if (path === '/_received') respond(response, 200, JSON.stringify({ ...received, faults }))
  else if (path.endsWith('/_refresh')) respond(response, 200, `{${SHARDS}}`)
  else if (path.endsWith('/_count')) respond(response, 200, `{"count":${received.documents},${SHARDS}}`)
  else respond(response, 404, '{"error":{"type":"index_not_found_exception","reason":"no such index"},"status":404}')
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
