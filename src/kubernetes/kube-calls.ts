import { setMaxListeners } from 'node:events'
import { Pool } from 'undici'
import { aborted, throwIfAborted, type Clock } from '../core/clock.ts'
import type { Failure } from '../core/failure.ts'
import type { Random } from '../core/random.ts'
import type { KubeAccess, KubeIdentity } from './kube-access.ts'
import { noAnswer } from './kube-failure.ts'

/** One request to the server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
  /** Default: `application/json`. */
  readonly contentType?: string
  /** True when it changes nothing, so that sending it twice does no harm. */
  readonly reading: boolean
}

/** An answer of any status. */
export interface KubeAnswer {
  readonly status: number
  readonly body: string
}

/** Requests to one server. `KUBERNETES_UNREACHABLE` when there is no answer, `KUBERNETES_CONFIG` when there is no credential. */
export interface KubeCalls {
  send(request: KubeRequest): Promise<KubeAnswer>
  close(): Promise<void>
}

const CONNECT_MS = 5_000
const ANSWER_MS = 30_000
const MAX_ATTEMPTS = 5
const BASE_WAIT_MS = 250
const MAX_WAIT_MS = 5_000
/** No attempt begins later than this after the first. */
const PATIENCE_MS = 20_000
/** An overloaded server, or one behind a proxy that cannot reach it. */
const TEMPORARY = new Set([429, 500, 502, 503, 504])

/** Opens a pool of connections. A request is repeated as long as that can do no harm and may help; nothing is sent before the first. */
export function openKubeCalls(access: KubeAccess, clock: Clock, random: Random, signal: AbortSignal): KubeCalls {
  setMaxListeners(0, signal) // every request under way listens; that is no leak
  const { origin, pathname } = new URL(access.server)
  const prefix = pathname.replace(/\/$/, '')
  setMaxListeners(0, signal) // many requests share one signal; that is no leak
  let current: { readonly pool: Pool; readonly cert: string | undefined } | undefined
  const outdated: Pool[] = []

  /** A connection shows its client certificate once, so another certificate takes other connections. */
  function poolFor({ certificate }: KubeIdentity): Pool {
    if (current !== undefined && current.cert === certificate?.cert) return current.pool
    if (current !== undefined) outdated.push(current.pool)
    const pool = new Pool(origin, {
      connections: 8,
      keepAliveTimeout: 20_000,
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
      connect: { ...access.tls, ...certificate, timeout: CONNECT_MS },
    })
    current = { pool, cert: certificate?.cert }
    return pool
  }

  async function attempt(
    request: KubeRequest,
    wasRefused: boolean,
  ): Promise<(KubeAnswer & { readonly retryAfter: string | undefined }) | { failure: Failure; sent: boolean }> {
    const identity = await access.identity(wasRefused)
    try {
      const answer = await poolFor(identity).request({
        method: request.method,
        path: prefix + request.path + queryOf(request),
        headers: {
          accept: 'application/json',
          'user-agent': 'backfill-workflow',
          ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
          ...identity.headers,
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal,
      })
      const retryAfter = answer.headers['retry-after']
      return {
        status: answer.statusCode,
        body: await answer.body.text(),
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      }
    } catch (error) {
      if (signal.aborted) throw aborted(signal)
      return noAnswer(error, access.server, access.origin)
    }
  }

  async function send(request: KubeRequest): Promise<KubeAnswer> {
    throwIfAborted(signal)
    const started = clock.monotonic()
    let refusals = 0
    for (let count = 1, wasRefused = false; ; count++) {
      const outcome = await attempt(request, wasRefused)
      wasRefused = 'status' in outcome && outcome.status === 401
      const last = count >= MAX_ATTEMPTS || clock.monotonic() - started > PATIENCE_MS
      if ('failure' in outcome) {
        if (last || !outcome.failure.retryable || (outcome.sent && !request.reading)) throw outcome.failure
      } else if (wasRefused && refusals++ === 0) {
        // A token may have expired since it was read; it is asked for anew once.
        continue
      } else {
        const harmless = outcome.status === 429 || (request.reading && TEMPORARY.has(outcome.status))
        if (last || !harmless) return outcome
      }
      const asked = 'status' in outcome ? Number(outcome.retryAfter ?? 0) * 1000 || 0 : 0
      const backoff = random.next() * Math.min(MAX_WAIT_MS, BASE_WAIT_MS * 2 ** (count - 1))
      await clock.sleep(Math.min(MAX_WAIT_MS, asked + backoff), signal)
    }
  }

  return {
    send,
    close: async () => {
      const pools = [...outdated.splice(0), ...(current === undefined ? [] : [current.pool])]
      current = undefined
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
}

function queryOf({ query = {} }: KubeRequest): string {
  const entries = Object.entries(query)
  if (entries.length === 0) return ''
  return `?${entries.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`
}
