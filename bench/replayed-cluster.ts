import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Answer } from './recording-proxy.ts'

/** A cluster that gives recorded answers, and only these. */
export interface ReplayedCluster {
  readonly url: string
  readonly requests: string[]
  stop(): Promise<void>
}

/** Starts a cluster of recorded answers; to a request that was not recorded it answers 501, which ends what is measured. */
export async function startReplayedCluster(answers: ReadonlyMap<string, Answer>): Promise<ReplayedCluster> {
  const bodies = new Map(
    [...answers].map(([request, answer]) => [request, { ...answer, body: Buffer.from(answer.body) }]),
  )
  const requests: string[] = []
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url}`
    requests.push(asked)
    const { status, type, body } = bodies.get(asked) ?? notRecorded(asked)
    response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function notRecorded(asked: string): { readonly status: number; readonly type: string; readonly body: Buffer } {
  const body = { error: { type: 'not_recorded', reason: `${asked}: remove the recorded answers from the cache` } }
  return { status: 501, type: 'application/json', body: Buffer.from(JSON.stringify(body)) }
}
