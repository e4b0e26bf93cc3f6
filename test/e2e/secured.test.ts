import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { exposePort } from '../servers/expose.ts'
import { rest, type RestTarget } from '../servers/rest.ts'
import { ADMIN, READER } from '../servers/security.ts'
import { makeCertificates } from '../unit/http/certificates.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt } from './home.ts'
import { refusalOf } from './refusal.ts'
import { startTlsFront } from './tls-front.ts'
import { indexNames } from './target-state.ts'

const BOOKS = 500

describe('two clusters with HTTPS and basic auth', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-secured-'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await Promise.all([
      bootServer({ distribution: 'opensearch', version: '2.11.1', security: true, heap: '768m' }),
      bootServer({ distribution: 'opensearch', version: '2.19', security: true, heap: '768m' }),
    ])
    const lines = Array.from({ length: BOOKS }, (_, n) => [
      { index: { _index: 'books', _id: `b${n}` } },
      { title: `Book ${n}`, year: 1500 + n },
    ]).flat()
    await rest(source).bulk(lines)
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  test('a user who may only read is refused before anything is changed', async () => {
    const home = homeAt(join(work, 'reader'))
    await home.configure(pageConfiguration(source, { ...target, credentials: READER }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code).toBe(1)
    expect(submitted.stderr).toContain('CLUSTER_DENIED')
    expect(await indexNames(target)).toEqual([])
  })

  describe('a mistake in how the target is reached', () => {
    const home = homeAt(join(work, 'mistakes'))
    const refusal = async (change: Partial<RestTarget>): Promise<{ code: number | null; said: string }> =>
      refusalOf(home, pageConfiguration(source, { ...target, ...change }))

    test('a wrong password', async () => {
      const credentials = { username: ADMIN.username, password: 'wrong-password' }
      const { code, said } = await refusal({ credentials })
      expect(code).toBe(1)
      expect(said)
        .toBe(`Error: connect to target my-target at ${target.url}: status 401, credentials refused (asks for Basic): Unauthorized
  Code: CLUSTER_AUTH
  Hint: Check user name and password, the API key, or the signing region and service, and that none has expired.
`)
      expect(said).not.toContain('wrong-password')
    })

    test('a certificate of a private authority that is not named', async () => {
      const { caFile: _, ...withoutAuthority } = target
      const { code, said } = await refusalOf(home, pageConfiguration(source, withoutAuthority))
      expect(code).toBe(1)
      expect(said)
        .toBe(`Error: connect to target my-target at ${target.url}: the certificate was issued by an authority that is not trusted here; subject CN=node-1, O=Test, issuer CN=test-ca, O=Test
  Code: CLUSTER_TLS
  Hint: Give the authority that issued it with tls.caFile; tls.verify: false accepts any certificate.
`)
    })

    test('a certificate that is made out to other names', async () => {
      const { port } = new URL(target.url)
      const exposed = await exposePort('127.0.0.2', Number(port))
      try {
        const { code, said } = await refusal({ url: `https://${exposed.authority}` })
        expect(code).toBe(1)
        expect(said)
          .toBe(`Error: connect to target my-target at https://${exposed.authority}: the certificate is made out to other names (DNS:localhost, IP Address:127.0.0.1); subject CN=node-1, O=Test, issuer CN=test-ca, O=Test
  Code: CLUSTER_TLS
  Hint: Use an endpoint with one of these names; tls.verify: false accepts the certificate as it is.
`)
      } finally {
        await exposed.close()
      }
    })

    test('a certificate that is self-signed', async () => {
      const certificates = makeCertificates()
      const front = await startTlsFront(certificates.selfSigned, target)
      try {
        const { caFile: _, ...withoutAuthority } = target
        const { code, said } = await refusalOf(home, pageConfiguration(source, { ...withoutAuthority, url: front.url }))
        expect(code).toBe(1)
        expect(said)
          .toBe(`Error: connect to target my-target at ${front.url}: the certificate is self-signed; subject CN=self-made, O=Lab, issuer CN=self-made, O=Lab
  Code: CLUSTER_TLS
  Hint: Give the authority that issued it with tls.caFile; tls.verify: false accepts any certificate.
`)
      } finally {
        await front.close()
        certificates.remove()
      }
    })

    test('http:// before a port that speaks TLS', async () => {
      const url = target.url.replace('https:', 'http:')
      const { code, said } = await refusal({ url })
      expect(code).toBe(1)
      expect(said)
        .toBe(`Error: connect to target my-target at ${url}: port ${new URL(url).port} of 127.0.0.1 speaks TLS, but the endpoint begins with http://
  Code: CLUSTER_TLS
  Hint: Begin the endpoint with https://.
`)
    })
  })

  test('the configuration of the page, with inline passwords, moves every document', async () => {
    const home = homeAt(join(work, 'inline'))
    await home.configure(pageConfiguration(source, target, { groups: '      - indices: ["books"]\n' }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(await compareDocuments(source, target, ['books'])).toEqual({ equal: BOOKS, differences: [] })
    const report = await home.run(['report', '-o', 'json'])
    const log = await home.run(['output', '-o', 'json'])
    for (const text of [submitted.stderr, report.stdout, log.stdout, ...filesBelow(join(home.path, 'workflows'))]) {
      expect(text).not.toContain(ADMIN.password)
    }
  })

  test('passwords from a file and from the environment do as well', async () => {
    await rest(target).delete('/books')
    const passwordFile = join(work, 'password')
    writeFileSync(passwordFile, `${ADMIN.password}\n`, { mode: 0o600 })
    const home = homeAt(join(work, 'references'), { TARGET_PASSWORD: ADMIN.password })
    const text = pageConfiguration(source, target, { groups: '      - indices: ["books"]\n' })
    const [first, second, third] = text.split(`password: ${ADMIN.password}`)
    await home.configure(`${first}passwordFromFile: ${passwordFile}${second}passwordFromEnv: TARGET_PASSWORD${third}`)
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(await compareDocuments(source, target, ['books'])).toEqual({ equal: BOOKS, differences: [] })
  })
})

/** The text of every file below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
}
