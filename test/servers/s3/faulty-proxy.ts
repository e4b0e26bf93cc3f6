import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the proxy does to one request instead of passing it on unharmed. */
export type ProxyFault =
  /** Answers by itself, as an overloaded or broken service does. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body?: string
      readonly headers?: Record<string, string>
    }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Passes on the head and so many bytes of the body, then closes the connection. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Passes on the head and so many bytes of the body, then sends nothing more and keeps the connection open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Never answers and keeps the connection open. */
  | { readonly kind: 'silent' }

/** A request as the proxy sees it, counted from 1 since the last plan. */
export interface ProxyRequest {
  readonly method: string
  /** Path with query. */
  readonly url: string
  readonly range: string | undefined
  readonly nth: number
}

export type ProxyPlan = (request: ProxyRequest) => ProxyFault | undefined

/** An HTTP proxy that harms the requests its plan names. */
export interface FaultyProxy {
  readonly endpoint: string
  /** Replaces the plan and counts from 1 again. */
  readonly plan: (plan: ProxyPlan) => void
  /** The requests since the last plan. */
  readonly seen: () => readonly ProxyRequest[]
  /** Connections that clients have opened since the start. */
  readonly connections: () => number
  readonly stop: () => Promise<void>
}

/** Starts a proxy in front of `target`, such as `http://127.0.0.1:9000`; heads go through unchanged, so signatures stay valid. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target)
  let plan: ProxyPlan = () => undefined
  let seen: ProxyRequest[] = []
  let connections = 0

  const server = createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const request = { method, url, range: headers.range, nth: seen.length + 1 }
    seen.push(request)
    const fault = plan(request)
    if (fault?.kind === 'silent') return
    if (fault?.kind === 'reset') {
      incoming.socket.destroy()
      return
    }
    if (fault?.kind === 'answer') {
      outgoing.writeHead(fault.status, fault.headers).end(fault.body)
      return
    }
    const onward = send({ hostname, port, method, path: url, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      if (fault === undefined) answer.pipe(outgoing)
      else passOn(answer, outgoing, fault)
    })
    onward.on('error', () => incoming.socket.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // listening on TCP: never a path
    plan: (next) => {
      plan = next
      seen = []
    },
    seen: () => seen,
    connections: () => connections,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Passes on the first bytes of an answer, then cuts the connection or leaves it hanging. */
function passOn(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  { kind, afterBytes }: ProxyFault & { readonly afterBytes: number },
): void {
  let left = afterBytes
  const end = (): void => {
    answer.destroy()
    if (kind === 'cut') outgoing.socket?.end()
  }
  outgoing.flushHeaders()
  if (left === 0) {
    end()
    return
  }
  // A body that is shorter arrives whole; a cut connection still ends behind it, or the next request on it would never be read.
  answer.on('end', () => {
    if (left > 0 && kind === 'cut') outgoing.socket?.end()
  })
  answer.on('data', (chunk: Buffer) => {
    if (left === 0) return
    const part = chunk.subarray(0, left)
    left -= part.length
    outgoing.write(part, () => {
      if (left === 0) end()
    })
  })
}
