import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** What a request needs to know of a server; every `ServerHandle` is one. */
export interface RestTarget {
  readonly url: string
  readonly credentials?: { readonly username: string; readonly password: string }
  /** PEM file of the certificate authority. */
  readonly caFile?: string
}

/** Any JSON object, for callers that state no shape. */
export interface JsonObject {
  readonly [key: string]: Json
}
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** An answer with a status other than 2xx. */
export class RestError extends Error {
  override readonly name = 'RestError'
  readonly status: number
  readonly body: string

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: status ${status}: ${body.slice(0, 2000)}`)
    this.status = status
    this.body = body
  }
}

/** Calls of a server, in JSON: the caller states the shape it expects and asserts on the values. Every call throws `RestError` on a status other than 2xx. */
export interface RestClient {
  get<T = JsonObject>(path: string): Promise<T>
  put<T = JsonObject>(path: string, body?: unknown): Promise<T>
  post<T = JsonObject>(path: string, body?: unknown): Promise<T>
  delete<T = JsonObject>(path: string, body?: unknown): Promise<T>
  /** Sends action and source lines to `/_bulk`, refreshes, and throws if one item was refused. */
  bulk<T = JsonObject>(lines: readonly unknown[], path?: string): Promise<T>
}

/** A client without connection pool: a test that ends leaves no socket behind. */
export function rest(target: RestTarget): RestClient {
  const json = { 'content-type': 'application/json' }
  const call = async (method: string, path: string, body?: unknown): Promise<never> =>
    parsed(await send(target, method, path, json, body === undefined ? undefined : JSON.stringify(body)))
  return {
    get: (path) => call('GET', path),
    put: (path, body) => call('PUT', path, body),
    post: (path, body) => call('POST', path, body),
    delete: (path, body) => call('DELETE', path, body),
    bulk: async (lines, path = '/_bulk?refresh=true') => {
      const body = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
      const type = { 'content-type': 'application/x-ndjson' }
      const answer = await send(target, 'POST', path, type, body)
      const result: { errors?: boolean } = parsed(answer)
      if (result.errors === true) throw new RestError('POST', path, 200, answer)
      return result as never
    },
  }
}

/** At the boundary: JSON text takes the shape that the caller stated. */
function parsed(text: string): never {
  return (text === '' ? {} : JSON.parse(text)) as never
}

/** Sends one request and returns the body of the answer as text, digits and all. Throws `RestError` on a status other than 2xx. */
export async function send(
  target: RestTarget,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | undefined,
): Promise<string> {
  const { credentials, caFile } = target
  const url = new URL(path, target.url)
  const options = {
    method,
    agent: false as const,
    headers: body === undefined ? {} : { ...headers, 'content-length': Buffer.byteLength(body) },
    ...(credentials === undefined ? {} : { auth: `${credentials.username}:${credentials.password}` }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
  }
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options)
    request.once('error', reject)
    request.once('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const status = response.statusCode ?? 0
        if (status >= 200 && status < 300) resolve(text)
        else reject(new RestError(method, path, status, text))
      })
    })
    request.end(body)
  })
}
