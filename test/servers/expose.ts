import { createServer, connect, type Server } from 'node:net'

/** A port of this machine that answers on another of its addresses, too. */
export interface ExposedPort {
  /** `10.213.0.1:9200` */
  readonly authority: string
  close(): Promise<void>
}

/** Passes every connection to `port` of `address` on to the same port of 127.0.0.1, where test servers listen. */
export async function exposePort(address: string, port: number): Promise<ExposedPort> {
  const server: Server = createServer({ pauseOnConnect: true }, (incoming) => {
    const outgoing = connect(port, '127.0.0.1')
    incoming.on('error', () => outgoing.destroy())
    outgoing.on('error', () => incoming.destroy())
    incoming.pipe(outgoing).pipe(incoming)
  })
  const open = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, address, resolve)
  })
  return {
    authority: `${address}:${port}`,
    close: () => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
