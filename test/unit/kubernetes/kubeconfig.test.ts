import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { isFailure } from '../../../src/core/failure.ts'
import { openKubernetes, type KubernetesOptions } from '../../../src/kubernetes/open-kubernetes.ts'
import { makeCertificates } from '../http/certificates.ts'
import { startScriptedServer, type ScriptedServer, type SeenRequest } from '../http/scripted-server.ts'
import { calm, fixedRandom, stepClock } from '../http/test-world.ts'

const certificates = makeCertificates()
let folder: string
let home: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'))
  home = join(folder, 'home')
  mkdirSync(join(home, '.kube'), { recursive: true })
})
afterAll(() => certificates.remove())

/** A kubeconfig with one context; JSON is YAML. */
function kubeconfig(server: object, user: object, context: object = {}): string {
  return JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
    clusters: [{ name: 'c', cluster: server }],
    users: [{ name: 'u', user }],
  })
}

function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function options(env: Record<string, string>, more: Partial<KubernetesOptions> = {}): KubernetesOptions {
  return { env, cwd: folder, home, clock: stepClock(), random: fixedRandom(), signal: calm, ...more }
}

/** What the server sees of a call that is made with a kubeconfig. */
async function seenWith(server: ScriptedServer, env: Record<string, string>, more = {}): Promise<SeenRequest> {
  const kubernetes = await openKubernetes(options(env, more))
  try {
    await kubernetes.list('Pod')
  } finally {
    await kubernetes.close()
  }
  return server.seen.at(-1)!
}

async function withServer(work: (server: ScriptedServer) => Promise<void>, tls?: object): Promise<void> {
  const server = await startScriptedServer(() => ({ status: 200, body: { items: [] } }), tls ? { tls } : {})
  try {
    await work(server)
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function refusal(env: Record<string, string>, more: Partial<KubernetesOptions> = {}): Promise<string> {
  const error: unknown = await openKubernetes(options(env, more)).catch((thrown: unknown) => thrown)
  if (!isFailure(error, 'KUBERNETES_CONFIG')) throw new Error(`expected KUBERNETES_CONFIG, got ${String(error)}`)
  return error.message
}

describe('who we are', () => {
  test('a token', () =>
    withServer(async (server) => {
      const KUBECONFIG = write('a', kubeconfig({ server: server.url }, { token: 'abc' }))
      expect((await seenWith(server, { KUBECONFIG })).headers.authorization).toBe('Bearer abc')
    }))

  test('a token file is found beside its kubeconfig and read again for every request', () =>
    withServer(async (server) => {
      write('token', 'first\n')
      const KUBECONFIG = write('a', kubeconfig({ server: server.url }, { tokenFile: 'token' }))
      const kubernetes = await openKubernetes(options({ KUBECONFIG }))
      await kubernetes.list('Pod')
      write('token', 'second\n')
      await kubernetes.list('Pod')
      await kubernetes.close()
      expect(server.seen.map((request) => request.headers.authorization)).toEqual(['Bearer first', 'Bearer second'])
    }))

  test('user and password, as somebody else', () =>
    withServer(async (server) => {
      const user = { username: 'me', password: 'pw', as: 'other', 'as-groups': ['g1', 'g2'] }
      const seen = await seenWith(server, { KUBECONFIG: write('a', kubeconfig({ server: server.url }, user)) })
      expect(seen.headers.authorization).toBe(`Basic ${Buffer.from('me:pw').toString('base64')}`)
      expect(seen.headers['impersonate-user']).toBe('other')
      expect(seen.headers['impersonate-group']).toBe('g1, g2')
    }))

  const tls = {
    key: certificates.server.key,
    cert: certificates.server.cert,
    ca: certificates.ca.cert,
    requestCert: true,
    rejectUnauthorized: true,
  }
  const inline = (pem: string): string => Buffer.from(pem).toString('base64')

  test('a client certificate, inline or in files, at a server whose authority is given inline or as a file', () =>
    withServer(async (server) => {
      const { ca, client } = certificates
      const asFiles = kubeconfig(
        { server: server.url, 'certificate-authority': ca.certFile },
        { 'client-certificate': client.certFile, 'client-key': client.keyFile },
      )
      const asData = kubeconfig(
        { server: server.url, 'certificate-authority-data': inline(ca.cert) },
        { 'client-certificate-data': inline(client.cert), 'client-key-data': inline(client.key) },
      )
      await seenWith(server, { KUBECONFIG: write('a', asFiles) })
      await seenWith(server, { KUBECONFIG: write('b', asData) })
      expect(server.seen).toHaveLength(2)
    }, tls))

  test('a credential plugin is asked once, and again after its answer was refused', async () => {
    const server = await startScriptedServer(({ headers }) =>
      headers.authorization === 'Bearer t2' ? { status: 200, body: { items: [] } } : { status: 401 },
    )
    const plugin = write(
      'plugin',
      `#!/bin/sh\necho x >> "$COUNT"\nn=$(wc -l < "$COUNT" | tr -d ' ')\necho '{"kind":"ExecCredential","status":{"token":"t'$n'"}}'\n`,
    )
    chmodSync(plugin, 0o755)
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin',
      env: [{ name: 'COUNT', value: join(folder, 'count') }],
    }
    const KUBECONFIG = write('a', kubeconfig({ server: server.url }, { exec }))
    const kubernetes = await openKubernetes(options({ KUBECONFIG, PATH: process.env['PATH'] ?? '' }))
    await kubernetes.list('Pod')
    await kubernetes.list('Pod')
    await kubernetes.close()
    await server.close()
    expect(server.seen.map((request) => request.headers.authorization)).toEqual(['Bearer t1', 'Bearer t2', 'Bearer t2'])
    expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('x\nx\n')
  })

  test('a credential plugin that fails is named, with its last words and its hint', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', 'echo sign in first >&2; exit 3'],
      installHint: 'get it at the shop',
    }
    const KUBECONFIG = write('a', kubeconfig({ server: 'https://127.0.0.1:1' }, { exec }))
    const kubernetes = await openKubernetes(options({ KUBECONFIG, PATH: process.env['PATH'] ?? '' }))
    await expect(kubernetes.list('Pod')).rejects.toMatchObject({
      code: 'KUBERNETES_CONFIG',
      detail: 'credential plugin sh failed: sign in first',
      hint: 'get it at the shop',
    })
    await kubernetes.close()
  })

  test('the service account of a pod, with a token that is read again', () =>
    withServer(async (server) => {
      write('namespace', 'here')
      write('ca.crt', certificates.ca.cert)
      write('token', 'one')
      const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) }
      const kubernetes = await openKubernetes(options(env, { serviceAccountFolder: folder }))
      expect(kubernetes.namespace).toBe('here')
      await kubernetes.list('Pod')
      write('token', 'two')
      await kubernetes.list('Pod')
      await kubernetes.close()
      expect(server.seen.map((request) => request.headers.authorization)).toEqual(['Bearer one', 'Bearer two'])
    }, certificates.server))
})

describe('the certificate of the server', () => {
  test('is checked', () =>
    withServer(async (server) => {
      const KUBECONFIG = write('a', kubeconfig({ server: server.url }, {}))
      await expect(seenWith(server, { KUBECONFIG })).rejects.toMatchObject({ code: 'KUBERNETES_UNREACHABLE' })
    }, certificates.server))

  test('is not checked with insecure-skip-tls-verify', () =>
    withServer(async (server) => {
      const cluster = { server: server.url, 'insecure-skip-tls-verify': true }
      await seenWith(server, { KUBECONFIG: write('a', kubeconfig(cluster, {})) })
    }, certificates.server))

  test('may be made out to the name that tls-server-name gives', () =>
    withServer(async (server) => {
      const cluster = {
        server: server.url,
        'certificate-authority': certificates.ca.certFile,
        'tls-server-name': 'search.example',
      }
      await seenWith(server, { KUBECONFIG: write('a', kubeconfig(cluster, {})) })
    }, certificates.otherHost))
})

describe('which files and which namespace', () => {
  const here = (context: object = {}): string => kubeconfig({ server: 'http://127.0.0.1:1' }, {}, context)
  const namespaceOf = async (env: Record<string, string>, more = {}): Promise<string> => {
    const kubernetes = await openKubernetes(options(env, more))
    await kubernetes.close()
    return kubernetes.namespace
  }

  test('the option, WORKFLOW_NAMESPACE, the namespace of the context, ma', async () => {
    const KUBECONFIG = write('a', here({ namespace: 'of-context' }))
    expect(await namespaceOf({ KUBECONFIG, WORKFLOW_NAMESPACE: 'env' }, { namespace: 'option' })).toBe('option')
    expect(await namespaceOf({ KUBECONFIG, WORKFLOW_NAMESPACE: 'env' })).toBe('env')
    expect(await namespaceOf({ KUBECONFIG })).toBe('of-context')
    expect(await namespaceOf({ KUBECONFIG: write('b', here()) })).toBe('ma')
  })

  test('the file in the home folder without KUBECONFIG', async () => {
    writeFileSync(join(home, '.kube', 'config'), here({ namespace: 'of-home' }))
    expect(await namespaceOf({})).toBe('of-home')
  })

  test('several files are one: of each name the first counts, files that are not there do not', () =>
    withServer(async (server) => {
      const first = write('a', JSON.stringify({ users: [{ name: 'u', user: { token: 'from-a' } }] }))
      const second = write('b', kubeconfig({ server: server.url }, { token: 'from-b' }))
      const KUBECONFIG = [first, join(folder, 'absent'), second].join(delimiter)
      expect((await seenWith(server, { KUBECONFIG })).headers.authorization).toBe('Bearer from-a')
    }))
})

describe('a kubeconfig that cannot be used', () => {
  test.each([
    ['no file', undefined, 'there is no kubeconfig, and this is no pod with a service account'],
    ['no YAML', '{ token: hidden', 'it is no YAML: mistake at line 1'],
    ['a list', '[]', 'it is no kubeconfig: a map is expected'],
    ['no context chosen', '{}', 'it has no current-context'],
    ['an unknown context', 'current-context: other', 'it has no context other'],
    ['no server', kubeconfig({}, {}), 'its cluster c has no server with http:// or https://'],
    [
      'a proxy',
      kubeconfig({ server: 'https://x', 'proxy-url': 'http://p' }, {}),
      'its cluster c has a proxy-url, which is not supported',
    ],
    [
      'an old kind of user',
      kubeconfig({ server: 'https://x' }, { 'auth-provider': { name: 'gcp' } }),
      'its user u has an auth-provider, which is not supported',
    ],
    [
      'a certificate without a key',
      kubeconfig({ server: 'https://x' }, { 'client-certificate': certificates.client.certFile }),
      'its user u has a client-certificate, but no client-key',
    ],
    [
      'an authority that is no PEM',
      kubeconfig({ server: 'https://x', 'certificate-authority-data': 'AAAA' }, {}),
      'certificate-authority of c holds no PEM block',
    ],
    [
      'a plugin of an unknown version',
      kubeconfig(
        { server: 'https://x' },
        { exec: { command: 'x', apiVersion: 'client.authentication.k8s.io/v1alpha1' } },
      ),
      'exec of user u has apiVersion client.authentication.k8s.io/v1alpha1',
    ],
  ])('%s', async (_, text, expected) => {
    const KUBECONFIG = text === undefined ? join(folder, 'absent') : write('a', text)
    const message = await refusal({ KUBECONFIG })
    expect(message).toContain(expected)
    expect(message).toContain(KUBECONFIG)
    expect(message).not.toContain('hidden')
  })
})
