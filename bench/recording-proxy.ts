import { once } from 'node:events'
import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A time in which a server was at work, in milliseconds since 1970. */
export interface Interval {
  readonly what: string
  readonly from: number
  readonly to: number
}

/** What a server has answered. */
export interface Answer {
  readonly status: number
  /** `content-type` of the body. */
  readonly type: string
  readonly body: string
}

/** A proxy that passes every request on and records when a server was at work for it, and what it said. */
export interface RecordingProxy {
  readonly url: string
  /** Requests from their arrival to the end of their answer, and snapshots for as long as the server says they took. */
  readonly intervals: Interval[]
  /** The last answer to each question, by its method and path, such as `GET /_snapshot`. */
  readonly answers: Map<string, Answer>
  stop(): Promise<void>
}

/** Snapshots are taken after the request for them was answered; their real times are in the answer that says they are over. */
const SNAPSHOT_PATH = /^\/_snapshot\/[^/]+\/[^/?]+$/
const SNAPSHOT_TIMES = /"state":"SUCCESS".*"start_time_in_millis":(\d+).*"end_time_in_millis":(\d+)/s

/** Starts a proxy in front of a server at `url`. */
export async function startRecordingProxy(url: string): Promise<RecordingProxy> {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true })
  const intervals: Interval[] = []
  const answers = new Map<string, Answer>()
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { method = 'GET', url: path = '/', headers } = incoming
    const from = clock()
    const onward = send({ hostname, port, method, path, headers, agent }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      const seen: Buffer[] = []
      answer.on('data', (chunk: Buffer) => {
        if (method === 'GET' || method === 'HEAD') seen.push(chunk)
        outgoing.write(chunk)
      })
      answer.on('end', () => {
        outgoing.end()
        intervals.push({ what: `${method} ${path}`, from, to: clock() })
        if (method !== 'GET' && method !== 'HEAD') return
        const body = Buffer.concat(seen).toString('utf8')
        answers.set(`${method} ${path}`, {
          status: answer.statusCode!,
          type: answer.headers['content-type'] ?? '',
          body,
        })
        const [, start, end] = (SNAPSHOT_PATH.test(path) ? SNAPSHOT_TIMES.exec(body) : undefined) ?? []
        if (start !== undefined) intervals.push({ what: 'snapshot', from: Number(start), to: Number(end) })
      })
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  }
  const server = createServer({ keepAliveTimeout: 60_000 }, pass)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    intervals,
    answers,
    stop: async () => {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Milliseconds since 1970, finer than a millisecond. */
export function clock(): number {
  return performance.timeOrigin + performance.now()
}

/** The intervals put together where they overlap, in order; each is called by what began it. */
export function together(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = []
  for (const next of intervals.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1)
    if (last === undefined || next.from > last.to) joined.push(next)
    else joined[joined.length - 1] = { ...last, to: Math.max(last.to, next.to) }
  }
  return joined
}
