import { createHash, createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openHttp } from '../../../src/http/open-http.ts'
import { startScriptedServer, type SeenRequest } from './scripted-server.ts'
import { calm, fixedRandom, NEVER_MS, stepClock } from './test-world.ts'

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET)
  vi.stubEnv('AWS_SESSION_TOKEN', 'the-session-token')
})
afterEach(() => vi.unstubAllEnvs())

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()

/** The signature as the published description of Signature Version 4 computes it from what arrived. */
function expectedSignature(request: SeenRequest, signedHeaders: string, scope: string): string {
  const url = new URL(request.url, 'http://host')
  const path = url.pathname.split('/').map(encodeURIComponent).join('/')
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replace(/\*/g, '%2A')}`)
    .sort()
    .join('&')
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name])}\n`)
  const canonical = [request.method, path, query, headers.join(''), signedHeaders, sha256(request.body)].join('\n')
  const [date, region, service, end] = scope.split('/') as [string, string, string, string]
  const text = ['AWS4-HMAC-SHA256', String(request.headers['x-amz-date']), scope, sha256(canonical)].join('\n')
  const key = [date, region, service, end].reduce<string | Buffer>((with_, part) => hmac(with_, part), `AWS4${SECRET}`)
  return createHmac('sha256', key).update(text).digest('hex')
}

test.each(['es', 'aoss'] as const)(
  'requests to service %s carry the signature of Signature Version 4',
  async (service) => {
    const server = await startScriptedServer(() => ({ status: 200 }))
    const auth = { kind: 'sigv4', region: 'eu-central-1', service } as const
    const client = await openHttp({ endpoint: `${server.url}/prefix`, auth }, stepClock(), fixedRandom())
    const request = {
      method: 'POST',
      path: '/a%20b%2Cc/_bulk',
      query: { filter_path: 'took,items.*.status', refresh: true },
      body: Buffer.from('{"index":{}}\n{"ü":1}\n'),
      deadlineMs: NEVER_MS,
      idempotent: true,
    } as const
    await client.request(request, calm)
    const seen = server.seen[0]!
    const header = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=(\w{64})$/.exec(
      seen.headers.authorization ?? '',
    )
    expect(header?.[1]).toMatch(new RegExp(`^\\d{8}/eu-central-1/${service}/aws4_request$`))
    expect(header?.[2]!.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-security-token']))
    expect(header?.[3]).toBe(expectedSignature(seen, header![2]!, header![1]!))
    expect(seen.headers['x-amz-content-sha256']).toBe(sha256(seen.body))
    await client.close()
    await server.close()
  },
)
