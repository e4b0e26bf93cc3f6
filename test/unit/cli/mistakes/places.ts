import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeCertificates } from '../../http/certificates.ts'
import { startScriptedServer, type Reply, type ScriptedServer, type SeenRequest } from '../../http/scripted-server.ts'
import { fakeCluster, Status, type FakeState } from '../../plan/fake-cluster.ts'

/** Addresses and folders that mistakes lead to, and a right one of each. */
export interface Places {
  readonly folder: string
  /** A file where a folder is expected. */
  readonly file: string
  /** An empty folder. */
  readonly empty: string
  readonly url: Readonly<
    Record<keyof typeof CLUSTERS | keyof typeof SERVERS | keyof typeof STORES | OtherPlace, string>
  >
  /** The text with what differs from run to run replaced by words. */
  normal(text: string): string
  close(): Promise<void>
}

/** A folder with snapshots. */
export const FIXTURE = fileURLToPath(new URL('../../../fixtures/es-7.10.2/repo', import.meta.url))

type OtherPlace = 'nobody' | 'transport' | 'selfSigned' | 'expired' | 'otherHost' | 'tls'

const NO_SECURITY = new Status(400, { error: { type: 'illegal_argument_exception', reason: 'no handler' } })
const NOTHING_RESTRICTED = {
  'GET /_plugins/_security/authinfo': NO_SECURITY,
  'POST /_security/user/_has_privileges': NO_SECURITY,
}

/** Clusters in memory, behind sockets. */
const CLUSTERS = {
  source: { indices: [{ index: 'logs-1' }, { index: '.kibana_1' }], pathRepo: [tmpdir()] },
  target: { distribution: 'opensearch' },
  taken: { distribution: 'opensearch', indices: [{ index: 'logs-1' }] },
  full: {
    distribution: 'opensearch',
    answers: { 'GET /_cat/allocation': [{ node: 'node-1', 'disk.avail': '1100', 'disk.total': '20000' }] },
  },
  old: { distribution: 'opensearch', version: '1.3.14' },
  vectors: {
    version: '8.15.0',
    indices: [
      { index: 'logs-1', mappings: { properties: { answer: { type: 'semantic_text', inference_id: 'elser' } } } },
    ],
  },
  tooNew: { version: '10.0.0' },
  oneAddress: { distribution: 'opensearch', uuid: 'one', indices: [{ index: 'logs-1' }] },
  otherAddress: { distribution: 'opensearch', uuid: 'one', indices: [{ index: 'logs-1' }] },
} as const satisfies Readonly<Record<string, FakeState>>

const page = { 'content-type': 'text/html' }
const refused = (type: string, reason: string): unknown => ({ error: { type, reason }, status: 403 })

/** What else may answer at an address. */
const SERVERS = {
  proxyPage: () => ({ status: 200, headers: page, body: '<html>Welcome to the proxy</html>' }),
  gateway: () => ({ status: 502, headers: page, body: '<html>502 Bad Gateway</html>' }),
  loginPage: () => ({ status: 302, headers: { location: 'https://login.example/' } }),
  unauthorized: () => ({
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="security"', 'content-type': 'text/plain' },
    body: 'Unauthorized',
  }),
  forbidden: () => ({
    status: 403,
    body: refused(
      'security_exception',
      'no permissions for [cluster:monitor/main] and User [name=loader, backend_roles=[], requestedTenant=null]',
    ),
  }),
  expiredToken: () => ({ status: 403, body: { message: 'The security token included in the request is expired' } }),
  notElastic: () => ({ status: 200, body: { name: 'a web service', healthy: true } }),
} as const satisfies Readonly<Record<string, (request: SeenRequest) => Reply>>

const s3Error = (status: number, code: string, message: string, more = ''): Reply => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`,
})

/** S3 services that refuse. */
const STORES = {
  otherRegion: () =>
    s3Error(
      400,
      'AuthorizationHeaderMalformed',
      "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-1'",
      '<Region>eu-west-1</Region>',
    ),
  noBucket: () => s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist'),
  oldToken: () => s3Error(400, 'ExpiredToken', 'The provided token has expired.'),
  strangerKey: () =>
    s3Error(403, 'InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.'),
  noRight: () => s3Error(403, 'AccessDenied', 'Access Denied'),
} as const satisfies Readonly<Record<string, (request: SeenRequest) => Reply>>

/** Starts everything that mistakes lead to. */
export async function startPlaces(): Promise<Places> {
  const folder = mkdtempSync(join(tmpdir(), 'mistakes-'))
  const [file, empty] = [join(folder, 'a-file'), join(folder, 'empty')]
  writeFileSync(file, '')
  mkdirSync(empty)
  const certificates = makeCertificates()
  const servers: ScriptedServer[] = []
  const urls = new Map<string, string>()
  const start = async (name: string, script: (request: SeenRequest) => Reply | Promise<Reply>, tls?: object) => {
    const server = await startScriptedServer(script, tls === undefined ? {} : { tls })
    servers.push(server)
    urls.set(name, server.url)
  }
  for (const [name, state] of Object.entries<FakeState>(CLUSTERS)) await start(name, clusterScript(state))
  for (const [name, script] of Object.entries({ ...SERVERS, ...STORES })) await start(name, script)
  for (const name of ['selfSigned', 'expired', 'otherHost'] as const)
    await start(name, clusterScript({}), certificates[name])
  await start('tls', clusterScript({}), certificates.server)
  urls.set('nobody', `http://127.0.0.1:${await closedPort()}`)
  const transport = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write('This is not an HTTP port', () => socket.destroy()))
  })
  await new Promise<void>((resolve) => transport.listen(0, '127.0.0.1', resolve))
  urls.set('transport', `http://127.0.0.1:${(transport.address() as { port: number }).port}`)
  return {
    folder,
    file,
    empty,
    url: Object.fromEntries(urls) as Places['url'],
    normal: (text) =>
      text
        .replaceAll(folder, '/home')
        .replaceAll(FIXTURE, '/fixture')
        .replaceAll(tmpdir(), '/')
        .replaceAll(/(127\.0\.0\.1:|on port |^port |: port )\d+/g, '$19200')
        // A machine without any name server.
        .replaceAll(/DNS did not answer for host name (\S+)/g, 'host name $1 is not known to DNS')
        .replaceAll(/expired on .*? \d{4}( GMT)?/g, 'expired on <date>'),
    close: async () => {
      for (const server of servers) await server.close()
      await new Promise((resolve) => transport.close(resolve))
      certificates.remove()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Answers of a cluster in memory over a real socket. */
function clusterScript(state: FakeState): (request: SeenRequest) => Promise<Reply> {
  const { http } = fakeCluster({ ...state, answers: { ...NOTHING_RESTRICTED, ...state.answers } })
  return async ({ method, url }) => {
    const path = new URL(url, 'http://host').pathname
    const wanted = { method: method as 'GET', path, deadlineMs: 1000, idempotent: true }
    const { status, body } = await http.request(wanted, new AbortController().signal)
    return { status, body: new TextDecoder().decode(body) }
  }
}

/** A port that nothing listens on any more. */
async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
