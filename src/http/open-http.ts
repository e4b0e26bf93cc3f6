import { Pool } from 'undici'
import { aborted, throwIfAborted, type Clock } from '../core/clock.ts'
import { Failure, isFailure } from '../core/failure.ts'
import type { Random } from '../core/random.ts'
import { formatBytes, formatDuration } from '../core/units.ts'
import { openAuthorizer, type HttpAuth } from './auth.ts'
import { explainNoAnswer } from './connection-failure.ts'
import { denialOf } from './denial.ts'
import { parseEndpoint, requestTarget } from './endpoint.ts'
import type { HttpClient, HttpRequest, HttpResponse } from './http-client.ts'
import { openPace } from './pace.ts'
import { DEFAULT_RETRY_POLICY, isTemporary, mayRepeat, waitMs, type RetryPolicy } from './retry-policy.ts'
import { loadTls, type HttpTls } from './tls.ts'

/** What a client of one endpoint is made from. */
export interface HttpOptions {
  /** `http://` or `https://`, host or IPv6 address, port, path prefix; never credentials. */
  readonly endpoint: string
  readonly auth: HttpAuth
  readonly tls?: HttpTls
  /** Most connections at once. Default: 8. */
  readonly connections?: number
  /** Most requests a second. Default: as many as are asked for. */
  readonly requestsPerSecond?: number
  readonly timeouts?: {
    /** Milliseconds for a connection to come about. Default: 10,000. */
    readonly connectMs?: number
    /** Milliseconds that an unused connection is kept. Default: 30,000. */
    readonly keepAliveMs?: number
  }
  readonly retry?: RetryPolicy
  /** Largest answer accepted. Default: 256 MiB. */
  readonly maxResponseBytes?: number
}

type Attempt = { readonly response: HttpResponse } | { readonly failure: Failure; readonly sent: boolean }

/**
 * Opens a client on a pool of kept-alive connections. Nothing is sent before the first request. `CONFIG_INVALID` for an
 * endpoint, certificate or key that cannot be used.
 */
export async function openHttp(options: HttpOptions, clock: Clock, random: Random): Promise<HttpClient> {
  const endpoint = parseEndpoint(options.endpoint)
  const tls = endpoint.scheme === 'https' ? await loadTls(options.tls ?? {}, options.auth) : undefined
  const authorize = await openAuthorizer(options.auth)
  const pace = openPace(options.requestsPerSecond, clock)
  const policy = options.retry ?? DEFAULT_RETRY_POLICY
  const maxResponseBytes = options.maxResponseBytes ?? 256 * 1024 * 1024
  const host = new URL(endpoint.origin).host
  const pool = new Pool(endpoint.origin, {
    connections: options.connections ?? 8,
    keepAliveTimeout: options.timeouts?.keepAliveMs ?? 30_000,
    // The deadline of each request bounds these instead.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { ...tls, timeout: options.timeouts?.connectMs ?? 10_000 },
  })

  async function attempt(request: HttpRequest, subject: string, signal: AbortSignal): Promise<Attempt> {
    const headers = { ...bodyHeaders(request), host }
    const outgoing = { ...request, query: request.query ?? {}, path: endpoint.prefix + request.path, host, headers }
    const identity = await authorize({ ...outgoing, body: request.body })
    try {
      const answer = await pool.request({
        method: request.method,
        path: requestTarget(endpoint, request.path, request.query),
        headers: { ...headers, ...identity },
        body: request.body ?? null,
        signal,
      })
      const body = await collect(answer.body, maxResponseBytes, subject)
      return { response: { status: answer.statusCode, headers: flatten(answer.headers), body } }
    } catch (error) {
      if (signal.aborted) throw aborted(signal)
      if (isFailure(error)) throw error
      return explainNoAnswer(error, endpoint, subject)
    }
  }

  async function repeat(request: HttpRequest, subject: string, signal: AbortSignal): Promise<HttpResponse> {
    const maxAttempts = request.maxAttempts ?? policy.maxAttempts
    for (let count = 1; ; count++) {
      await pace(signal)
      const outcome = await attempt(request, subject, signal)
      const last = count >= maxAttempts
      if ('failure' in outcome) {
        if (last || !outcome.failure.retryable || !mayRepeat(outcome, request.idempotent)) throw outcome.failure
        if (!(await waited(waitMs(count - 1, undefined, policy, clock, random), signal))) throw outcome.failure
        continue
      }
      const { response } = outcome
      const denial = denialOf(response, subject)
      if (denial !== undefined) throw denial
      if (last || !isTemporary(response.status) || !mayRepeat(response, request.idempotent)) return response
      const ms = waitMs(count - 1, response.headers['retry-after'], policy, clock, random)
      if (!(await waited(ms, signal))) return response
    }
  }

  /** False when the deadline came first: then the last outcome says more than a `TIMEOUT` would. */
  async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await clock.sleep(ms, signal)
      return true
    } catch (error) {
      if (isFailure(error, 'TIMEOUT')) return false
      throw error
    }
  }

  return {
    endpoint: endpoint.text,
    request: async (request, signal) => {
      throwIfAborted(signal)
      const subject = `${request.method} ${endpoint.text}${request.path}`
      return withDeadline(request.deadlineMs, subject, clock, signal, (inner) => repeat(request, subject, inner))
    },
    close: () => pool.destroy(),
  }
}

/** Runs `work` with a signal that also fires when `deadlineMs` are over, with `TIMEOUT` as its reason. */
async function withDeadline<T>(
  deadlineMs: number,
  subject: string,
  clock: Clock,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController()
  const finished = new AbortController()
  const onAbort = (): void => deadline.abort(aborted(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  clock.sleep(deadlineMs, finished.signal).then(
    () =>
      deadline.abort(
        new Failure('TIMEOUT', `no complete answer in ${formatDuration(deadlineMs)}`, {
          op: 'send',
          subject,
          hint: 'The cluster or the network is slow: try again, or look at the load of the cluster.',
          retryable: true,
        }),
      ),
    () => undefined, // the request ended first
  )
  try {
    return await work(deadline.signal)
  } finally {
    finished.abort()
    signal.removeEventListener('abort', onAbort)
  }
}

function bodyHeaders(request: HttpRequest): Record<string, string> {
  if (request.body === undefined) return {}
  return {
    'content-type': request.contentType ?? 'application/json',
    ...(request.contentEncoding !== undefined && { 'content-encoding': request.contentEncoding }),
  }
}

async function collect(stream: AsyncIterable<unknown>, maxBytes: number, subject: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue
    chunks.push(chunk)
    length += chunk.length
    if (length > maxBytes) {
      throw new Failure('CLUSTER_REFUSED', `the answer is longer than ${formatBytes(maxBytes)}`, {
        op: 'send',
        subject,
      })
    }
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}
