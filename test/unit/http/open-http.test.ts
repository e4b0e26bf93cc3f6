import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock, type Clock } from '../../../src/core/clock.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { HttpRequest } from '../../../src/http/http-client.ts'
import { openHttp, type HttpOptions } from '../../../src/http/open-http.ts'
import { startScriptedServer, type Reply, type ScriptedServer, type SeenRequest } from './scripted-server.ts'
import { calm, fixedRandom, NEVER_MS, stepClock, type StepClock } from './test-world.ts'

const get: HttpRequest = { method: 'GET', path: '/', deadlineMs: NEVER_MS, idempotent: true }
const post: HttpRequest = { ...get, method: 'POST', path: '/_bulk', body: 'x', idempotent: false }

let opened: { close(): Promise<void> }[] = []
let clock: StepClock

beforeEach(() => {
  clock = stepClock()
})
afterEach(async () => {
  for (const each of opened.reverse()) await each.close()
  opened = []
})

async function serve(script: (request: SeenRequest, count: number) => Reply, host?: string): Promise<ScriptedServer> {
  const server = await startScriptedServer(script, host === undefined ? {} : { host })
  opened.push(server)
  return server
}

async function open(endpoint: string, options: Partial<HttpOptions> = {}, time: Clock = clock) {
  const client = await openHttp({ endpoint, auth: { kind: 'none' }, ...options }, time, fixedRandom())
  opened.push(client)
  return client
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof Failure) return error
  throw new Error(`expected a Failure, got ${inspect(error)}`)
}

describe('a request', () => {
  test('goes below the path prefix with its query escaped and its body as it is', async () => {
    const server = await serve(() => ({ status: 200, body: { ok: true } }))
    const client = await open(`${server.url}/prefix/es/`)
    const answer = await client.request(
      { ...post, query: { q: 'a b&c', pretty: true }, body: Buffer.from([0, 255]) },
      calm,
    )
    expect(answer.status).toBe(200)
    expect(Buffer.from(answer.body).toString()).toBe('{"ok":true}')
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/prefix/es/_bulk?q=a%20b%26c&pretty=true' })
    expect([...server.seen[0]!.body]).toEqual([0, 255])
    expect(server.seen[0]!.headers['content-type']).toBe('application/json')
  })

  test('reaches an IPv6 endpoint', async () => {
    const server = await serve(() => ({ status: 200 }), '::1')
    const client = await open(server.url)
    expect((await client.request(get, calm)).status).toBe(200)
    expect(client.endpoint).toBe(`http://[::1]:${server.port}`)
  })

  test('keeps the connection for the next one', async () => {
    const server = await serve((request) => ({ status: 200, body: request.headers.connection ?? '' }))
    const client = await open(server.url, { connections: 1 })
    await client.request(get, calm)
    const second = await client.request(get, calm)
    expect(Buffer.from(second.body).toString()).toBe('keep-alive')
  })

  test('stops at the size that answers may have', async () => {
    const server = await serve(() => ({ status: 200, body: 'x'.repeat(2000) }))
    const client = await open(server.url, { maxResponseBytes: 1000 })
    expect(await failureOf(client.request(get, calm))).toMatchObject({ code: 'CLUSTER_REFUSED' })
  })

  test('is spaced by the rate that the configuration allows', async () => {
    const server = await serve(() => ({ status: 200 }))
    const client = await open(server.url, { requestsPerSecond: 4 })
    for (let count = 0; count < 3; count++) await client.request(get, calm)
    expect(clock.waits).toEqual([250, 250])
  })
})

describe('identity', () => {
  test('basic sends user and password, which nothing prints', async () => {
    const server = await serve(() => ({ status: 200 }))
    const auth = { kind: 'basic', username: 'admin', password: new Secret('pa:ss') } as const
    const client = await open(server.url, { auth })
    await client.request(get, calm)
    expect(server.seen[0]!.headers.authorization).toBe(`Basic ${Buffer.from('admin:pa:ss').toString('base64')}`)
    expect(inspect(auth, { depth: 9, showHidden: true }) + JSON.stringify(auth)).not.toContain('pa:ss')
  })

  test('an API key is sent as it was handed out', async () => {
    const server = await serve(() => ({ status: 200 }))
    const client = await open(server.url, { auth: { kind: 'apiKey', key: new Secret('aWQ6a2V5') } })
    await client.request(get, calm)
    expect(server.seen[0]!.headers.authorization).toBe('ApiKey aWQ6a2V5')
  })

  test('status 401 is CLUSTER_AUTH, said once and without the password', async () => {
    const server = await serve(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="x"' },
      body: 'Unauthorized',
    }))
    const client = await open(server.url, { auth: { kind: 'basic', username: 'u', password: new Secret('hunter2') } })
    const failure = await failureOf(client.request(get, calm))
    expect(failure).toMatchObject({ code: 'CLUSTER_AUTH', retryable: false })
    expect(failure.message).toBe(
      `send GET ${server.url}/: status 401, credentials refused (asks for Basic): Unauthorized`,
    )
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('hunter2')
    expect(server.seen).toHaveLength(1)
  })

  test('status 403 is CLUSTER_DENIED with the words of the server', async () => {
    const reason = 'no permissions for [indices:data/write/bulk] and User [name=reader]'
    const server = await serve(() => ({ status: 403, body: { error: { type: 'security_exception', reason } } }))
    const failure = await failureOf((await open(server.url)).request(get, calm))
    expect(failure.code).toBe('CLUSTER_DENIED')
    expect(failure.detail).toContain(reason)
  })

  test('status 403 about the signature is CLUSTER_AUTH', async () => {
    const message = 'The request signature we calculated does not match the signature you provided.'
    const server = await serve(() => ({ status: 403, body: { message } }))
    expect(await failureOf((await open(server.url)).request(get, calm))).toMatchObject({ code: 'CLUSTER_AUTH' })
  })

  test('status 403 of an index block is an answer', async () => {
    const server = await serve(() => ({ status: 403, body: { error: { type: 'cluster_block_exception' } } }))
    expect((await (await open(server.url)).request(get, calm)).status).toBe(403)
  })

  test('a password inside the endpoint is refused and not repeated', async () => {
    const failure = await failureOf(open('https://user:hunter2@host:9200'))
    expect(failure.code).toBe('CONFIG_INVALID')
    expect(inspect(failure)).not.toContain('hunter2')
  })
})

describe('repeating', () => {
  test('an idempotent request passes 503, 429 with Retry-After and a cut connection', async () => {
    const script: Reply[] = [{ status: 503 }, { status: 429, headers: { 'retry-after': '2' } }, 'cut', { status: 200 }]
    const server = await serve((_, count) => script[count - 1]!)
    expect((await (await open(server.url)).request(get, calm)).status).toBe(200)
    expect(clock.waits).toEqual([125, 2250, 500])
  })

  test('a request that is not idempotent is sent once when the connection breaks', async () => {
    const server = await serve(() => 'cut')
    const failure = await failureOf((await open(server.url)).request(post, calm))
    expect(failure).toMatchObject({ code: 'CLUSTER_UNREACHABLE', retryable: true })
    expect(server.seen).toHaveLength(1)
  })

  test('a request that is not idempotent is repeated after 429 and not after 503', async () => {
    const server = await serve((_, count) => ({ status: count === 1 ? 429 : 503 }))
    expect((await (await open(server.url)).request(post, calm)).status).toBe(503)
    expect(server.seen).toHaveLength(2)
  })

  test('a refused connection is tried again even for a request that is not idempotent', async () => {
    const server = await serve(() => ({ status: 200 }))
    await server.close()
    const failure = await failureOf((await open(server.url)).request(post, calm))
    expect(failure.detail).toBe(`connection refused: nothing listens on port ${server.port} of 127.0.0.1`)
    expect(clock.waits).toHaveLength(4)
  })

  test('maxAttempts 1 hands the first answer over', async () => {
    const server = await serve(() => ({ status: 503, headers: { 'retry-after': '7' } }))
    const answer = await (await open(server.url)).request({ ...get, maxAttempts: 1 }, calm)
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '7' } })
    expect(server.seen).toHaveLength(1)
  })

  test('the last answer is returned when the attempts are used up', async () => {
    const server = await serve(() => ({ status: 503 }))
    expect((await (await open(server.url)).request(get, calm)).status).toBe(503)
    expect(server.seen).toHaveLength(5)
  })
})

describe('ending', () => {
  test('a server that stays silent is TIMEOUT when the deadline comes', async () => {
    const server = await serve(() => 'silence')
    const client = await open(server.url, {}, systemClock)
    const failure = await failureOf(client.request({ ...get, deadlineMs: 50 }, calm))
    expect(failure).toMatchObject({ code: 'TIMEOUT', retryable: true, detail: 'no complete answer in 50ms' })
  })

  test('an abort ends the request with ABORTED', async () => {
    const controller = new AbortController()
    const server = await serve(() => {
      controller.abort()
      return 'silence'
    })
    expect(await failureOf((await open(server.url)).request(get, controller.signal))).toMatchObject({ code: 'ABORTED' })
  })

  test('a host name that DNS does not know is said so', async () => {
    const client = await open('http://no-such-host.invalid:9200', { retry: { maxAttempts: 1, baseMs: 1, maxMs: 1 } })
    const failure = await failureOf(client.request(get, calm))
    expect(failure.code).toBe('CLUSTER_UNREACHABLE')
    expect(failure.detail).toMatch(/DNS/)
  })
})
