import { createServer } from 'node:net'

/** Ports of 127.0.0.1 that are free now, as the kernel chooses them. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)))
  const ports = servers.map((server) => server.port)
  await Promise.all(servers.map((server) => server.close()))
  return ports
}

/** Tells whether nothing listens on this port of 127.0.0.1. */
export async function isFree(port: number): Promise<boolean> {
  try {
    await (await listen(port)).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

interface Listening {
  readonly port: number
  close(): Promise<void>
}

async function listen(port: number): Promise<Listening> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () => new Promise<void>((done) => server.close(() => done())),
      })
    })
  })
}
