import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Failure } from '../../../src/core/failure.ts'
import type { Kubernetes } from '../../../src/kubernetes/kubernetes.ts'
import { openKubernetes } from '../../../src/kubernetes/open-kubernetes.ts'
import { startScriptedServer, type Reply, type ScriptedServer, type SeenRequest } from '../http/scripted-server.ts'
import { calm, fixedRandom, stepClock } from '../http/test-world.ts'
import { writeKubeconfig } from './kubeconfig.ts'

let folder: string
const closing: (() => Promise<void>)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kubernetes-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(script: (request: SeenRequest, count: number) => Reply): Promise<[Kubernetes, ScriptedServer]> {
  const server = await startScriptedServer(script)
  closing.push(() => server.close())
  return [await connect(server.url), server]
}

async function connect(server: string, signal = calm): Promise<Kubernetes> {
  const env = { KUBECONFIG: writeKubeconfig(folder, server) }
  const kubernetes = await openKubernetes({
    env,
    cwd: folder,
    clock: stepClock(),
    random: fixedRandom(),
    signal,
  })
  closing.push(() => kubernetes.close())
  return kubernetes
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown)
  if (error instanceof Failure) return error
  throw new Error(`expected a Failure, got ${JSON.stringify(error)}`)
}

const status = (code: number, reason: string, message: string): Reply => ({
  status: code,
  body: { kind: 'Status', status: 'Failure', reason, message, code },
})
const map = (name: string, resourceVersion?: string) =>
  ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
  }) as const

describe('calls', () => {
  test('go where the kind is at home', async () => {
    const [kubernetes, server] = await serve(() => ({ status: 200, body: map('a') }))
    await kubernetes.get('ConfigMap', 'a')
    await kubernetes.get('Workflow', 'b')
    await kubernetes.create(map('c'))
    await kubernetes.replace(map('d', '7'))
    await kubernetes.patch('Workflow', 'e', { spec: { shutdown: 'Stop' } })
    await kubernetes.remove('Secret', 'f')
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/v1/namespaces/ma/configmaps/a',
      'GET /apis/argoproj.io/v1alpha1/namespaces/ma/workflows/b',
      'POST /api/v1/namespaces/ma/configmaps',
      'PUT /api/v1/namespaces/ma/configmaps/d',
      'PATCH /apis/argoproj.io/v1alpha1/namespaces/ma/workflows/e',
      'DELETE /api/v1/namespaces/ma/secrets/f',
    ])
    expect(server.seen[4]!.headers['content-type']).toBe('application/merge-patch+json')
    expect(server.seen.every(({ headers }) => headers.authorization === 'Bearer t')).toBe(true)
  })

  test('go below the path of a server that has one', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: map('a') }))
    closing.push(() => server.close())
    await (await connect(`${server.url}/k8s/clusters/c-1/`)).get('ConfigMap', 'a')
    expect(server.seen[0]!.url).toBe('/k8s/clusters/c-1/api/v1/namespaces/ma/configmaps/a')
  })

  test('find nothing without failing', async () => {
    const [kubernetes] = await serve(() => status(404, 'NotFound', 'configmaps "a" not found'))
    expect(await kubernetes.get('ConfigMap', 'a')).toBeUndefined()
    expect(await kubernetes.patch('ConfigMap', 'a', {})).toBeUndefined()
    expect(await kubernetes.remove('ConfigMap', 'a')).toBe(false)
    expect(await kubernetes.list('Workflow')).toEqual([])
    expect(await kubernetes.podLog('p', 'main', 5)).toBeUndefined()
    expect(await kubernetes.knows('Workflow')).toBe(false)
  })

  test('list page by page, with kinds filled in', async () => {
    const [kubernetes, server] = await serve(({ url }) =>
      url.includes('continue=next')
        ? { status: 200, body: { metadata: {}, items: [{ metadata: { name: 'b' } }] } }
        : { status: 200, body: { metadata: { continue: 'next' }, items: [{ metadata: { name: 'a' } }] } },
    )
    const objects = await kubernetes.list('ConfigMap', 'app.kubernetes.io/part-of=x')
    expect(objects.map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.name}`)).toEqual([
      'v1 ConfigMap a',
      'v1 ConfigMap b',
    ])
    expect(server.seen[1]!.url).toContain('labelSelector=app.kubernetes.io%2Fpart-of%3Dx')
  })

  test('list from the beginning again when the server forgot the place', async () => {
    const [kubernetes] = await serve(({ url }, count) => {
      if (url.includes('continue=')) return status(410, 'Expired', 'too old')
      const next = count === 1 ? { continue: 'next' } : {}
      return { status: 200, body: { metadata: next, items: [{ metadata: { name: `a${count}` } }] } }
    })
    expect((await kubernetes.list('Pod')).map(({ metadata }) => metadata.name)).toEqual(['a3'])
  })

  test('know a kind when its group lists it, and a right when the server says so', async () => {
    const [kubernetes] = await serve(({ url }) =>
      url.startsWith('/apis/argoproj.io')
        ? { status: 200, body: { resources: [{ name: 'workflows' }] } }
        : { status: 201, body: { status: { allowed: url.includes('selfsubject') } } },
    )
    expect(await kubernetes.knows('Workflow')).toBe(true)
    expect(await kubernetes.knows('WorkflowTemplate')).toBe(false)
    expect(await kubernetes.may('create', 'Workflow')).toBe(true)
  })
})

test('many calls at once are no reason for a warning', async () => {
  const warnings: string[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning.name)
  process.on('warning', onWarning)
  const signal = new AbortController().signal
  const server = await startScriptedServer(() => ({ status: 200, body: map('a') }))
  closing.push(() => server.close())
  const kubernetes = await connect(server.url, signal)
  await Promise.all(Array.from({ length: 40 }, () => kubernetes.get('ConfigMap', 'a')))
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', onWarning)
  expect(warnings).toEqual([])
})

describe('an overloaded or absent server', () => {
  const busy = (_: SeenRequest, count: number): Reply =>
    count < 3 ? status(503, 'ServiceUnavailable', 'busy') : { status: 200, body: map('a') }

  test('is asked again when the call changes nothing', async () => {
    const [kubernetes, server] = await serve(busy)
    expect((await kubernetes.get('ConfigMap', 'a'))?.metadata.name).toBe('a')
    expect(server.seen).toHaveLength(3)
  })

  test('is not asked again when the change may have been made', async () => {
    const [kubernetes, server] = await serve(busy)
    expect(await failureOf(kubernetes.create(map('a')))).toMatchObject({ code: 'KUBERNETES_REFUSED' })
    expect(server.seen).toHaveLength(1)
  })

  test('is asked again for a change that it was too busy for', async () => {
    const [kubernetes, server] = await serve((_, count) =>
      count < 3 ? status(429, 'TooManyRequests', 'later') : { status: 201, body: map('a') },
    )
    await kubernetes.create(map('a'))
    expect(server.seen).toHaveLength(3)
  })

  test('is named when it cannot be reached', async () => {
    const [kubernetes, server] = await serve(() => 'cut')
    await server.close()
    const failure = await failureOf(kubernetes.get('ConfigMap', 'a'))
    expect(failure.code).toBe('KUBERNETES_UNREACHABLE')
    expect(failure.message).toContain(`${server.url}: connection refused`)
    expect(failure.hint).toContain('context x of')
  })
})

describe('refusals', () => {
  test('a right that is missing is named, with the command that grants it', async () => {
    const message =
      'workflows.argoproj.io is forbidden: User "system:serviceaccount:ma:poor" cannot create resource "workflows" in API group "argoproj.io" in the namespace "ma"'
    const [kubernetes] = await serve(() => status(403, 'Forbidden', message))
    const failure = await failureOf(kubernetes.create({ ...map('w'), kind: 'Workflow' }))
    expect(failure.code).toBe('KUBERNETES_DENIED')
    expect(failure.detail).toBe(
      'system:serviceaccount:ma:poor has no right to create workflows.argoproj.io in namespace ma',
    )
    expect(failure.hint).toContain('kubectl create rolebinding')
    expect(failure.hint).toContain('--serviceaccount=ma:poor')
  })

  test.each([
    ['create', 409, 'AlreadyExists', 'configmaps "a" already exists', 'KUBERNETES_EXISTS', 'the name is taken'],
    ['replace', 409, 'Conflict', 'the object has been modified', 'KUBERNETES_CONFLICT', 'the object has been modified'],
    ['replace', 404, 'NotFound', 'configmaps "a" not found', 'KUBERNETES_CONFLICT', 'it is gone'],
    ['create', 403, 'Forbidden', 'exceeded quota: pods=0', 'KUBERNETES_REFUSED', 'exceeded quota: pods=0'],
    ['create', 404, 'NotFound', 'namespaces "ma" not found', 'KUBERNETES_REFUSED', 'the namespace does not exist'],
    [
      'create',
      401,
      'Unauthorized',
      'Unauthorized',
      'KUBERNETES_DENIED',
      'the cluster does not know who asks (401 Unauthorized)',
    ],
    ['create', 422, 'Invalid', 'name is bad', 'KUBERNETES_REFUSED', '422: name is bad'],
  ] as const)('%s answered with %d %s', async (call, code, reason, message, expected, detail) => {
    const [kubernetes] = await serve(() => status(code, reason, message))
    expect(await failureOf(kubernetes[call](map('a', '1')))).toMatchObject({ code: expected, detail })
  })

  test('a kind that the cluster does not know', async () => {
    const [kubernetes] = await serve(() => ({ status: 404, body: '404 page not found' }))
    const failure = await failureOf(kubernetes.create({ ...map('w'), kind: 'Workflow' }))
    expect(failure).toMatchObject({ code: 'ARGO_MISSING' })
  })
})
