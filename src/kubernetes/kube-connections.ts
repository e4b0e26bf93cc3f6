import * as http from 'node:http'
import * as https from 'node:https'
import type { KubeIdentity, KubeTls } from './kube-access.ts'
import { ANSWER_STOPPED, NO_ANSWER, NO_CONNECTION } from './kube-failure.ts'

/** A request as it is sent. */
export interface SentRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body?: string
}

/** What came back. */
export interface ReceivedAnswer {
  readonly status: number
  readonly body: string
  readonly retryAfter: string | undefined
}

/** Connections to one server with one client certificate. */
export interface KubeConnections {
  /** Fails with what broke, see `noAnswer`. */
  exchange(request: SentRequest, signal: AbortSignal): Promise<ReceivedAnswer>
  close(): void
}

/** How long a server may take, in milliseconds. */
export interface KubeLimits {
  readonly connectMs: number
  /** How long nothing may come while an answer is waited for or read. */
  readonly silenceMs: number
}

const MAX_CONNECTIONS = 8
const LIMITS: KubeLimits = { connectMs: 5_000, silenceMs: 30_000 }
/** Shorter than servers and what is between keep an idle connection. */
const IDLE_MS = 20_000

/**
 * Connections that are kept for further requests; none is opened before the first, and idle ones do not keep the program from ending.
 * What comes with Node.js is enough for these small requests, and is loaded in a fraction of the time that a client package takes:
 * `workflow status` is asked for often.
 */
export function openKubeConnections(
  origin: string,
  tls: KubeTls,
  certificate: KubeIdentity['certificate'],
  { connectMs, silenceMs }: KubeLimits = LIMITS,
): KubeConnections {
  const { protocol, hostname, port } = new URL(origin)
  const secure = protocol === 'https:'
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_MS }
  const agent = secure ? new https.Agent({ ...options, ...tls, ...certificate }) : new http.Agent(options)
  const start = secure ? https.request : http.request
  const host = hostname.replace(/^\[|\]$/g, '')

  async function exchange(
    { method, path, headers, body: sent }: SentRequest,
    signal: AbortSignal,
  ): Promise<ReceivedAnswer> {
    const length = sent === undefined ? {} : { 'content-length': Buffer.byteLength(sent) }
    let silence = NO_CONNECTION
    let ended: Error | undefined
    const request = start({
      ...{ agent, host, port, method, path, signal },
      headers: { ...headers, ...length },
      timeout: connectMs,
    })
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const sending = (): void => {
        silence = NO_ANSWER
        request.setTimeout(silenceMs)
      }
      request.once('socket', (socket) => {
        if (socket.connecting) socket.once(secure ? 'secureConnect' : 'connect', sending)
        else sending()
      })
      request.on('timeout', () => {
        ended = coded(silence)
        request.destroy(ended)
      })
      request.on('error', reject)
      request.once('response', (response) => {
        silence = ANSWER_STOPPED
        resolve(response)
      })
      request.end(sent)
    })
    // To whoever reads the answer its end in the middle looks like a closed connection.
    const body = await textOf(answer).catch((error: unknown) => {
      throw ended ?? error
    })
    return { status: answer.statusCode ?? 0, body, retryAfter: answer.headers['retry-after'] }
  }

  return { exchange, close: () => agent.destroy() }
}

async function textOf(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}
