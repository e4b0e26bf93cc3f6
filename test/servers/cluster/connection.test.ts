import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { putClusterSettings } from '../../../src/cluster/nodes.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { READER } from '../security.ts'
import { calm, httpOptions, withCluster } from './connect.ts'

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof Failure) return error
  throw new Error(`expected a Failure, got ${inspect(error)}`)
}

describe('OpenSearch 2.19.4 with HTTPS and basic authentication', () => {
  let server: ServerHandle
  beforeAll(async () => {
    server = await bootServer({ distribution: 'opensearch', version: '2.19.4', security: true })
  })
  afterAll(() => server.stop())

  test('is reached with its authority and the right password', async () => {
    const name = await withCluster(httpOptions(server), async (cluster) => cluster.info.version.text)
    expect(name).toBe('2.19.4')
  })

  test('is refused without its authority, naming the certificate and the remedy', async () => {
    const failure = await failureOf(withCluster({ ...httpOptions(server), tls: {} }, async () => undefined))
    expect(failure.code).toBe('CLUSTER_TLS')
    expect(failure.detail).toMatch(/authority that is not trusted here; subject CN=.+, issuer CN=/)
    expect(failure.hint).toContain('tls.caFile')
  })

  test('is reached without its authority when verification is off', async () => {
    const options = { ...httpOptions(server), tls: { verify: false } }
    expect(await withCluster(options, async (cluster) => cluster.info.distribution)).toBe('opensearch')
  })

  test('says CLUSTER_AUTH for a wrong password and does not repeat it', async () => {
    const auth = { kind: 'basic', username: 'admin', password: new Secret('wrong-Hunter-2') } as const
    const failure = await failureOf(withCluster({ ...httpOptions(server), auth }, async () => undefined))
    expect(failure.code).toBe('CLUSTER_AUTH')
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('Hunter')
  })

  test('says CLUSTER_DENIED with the missing right', async () => {
    const auth = { kind: 'basic', username: READER.username, password: new Secret(READER.password) } as const
    const failure = await failureOf(withCluster({ ...httpOptions(server), auth }, async () => undefined))
    expect(failure.code).toBe('CLUSTER_DENIED')
    expect(failure.detail).toContain('no permissions for [cluster:monitor/main] and User [name=reader')
  })

  test('says that the endpoint must begin with https', async () => {
    const options = httpOptions(server)
    const endpoint = options.endpoint.replace('https:', 'http:')
    const failure = await failureOf(withCluster({ ...options, endpoint }, async () => undefined))
    expect(failure).toMatchObject({ code: 'CLUSTER_TLS', hint: 'Begin the endpoint with https://.' })
  })
})

describe('OpenSearch 2.19.4 without TLS', () => {
  let server: ServerHandle
  beforeAll(async () => {
    server = await bootServer({ distribution: 'opensearch', version: '2.19.4' })
  })
  afterAll(() => server.stop())

  test('says that the endpoint must begin with http', async () => {
    const options = httpOptions(server)
    const endpoint = options.endpoint.replace('http:', 'https:')
    const failure = await failureOf(withCluster({ ...options, endpoint }, async () => undefined))
    expect(failure.code).toBe('CLUSTER_TLS')
    expect(failure.detail).toContain('does not speak TLS')
  })

  test('is recognised when it reports itself as 7.10.2', async () => {
    const key = 'compatibility.override_main_response_version'
    await withCluster(httpOptions(server), (cluster) =>
      putClusterSettings(cluster, { persistent: { [key]: true } }, calm),
    )
    const info = await withCluster(httpOptions(server), async (cluster) => cluster.info)
    expect(info).toMatchObject({ distribution: 'opensearch', version: { text: '2.19.4' }, compatibilityMode: true })
  })
})
