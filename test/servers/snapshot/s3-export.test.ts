import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openStore } from '../../../src/blob/open-store.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest, type RestClient } from '../rest.ts'
import { listFixtures } from '../../fixtures/load.ts'
import { runCli, type ProgramRun } from '../../unit/cli/world.ts'
import { startFaultyProxy, type FaultyProxy, type ProxyFault } from '../s3/faulty-proxy.ts'
import { startS3Server, type S3Server } from '../s3/server.ts'

/** A repository as the server serves it, and the same one as a folder. */
interface Served {
  readonly title: string
  readonly uri: string
  readonly folder: string
  readonly snapshot: string
}

const SERVERS = ['es-1.7.6', 'es-7.10.2', 'os-3.8.0']
const HASHED = /^repo-hashed/
const served: Served[] = []
let folder: string
let server: S3Server
let proxy: FaultyProxy

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backfill-s3-export-'))
  serveFixtures()
  server = await startS3Server({ folder })
  proxy = await startFaultyProxy(server.endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', server.accessKey)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretKey)
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await proxy.stop()
  await server.stop()
  rmSync(folder, { recursive: true })
})

/** Copies fixtures into buckets: below a base path, or at the top where paths with a hash are counted from there. */
function serveFixtures(): void {
  for (const fixture of listFixtures()) {
    if (!SERVERS.includes(fixture.name)) continue
    for (const repository of fixture.repositories) {
      const snapshot = repository.snapshots.at(-1)?.name
      if (snapshot === undefined) continue
      const bucket = `b${served.length}-${fixture.name}`
      const base = HASHED.test(repository.name) ? '' : '/team/snapshots'
      cpSync(repository.path, join(folder, bucket + base), { recursive: true })
      const title = `${fixture.name} ${repository.name}`
      served.push({ title, uri: `s3://${bucket}${base}`, folder: repository.path, snapshot })
    }
  }
}

const exported = (uri: string, snapshot: string, ...more: string[]): Promise<ProgramRun> => {
  const endpoint = uri.startsWith('s3:') ? ['--s3-endpoint', server.endpoint, '--path-style'] : []
  return runCli(['snapshot', 'export', '--repo', uri, '--snapshot', snapshot, ...endpoint, ...more])
}

test('a repository in a bucket exports the same lines as from its folder', async () => {
  expect(served.length).toBeGreaterThan(6)
  for (const { title, uri, folder: local, snapshot } of served) {
    const fromFolder = await exported(local, snapshot)
    const fromBucket = await exported(uri, snapshot)
    expect(fromBucket.stderr, title).toBe(fromFolder.stderr)
    expect(fromBucket.exitCode, title).toBe(fromFolder.exitCode)
    expect(fromBucket.stdout, title).toBe(fromFolder.stdout)
    expect([0, 3]).toContain(fromBucket.exitCode)
    expect(fromBucket.stdout.length, title).toBeGreaterThan(1000)
  }
})

describe('a bucket that does not give what was asked for', () => {
  const through = async (fault: ProxyFault, uri = served[0]!.uri): Promise<ProgramRun> => {
    proxy.plan(() => fault)
    const target = ['--repo', uri, '--s3-endpoint', proxy.endpoint, '--path-style']
    return runCli(['snapshot', 'export', '--snapshot', served[0]!.snapshot, ...target])
  }
  const xml = (code: string, more = ''): string =>
    `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message>${more}</Error>`

  test.each([
    {
      what: 'refuses',
      status: 403,
      body: xml('AccessDenied'),
      code: 'STORE_DENIED',
      exit: 1,
      says: /AccessDenied|403/,
    },
    {
      what: 'keeps asking to slow down',
      status: 503,
      body: xml('SlowDown'),
      code: 'STORE_THROTTLED',
      exit: 75,
      says: /8 attempts/,
    },
    {
      what: 'keeps failing',
      status: 500,
      body: xml('InternalError'),
      code: 'STORE_UNREACHABLE',
      exit: 1,
      says: /8 attempts/,
    },
    {
      what: 'is missing',
      status: 404,
      body: xml('NoSuchBucket'),
      code: 'REPOSITORY_NOT_FOUND',
      exit: 7,
      says: /bucket/i,
    },
    {
      what: 'lies in another region',
      status: 301,
      body: xml('PermanentRedirect', '<Endpoint>b.s3.eu-west-1.amazonaws.com</Endpoint>'),
      headers: { 'x-amz-bucket-region': 'eu-west-1' },
      code: 'CONFIG_INVALID',
      exit: 2,
      says: /eu-west-1/,
    },
  ])('$what: $code', async ({ status, body, headers, code, exit, says }) => {
    const type = { 'content-type': 'application/xml' }
    const run = await through({ kind: 'answer', status, body, headers: { ...type, ...headers } })
    expect(run.code, run.stderr).toBe(code)
    expect(run.exitCode).toBe(exit)
    expect(run.stderr).toMatch(says)
    expect(run.stderr).toMatch(/^ {2}Hint: ./m)
    expect(run.stdout).toBe('')
  })

  test('a wrong prefix names the repository that is near', async () => {
    const { uri } = served.find((one) => one.uri.endsWith('/team/snapshots'))!
    for (const wrong of [uri.replace('/snapshots', ''), `${uri}/indices`]) {
      const run = await runCli(['snapshot', 'list', '--repo', wrong, '--s3-endpoint', server.endpoint, '--path-style'])
      expect(run.code, run.stderr).toBe('REPOSITORY_NOT_FOUND')
      expect(run.exitCode).toBe(7)
      expect(run.stderr).toContain(`Hint: Give ${uri} instead`)
    }
    const nothing = await runCli(['snapshot', 'list', '--repo', `${uri}-x`, '--s3-endpoint', server.endpoint])
    expect(nothing.stderr).toMatch(/empty or does not exist/)
  })

  test('wrong keys are refused, not taken for an empty bucket', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'another')
    const run = await exported(served[0]!.uri, served[0]!.snapshot)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.secretKey)
    expect(run.code, run.stderr).toBe('STORE_DENIED')
    expect(run.stderr).not.toContain('another')
  })

  test('connections that break in every second answer cost time, not documents', async () => {
    const { uri, snapshot } = served.find(({ title }) => title === 'es-7.10.2 repo')!
    const right = await exported(uri, snapshot, '--index', 'routed')
    proxy.plan(({ nth }) => (nth % 2 === 0 ? { kind: 'cut', afterBytes: 100 } : undefined))
    const target = ['--repo', uri, '--s3-endpoint', proxy.endpoint, '--path-style']
    const run = await runCli(['snapshot', 'export', '--snapshot', snapshot, '--index', 'routed', ...target])
    expect(run.stderr).toBe(right.stderr)
    expect(run.stdout).toBe(right.stdout)
  })
})

describe('a snapshot that OpenSearch wrote into a bucket, below a base path, with hashed paths', () => {
  const SHARDS = 130
  const LOCAL = 'local'
  const BASE = 'team a/of bücket'
  let store: S3Server
  let opensearch: ServerHandle
  let client: RestClient

  beforeAll(async () => {
    store = await startS3Server()
    await store.createBucket('snapshots')
    const { endpoint, accessKey, secretKey } = store
    opensearch = await bootServer({
      distribution: 'opensearch',
      version: '3.8',
      s3: { endpoint, accessKey, secretKey },
    })
    client = rest(opensearch)
    const settings = { number_of_shards: SHARDS, number_of_replicas: 0 }
    await client.put('/wide', { settings })
    for (let round = 0; round < 3; round++) {
      const lines = Array.from({ length: 4 * SHARDS }, (_, n) => [
        { index: { _index: 'wide', _id: `${round}-${n}`, ...(n % 7 === 0 ? { routing: `r${n}` } : {}) } },
        { n, text: 'жѡ '.repeat(n % 11) },
      ]).flat()
      await client.bulk(lines)
    }
    const s3 = { bucket: 'snapshots', base_path: BASE, server_side_encryption_type: 'bucket_default' }
    await client.put('/_snapshot/remote', { type: 's3', settings: { ...s3, shard_path_type: 'hashed_prefix' } })
    await client.put(`/_snapshot/${LOCAL}`, { type: 'fs', settings: { location: opensearch.repositoryFolder } })
    for (const repository of ['remote', LOCAL]) {
      await client.put(`/_snapshot/${repository}/nightly?wait_for_completion=true`, { indices: 'wide' })
    }
  })
  afterAll(async () => {
    await opensearch.stop()
    await store.stop()
  })

  test('holds more than a thousand blobs and exports the same documents as the snapshot in a folder', async () => {
    const credentials = { accessKeyId: store.accessKey, secretAccessKey: store.secretKey }
    const { top } = await openStore('s3://snapshots', { s3: { endpoint: store.endpoint, credentials } })
    let blobs = 0
    let outside = 0
    for await (const { key } of top.list('', { delimiter: false }, new AbortController().signal)) {
      blobs++
      if (!key.startsWith(`${BASE}/`)) outside++
    }
    expect(blobs).toBeGreaterThan(1000)
    expect(outside).toBeGreaterThan(SHARDS)

    vi.stubEnv('AWS_ACCESS_KEY_ID', store.accessKey)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', store.secretKey)
    const remote = ['--repo', `s3://snapshots/${BASE}`, '--s3-endpoint', store.endpoint, '--path-style']
    const fromBucket = await runCli(['snapshot', 'export', '--snapshot', 'nightly', ...remote])
    const fromFolder = await exported(opensearch.repositoryFolder, 'nightly')
    expect(fromBucket.exitCode, fromBucket.stderr).toBe(0)
    const lines = (run: ProgramRun): string[] => run.stdout.trimEnd().split('\n').sort()
    expect(lines(fromBucket)).toHaveLength(3 * 4 * SHARDS)
    expect(lines(fromBucket)).toEqual(lines(fromFolder))
  })
})
