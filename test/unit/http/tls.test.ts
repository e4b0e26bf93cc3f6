import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { isFailure, type Failure } from '../../../src/core/failure.ts'
import { openHttp, type HttpOptions } from '../../../src/http/open-http.ts'
import { makeCertificates, type Certificate, type Certificates } from './certificates.ts'
import { startScriptedServer, type ScriptedServer } from './scripted-server.ts'
import { calm, fixedRandom, NEVER_MS, stepClock } from './test-world.ts'

let made: Certificates
let opened: { close(): Promise<void> }[] = []

beforeAll(() => {
  made = makeCertificates()
})
afterAll(() => made.remove())
afterEach(async () => {
  for (const each of opened.reverse()) await each.close()
  opened = []
})

async function serve(certificate?: Certificate, clientAuthority?: Certificate): Promise<ScriptedServer> {
  const mutual = clientAuthority && { ca: clientAuthority.cert, requestCert: true, rejectUnauthorized: true }
  const server = await startScriptedServer(
    () => ({ status: 200, body: 'hello' }),
    certificate === undefined ? {} : { tls: { cert: certificate.cert, key: certificate.key, ...mutual } },
  )
  opened.push(server)
  return server
}

/** The status of one request, or the failure. */
async function outcome(options: Partial<HttpOptions> & { endpoint: string }): Promise<number | Failure> {
  try {
    const client = await openHttp({ auth: { kind: 'none' }, ...options }, stepClock(), fixedRandom())
    opened.push(client)
    return (await client.request({ method: 'GET', path: '/', deadlineMs: NEVER_MS, idempotent: true }, calm)).status
  } catch (error) {
    if (isFailure(error)) return error
    throw error
  }
}

describe('a certificate', () => {
  test('of the authority in tls.caFile is accepted', async () => {
    const { url } = await serve(made.server)
    expect(await outcome({ endpoint: url, tls: { caFile: made.ca.certFile } })).toBe(200)
  })

  test('of an unknown authority is refused with subject, issuer and remedy', async () => {
    const { url } = await serve(made.server)
    expect(await outcome({ endpoint: url })).toMatchObject({
      code: 'CLUSTER_TLS',
      retryable: false,
      detail:
        'the certificate was issued by an authority that is not trusted here; ' +
        'subject CN=node-1, O=Lab, issuer CN=test-authority, O=Test',
      hint: 'Give the authority that issued it with tls.caFile; tls.verify: false accepts any certificate.',
    })
  })

  test('that is self-signed is refused, and accepted as its own authority or unverified', async () => {
    const { url } = await serve(made.selfSigned)
    expect(await outcome({ endpoint: url })).toMatchObject({
      code: 'CLUSTER_TLS',
      detail: 'the certificate is self-signed; subject CN=self-made, O=Lab, issuer CN=self-made, O=Lab',
    })
    expect(await outcome({ endpoint: url, tls: { caFile: made.selfSigned.certFile } })).toBe(200)
    expect(await outcome({ endpoint: url, tls: { verify: false } })).toBe(200)
  })

  test('that expired is refused with the date', async () => {
    const { url } = await serve(made.expired)
    const failure = await outcome({ endpoint: url, tls: { caFile: made.ca.certFile } })
    expect(failure).toMatchObject({ code: 'CLUSTER_TLS' })
    expect((failure as Failure).detail).toMatch(/^the certificate expired on Dec 31 .* 2001 GMT; subject CN=node-3/)
  })

  test('made out to another host is refused with its names', async () => {
    const { url } = await serve(made.otherHost)
    const failure = await outcome({ endpoint: url, tls: { caFile: made.ca.certFile } })
    expect(failure).toMatchObject({ code: 'CLUSTER_TLS' })
    expect((failure as Failure).detail).toContain('made out to other names (DNS:search.example); subject CN=node-2')
  })

  test('of the client is sent with mtls, and asked for without', async () => {
    const { url } = await serve(made.server, made.ca)
    const tls = { caFile: made.ca.certFile }
    const auth = { kind: 'mtls', certFile: made.client.certFile, keyFile: made.client.keyFile } as const
    expect(await outcome({ endpoint: url, tls, auth })).toBe(200)
    const failure = await outcome({ endpoint: url, tls })
    expect(failure).toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
    expect((failure as Failure).hint).toContain('authConfig.mtls')
  })
})

describe('a scheme', () => {
  test('https where the server speaks plain HTTP is said so', async () => {
    const { port } = await serve()
    expect(await outcome({ endpoint: `https://127.0.0.1:${port}` })).toMatchObject({
      code: 'CLUSTER_TLS',
      detail: `port ${port} of 127.0.0.1 does not speak TLS, but the endpoint begins with https://`,
    })
  })

  test('http where the server speaks TLS is said so', async () => {
    const { port } = await serve(made.server)
    expect(await outcome({ endpoint: `http://127.0.0.1:${port}` })).toMatchObject({
      code: 'CLUSTER_TLS',
      detail: `port ${port} of 127.0.0.1 speaks TLS, but the endpoint begins with http://`,
      hint: 'Begin the endpoint with https://.',
    })
  })
})

describe('a file', () => {
  test('that is missing or no PEM is CONFIG_INVALID with its key and name', async () => {
    const endpoint = 'https://127.0.0.1:9'
    const missing = await outcome({ endpoint, tls: { caFile: '/nowhere/ca.pem' } })
    expect(missing).toMatchObject({ code: 'CONFIG_INVALID', op: 'read tls.caFile', subject: '/nowhere/ca.pem' })
    const noPem = await outcome({ endpoint, tls: { caFile: import.meta.filename.replace('tls.test', 'test-world') } })
    expect(noPem).toMatchObject({ code: 'CONFIG_INVALID', detail: 'holds no PEM block (-----BEGIN …-----)' })
  })

  test('with the key of another certificate is CONFIG_INVALID', async () => {
    const auth = { kind: 'mtls', certFile: made.client.certFile, keyFile: made.server.keyFile } as const
    expect(await outcome({ endpoint: 'https://127.0.0.1:9', auth })).toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
