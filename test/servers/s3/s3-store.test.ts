import { PutObjectCommand } from '@aws-sdk/client-s3'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BlobStore } from '../../../src/blob/blob-store.ts'
import { locationIn } from '../../../src/blob/location.ts'
import { openStore } from '../../../src/blob/open-store.ts'
import { retryStore } from '../../../src/blob/retry-store.ts'
import type { S3Options } from '../../../src/blob/s3-options.ts'
import { openS3Store } from '../../../src/blob/s3-store.ts'
import { describeBlobStore, pattern } from '../../unit/blob/conformance.ts'
import { VirtualClock } from '../../unit/blob/virtual-clock.ts'
import { startFaultyProxy } from './faulty-proxy.ts'
import type { FaultyProxy } from './faulty-proxy.ts'
import { startS3Server } from './server.ts'
import type { S3Server } from './server.ts'

const UPLOADS_AT_ONCE = 16

function accessTo(server: S3Server, endpoint = server.endpoint): S3Options {
  return { endpoint, credentials: { accessKeyId: server.accessKey, secretAccessKey: server.secretKey } }
}

async function upload(server: S3Server, bucket: string, blobs: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const client = server.client()
  const rest = [...blobs]
  const uploader = async (): Promise<void> => {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      const [key, bytes] = next
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentLength: bytes.length }))
    }
  }
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, uploader))
  client.destroy()
}

describeBlobStore('a bucket of SeaweedFS', async (blobs) => {
  const server = await startS3Server()
  await server.createBucket('blobs')
  await upload(server, 'blobs', blobs)
  return { store: await openS3Store('blobs', accessTo(server)), close: server.stop }
})

describeBlobStore('a prefix of a bucket that rclone serves from a folder', async (blobs) => {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-served-'))
  for (const [key, bytes] of blobs) {
    const path = join(folder, 'bucket/team a', key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }
  const server = await startS3Server({ folder })
  const { store } = locationIn(await openS3Store('bucket', accessTo(server)), 'team a')
  const close = async (): Promise<void> => {
    await server.stop()
    await rm(folder, { recursive: true })
  }
  return { store, close }
})

describe('an S3 store', () => {
  const { signal } = new AbortController()
  const bytes = pattern(3_000_000, 42)
  let server: S3Server
  let proxy: FaultyProxy
  beforeAll(async () => {
    server = await startS3Server()
    await server.createBucket('repo')
    const blobs = new Map([
      ['base/index.latest', pattern(8, 1)],
      ['base/blob', bytes],
    ])
    for (let index = 0; index < 1200; index++) blobs.set(`base/many/${index}`, new Uint8Array(1))
    await upload(server, 'repo', blobs)
    proxy = await startFaultyProxy(server.endpoint)
  })
  afterAll(async () => {
    await proxy.stop()
    await server.stop()
  })

  const through = async (options: S3Options = {}): Promise<BlobStore> =>
    openS3Store('repo', { ...accessTo(server, proxy.endpoint), ...options })
  const streamed = async (store: BlobStore, key: string, start = 0): Promise<Buffer> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of store.stream(key, { start }, signal)) chunks.push(chunk)
    return Buffer.concat(chunks)
  }

  test('openStore reads below the prefix of the location, and the whole bucket through top', async () => {
    const { store, top, basePath } = await openStore('s3://repo/base//', { s3: accessTo(server) })
    expect([store.uri, top.uri, basePath]).toEqual(['s3://repo/base', 's3://repo', 'base'])
    expect(await store.size('blob', signal)).toBe(bytes.length)
    expect(await top.size('base/blob', signal)).toBe(bytes.length)
  })

  test('a wrong secret is STORE_DENIED and is not in the message', async () => {
    const credentials = { accessKeyId: server.accessKey, secretAccessKey: 'not-the-secret' }
    const store = await openS3Store('repo', { endpoint: server.endpoint, credentials })
    const reading = store.read('base/blob', { start: 0 }, signal)
    await expect(reading).rejects.toMatchObject({ code: 'STORE_DENIED', retryable: false })
    await expect(reading).rejects.not.toThrow(/not-the-secret/)
    await expect(store.size('base/blob', signal)).rejects.toMatchObject({ code: 'STORE_DENIED', retryable: false })
    await expect(streamed(store, 'base/blob')).rejects.toMatchObject({
      code: 'STORE_DENIED',
      hint: expect.stringContaining('secret key') as string,
    })
  })

  test('an access key that is not known is STORE_DENIED', async () => {
    const credentials = { accessKeyId: 'nobody', secretAccessKey: 'nothing' }
    const store = await openS3Store('repo', { endpoint: server.endpoint, credentials })
    await expect(store.read('base/blob', { start: 0 }, signal)).rejects.toMatchObject({
      code: 'STORE_DENIED',
      hint: expect.stringContaining('access key') as string,
    })
  })

  test('a missing bucket is REPOSITORY_NOT_FOUND', async () => {
    const store = await openS3Store('no-such-bucket', accessTo(server))
    await expect(store.read('index.latest', { start: 0 }, signal)).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
    })
  })

  test('an endpoint where nothing listens is a retryable STORE_UNREACHABLE', async () => {
    const gone = await startFaultyProxy(server.endpoint)
    await gone.stop()
    const store = await openS3Store('repo', accessTo(server, gone.endpoint))
    await expect(store.size('x', signal)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true })
  })

  test.each([
    [503, 'STORE_THROTTLED', true],
    [429, 'STORE_THROTTLED', true],
    [500, 'STORE_UNREACHABLE', true],
    [502, 'STORE_UNREACHABLE', true],
    [501, 'STORE_UNREACHABLE', false],
    [403, 'STORE_DENIED', false],
  ])('an answer %i is %s for every call, after one request', async (status, code, retryable) => {
    const store = await through()
    proxy.plan(() => ({ kind: 'answer', status }))
    await expect(store.size('base/blob', signal)).rejects.toMatchObject({ code, retryable })
    await expect(store.read('base/blob', { start: 0, end: 9 }, signal)).rejects.toMatchObject({ code, retryable })
    await expect(streamed(store, 'base/blob')).rejects.toMatchObject({ code, retryable })
    await expect(store.list('', { delimiter: true }, signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code,
      retryable,
    })
    expect(proxy.seen()).toHaveLength(4)
  })

  test('a bucket in another region is CONFIG_INVALID and names the region', async () => {
    const store = await through()
    const headers = { 'x-amz-bucket-region': 'eu-west-1' }
    const body = '<Error><Code>PermanentRedirect</Code><Message>Use another endpoint.</Message></Error>'
    proxy.plan(() => ({ kind: 'answer', status: 301, headers, body }))
    await expect(store.read('base/blob', { start: 0 }, signal)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: 'Set the region eu-west-1: aws_region of snapshotRepo, or --region on the command line.',
    })
    await expect(store.size('base/blob', signal)).rejects.toMatchObject({
      hint: 'Set the region eu-west-1: aws_region of snapshotRepo, or --region on the command line.',
    })
  })

  test('a page of HTML instead of S3 is not retried', async () => {
    const store = await through()
    proxy.plan(() => ({ kind: 'answer', status: 200, body: '<html><body>Welcome</body></html>' }))
    const listing = store.list('', { delimiter: true }, signal)[Symbol.asyncIterator]().next()
    await expect(listing).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: false })
  })

  test('a body that is cut short is a retryable STORE_UNREACHABLE', async () => {
    const store = await through()
    proxy.plan(() => ({ kind: 'cut', afterBytes: 1_000_000 }))
    const failure = { code: 'STORE_UNREACHABLE', retryable: true }
    await expect(store.read('base/blob', { start: 0, end: 2_000_000 }, signal)).rejects.toMatchObject(failure)
    await expect(streamed(store, 'base/blob')).rejects.toMatchObject(failure)
    proxy.plan(() => ({ kind: 'cut', afterBytes: 1000 }))
    const cut = store.list('base/', { delimiter: false }, signal)[Symbol.asyncIterator]()
    await expect(cut.next()).rejects.toMatchObject(failure)
    proxy.plan(() => ({ kind: 'reset' }))
    await expect(store.size('base/blob', signal)).rejects.toMatchObject(failure)
  })

  test('a service that falls silent before or within an answer is a retryable STORE_UNREACHABLE', async () => {
    const store = await through({ silenceMs: 150 })
    const failure = { code: 'STORE_UNREACHABLE', retryable: true, detail: 'nothing arrived for 150 ms' }
    proxy.plan(() => ({ kind: 'silent' }))
    await expect(store.size('base/blob', signal)).rejects.toMatchObject(failure)
    await expect(store.read('base/blob', { start: 0 }, signal)).rejects.toMatchObject(failure)
    proxy.plan(() => ({ kind: 'stall', afterBytes: 500_000 }))
    await expect(store.read('base/blob', { start: 0 }, signal)).rejects.toMatchObject(failure)
    await expect(streamed(store, 'base/blob')).rejects.toMatchObject(failure)
  })

  test('the signal ends a call that hangs', async () => {
    const store = await through()
    const stopping = new AbortController()
    proxy.plan(() => {
      setImmediate(() => stopping.abort())
      return { kind: 'silent' }
    })
    await expect(store.read('base/blob', { start: 0 }, stopping.signal)).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('with the retry wrapper all bytes are right although every second request fails in some way', async () => {
    const faults = [
      { kind: 'answer', status: 503 },
      { kind: 'cut', afterBytes: 700_001 },
      { kind: 'reset' },
      { kind: 'answer', status: 500 },
      { kind: 'stall', afterBytes: 100_003 },
      { kind: 'cut', afterBytes: 0 },
    ] as const
    const harm = (): void =>
      proxy.plan(({ nth }) => (nth % 2 === 1 ? faults[((nth - 1) / 2) % faults.length] : undefined))
    const store = retryStore(await through({ silenceMs: 300 }), { firstPauseMs: 1 })
    harm()
    expect(Buffer.compare(await streamed(store, 'base/blob', 5), bytes.subarray(5))).toBe(0)
    harm()
    for (let start = 0; start < bytes.length; start += 500_000) {
      const end = Math.min(start + 500_000, bytes.length)
      expect(Buffer.compare(await store.read('base/blob', { start, end }, signal), bytes.subarray(start, end))).toBe(0)
    }
    harm()
    const found: string[] = []
    for await (const { key } of store.list('base/many/', { delimiter: false }, signal)) found.push(key)
    expect(found).toHaveLength(1200)
    expect(new Set(found).size).toBe(1200)
    harm()
    expect(await store.size('base/blob', signal)).toBe(bytes.length)
  })

  test('a stream that is cut goes on at the byte it had reached', async () => {
    const store = retryStore(await through(), { firstPauseMs: 1 })
    proxy.plan(({ nth }) => (nth === 1 ? { kind: 'cut', afterBytes: 1_000_000 } : undefined))
    expect(Buffer.compare(await streamed(store, 'base/blob'), bytes)).toBe(0)
    expect(proxy.seen().map(({ range }) => range)).toEqual([undefined, 'bytes=1000000-'])
  })

  test('requests that follow each other share a connection', async () => {
    const store = await through()
    proxy.plan(() => undefined)
    const before = proxy.connections()
    for (let start = 0; start < 20; start++) await store.read('base/blob', { start, end: start + 1000 }, signal)
    expect(proxy.connections() - before).toBe(1)
  })
})

test('keys in a file that were exchanged while the program runs are used, without an interruption', async () => {
  const { signal } = new AbortController()
  const folder = await mkdtemp(join(tmpdir(), 'backfill-keys-'))
  const file = join(folder, 'credentials')
  const keep = (key: string): Promise<void> =>
    writeFile(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret-of-${key}\n`)
  const pair = (key: string): [string, string] => [key, `secret-of-${key}`]
  await mkdir(join(folder, 'served/bucket'), { recursive: true })
  await writeFile(join(folder, 'served/bucket/blob'), 'content')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file)
  let server = await startS3Server({ folder: join(folder, 'served'), keys: [pair('old'), pair('new')] })
  try {
    const clock = new VirtualClock()
    await keep('old')
    const store = await openS3Store('bucket', { endpoint: server.endpoint, clock })
    const read = async (): Promise<string> => Buffer.from(await store.read('blob', { start: 0 }, signal)).toString()
    expect(await read()).toBe('content')
    await keep('new')
    await clock.advance(5000)
    expect(await read()).toBe('content')
    await server.stop()
    const port = Number(new URL(server.endpoint).port)
    server = await startS3Server({ folder: join(folder, 'served'), keys: [pair('new')], port })
    expect(await read()).toBe('content')
    await keep('old')
    await clock.advance(5000)
    await expect(read()).rejects.toMatchObject({ code: 'STORE_DENIED' })
  } finally {
    vi.unstubAllEnvs()
    await server.stop()
    await rm(folder, { recursive: true })
  }
})
