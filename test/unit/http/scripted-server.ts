import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'

/** A request as the server got it. */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** What the server does with one request. */
export type Reply =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  /** Cuts the connection after having read the request. */
  | 'cut'
  /** Never answers. */
  | 'silence'

/** A server in this process that answers by a script and remembers what it was asked. */
export interface ScriptedServer {
  readonly url: string
  readonly port: number
  readonly seen: SeenRequest[]
  close(): Promise<void>
}

/** Starts a server on a free loopback port; `script` decides every answer. With `tls` it speaks HTTPS. */
export async function startScriptedServer(
  script: (request: SeenRequest, count: number) => Reply | Promise<Reply>,
  options: { tls?: ServerOptions; host?: string } = {},
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = []
  const sockets = new Set<Socket>()
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const request = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    }
    seen.push(request)
    const reply = await script(request, seen.length)
    if (reply === 'silence') return
    if (reply === 'cut') {
      incoming.socket.destroy()
      return
    }
    const body = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {})
    outgoing.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
    outgoing.end(body)
  }
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy())
  }
  const server: Server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const host = options.host ?? '127.0.0.1'
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    url: `${options.tls ? 'https' : 'http'}://${shown}:${port}`,
    port,
    seen,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
