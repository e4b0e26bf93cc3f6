import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { openKubeConnections, type KubeConnections } from '../../../src/kubernetes/kube-connections.ts'
import { ANSWER_STOPPED, NO_ANSWER, NO_CONNECTION } from '../../../src/kubernetes/kube-failure.ts'

const LIMITS = { connectMs: 500, silenceMs: 500 }
const { signal } = new AbortController()
const LIST = { method: 'GET', path: '/api', headers: {} }

const sockets = new Set<Socket>()
let server: Server
let connections: KubeConnections

/** A server that does with every connection what it is told. */
async function serve(protocol: 'http' | 'https', answer: (socket: Socket) => void): Promise<void> {
  server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  connections = openKubeConnections(`${protocol}://127.0.0.1:${port}`, { rejectUnauthorized: true }, undefined, LIMITS)
}

afterEach(async () => {
  connections.close()
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await new Promise((resolve) => server.close(resolve))
})

test('a server that takes the connection and never says who it is', async () => {
  await serve('https', () => undefined)
  await expect(connections.exchange(LIST, signal)).rejects.toMatchObject({ code: NO_CONNECTION })
})

test('a server that takes the request and never answers', async () => {
  await serve('http', () => undefined)
  await expect(connections.exchange(LIST, signal)).rejects.toMatchObject({ code: NO_ANSWER })
})

test('a server that stops in the middle of its answer', async () => {
  await serve('http', (socket) =>
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')),
  )
  await expect(connections.exchange(LIST, signal)).rejects.toMatchObject({ code: ANSWER_STOPPED })
})

test('an answer that takes longer than the limit, but never stops for so long', async () => {
  await serve('http', (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n')
      let left = 30
      const drip = setInterval(() => {
        socket.write('x')
        if (--left === 0) clearInterval(drip)
      }, LIMITS.silenceMs / 25)
    }),
  )
  expect(await connections.exchange(LIST, signal)).toMatchObject({ status: 200, body: 'x'.repeat(30) })
})

test('a connection serves one request after the other', async () => {
  await serve('http', (socket) =>
    socket.on('data', () => socket.write('HTTP/1.1 429 Busy\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\nno')),
  )
  const answer = { status: 429, body: 'no', retryAfter: '7' }
  expect(await connections.exchange(LIST, signal)).toEqual(answer)
  expect(await connections.exchange({ ...LIST, method: 'POST', body: '{}' }, signal)).toEqual(answer)
  expect(sockets.size).toBe(1)
})
