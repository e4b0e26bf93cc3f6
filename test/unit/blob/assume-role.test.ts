import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { assumedRole } from '../../../src/blob/assume-role.ts'
import { openS3Store } from '../../../src/blob/s3-store.ts'

const ROLE = 'arn:aws:iam::123456789012:role/reader'
const credentials = { accessKeyId: 'asking', secretAccessKey: 'secret-of-asking' }
const granted = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>acting</AccessKeyId>
  <SecretAccessKey>secret-of-acting</SecretAccessKey><SessionToken>token/+=</SessionToken>
  <Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers as the token service to POST, and with four bytes as a bucket to GET. */
let answer: { status: number; body: string }
let seen: Seen[]
let endpoint: string
const server = createServer((request, response) => {
  void text(request).then((body) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers, body })
    if (request.method === 'POST') response.writeHead(answer.status).end(answer.body)
    else response.writeHead(200, { 'content-length': 4 }).end('blob')
  })
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  answer = { status: 200, body: granted }
  seen = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test('asks the token service of the region with a signature and returns what it grants', async () => {
  const provider = assumedRole({
    roleArn: ROLE,
    externalId: 'a&b',
    region: 'eu-west-1',
    stsEndpoint: endpoint,
    credentials,
  })
  expect(await provider()).toEqual({
    accessKeyId: 'acting',
    secretAccessKey: 'secret-of-acting',
    sessionToken: 'token/+=',
    expiration: new Date('2100-01-01T00:00:00Z'),
  })
  const [asked] = seen
  expect(asked?.headers.authorization).toMatch(/Credential=asking\/\d{8}\/eu-west-1\/sts\/aws4_request/)
  expect(Object.fromEntries(new URLSearchParams(asked?.body))).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: ROLE,
    ExternalId: 'a&b',
  })
})

test('a store with a role reads as that role, and asks for it once', async () => {
  const store = await openS3Store('bucket', {
    endpoint,
    region: 'eu-west-1',
    credentials,
    role: { roleArn: ROLE, stsEndpoint: endpoint },
  })
  const { signal } = new AbortController()
  for (const key of ['a', 'b']) expect(await store.read(key, { start: 0 }, signal)).toHaveLength(4)
  expect(seen.map(({ method, url }) => `${method} ${url?.split('?')[0]}`)).toEqual([
    'POST /',
    'GET /bucket/a',
    'GET /bucket/b',
  ])
  expect(seen[2]?.headers).toMatchObject({ 'x-amz-security-token': 'token/+=' })
  expect(seen[2]?.headers.authorization).toContain('Credential=acting/')
})

test.each([
  [403, 'STORE_DENIED', false],
  [400, 'STORE_DENIED', false],
  [500, 'STORE_UNREACHABLE', true],
  [429, 'STORE_UNREACHABLE', true],
])('an answer %i of the token service is %s, also for who reads the store', async (status, code, retryable) => {
  answer = { status, body: '<ErrorResponse><Error><Code>No</Code><Message>Not you</Message></Error></ErrorResponse>' }
  const role = { roleArn: ROLE, stsEndpoint: endpoint }
  const store = await openS3Store('bucket', { endpoint, region: 'eu-west-1', credentials, role })
  const reading = store.read('a', { start: 0 }, new AbortController().signal)
  await expect(reading).rejects.toMatchObject({
    code,
    retryable,
    detail: `No: Not you (HTTP ${status})`,
    subject: ROLE,
  })
  await expect(reading).rejects.not.toThrow(/secret/)
})

test('an answer that is not one of the token service is STORE_UNREACHABLE', async () => {
  answer = { status: 200, body: '<html></html>' }
  const provider = assumedRole({ roleArn: ROLE, region: 'eu-west-1', stsEndpoint: endpoint, credentials })
  await expect(provider()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: false })
})
