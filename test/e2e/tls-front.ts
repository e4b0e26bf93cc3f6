import { readFileSync } from 'node:fs'
import { connect, createServer } from 'node:tls'
import type { AddressInfo } from 'node:net'
import type { RestTarget } from '../servers/rest.ts'

/** A server in front of another one, with a certificate of its own. */
export interface TlsFront {
  readonly url: string
  close(): Promise<void>
}

/** Accepts TLS with this certificate, and passes everything on to a server that speaks TLS itself. */
export async function startTlsFront(
  own: { readonly cert: string; readonly key: string },
  { url, caFile }: RestTarget,
): Promise<TlsFront> {
  const { hostname: host, port } = new URL(url)
  const ca = caFile === undefined ? {} : { ca: readFileSync(caFile) }
  const server = createServer({ cert: own.cert, key: own.key }, (incoming) => {
    const outgoing = connect({ host, port: Number(port), ...ca })
    incoming.on('error', () => outgoing.destroy())
    outgoing.on('error', () => incoming.destroy())
    incoming.pipe(outgoing).pipe(incoming)
  })
  // A client that refuses the certificate breaks the handshake off.
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
