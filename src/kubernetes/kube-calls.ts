import { setMaxListeners } from 'node:events'
import { aborted, throwIfAborted, type Clock } from '../core/clock.ts'
import type { Failure } from '../core/failure.ts'
import type { Random } from '../core/random.ts'
import type { KubeAccess, KubeIdentity } from './kube-access.ts'
import { openKubeConnections, type KubeConnections, type ReceivedAnswer } from './kube-connections.ts'
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

const MAX_ATTEMPTS = 5
const BASE_WAIT_MS = 250
const MAX_WAIT_MS = 5_000
/** No attempt begins later than this after the first. */
const PATIENCE_MS = 20_000
/** An overloaded server, or one behind a proxy that cannot reach it. */
const TEMPORARY = new Set([429, 500, 502, 503, 504])

/** Opens connections. A request is repeated as long as that can do no harm and may help; nothing is sent before the first. */
export function openKubeCalls(access: KubeAccess, clock: Clock, random: Random, signal: AbortSignal): KubeCalls {
  setMaxListeners(0, signal) // every request under way listens; that is no leak
  const { origin, pathname } = new URL(access.server)
  const prefix = pathname.replace(/\/$/, '')
  let current: { readonly connections: KubeConnections; readonly cert: string | undefined } | undefined
  const outdated: KubeConnections[] = []

  /** A connection shows its client certificate once, so another certificate takes other connections. */
  function connectionsFor({ certificate }: KubeIdentity): KubeConnections {
    if (current !== undefined && current.cert === certificate?.cert) return current.connections
    if (current !== undefined) outdated.push(current.connections)
    const connections = openKubeConnections(origin, access.tls, certificate)
    current = { connections, cert: certificate?.cert }
    return connections
  }

  async function attempt(
    request: KubeRequest,
    wasRefused: boolean,
  ): Promise<ReceivedAnswer | { failure: Failure; sent: boolean }> {
    const identity = await access.identity(wasRefused)
    const sent = {
      method: request.method,
      path: prefix + request.path + queryOf(request),
      headers: {
        accept: 'application/json',
        'user-agent': 'backfill-workflow',
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        ...identity.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    }
    try {
      return await connectionsFor(identity).exchange(sent, signal)
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
    close: () => {
      for (const connections of outdated.splice(0)) connections.close()
      current?.connections.close()
      current = undefined
      return Promise.resolve()
    },
  }
}

function queryOf({ query = {} }: KubeRequest): string {
  const entries = Object.entries(query)
  if (entries.length === 0) return ''
  return `?${entries.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&')}`
}
