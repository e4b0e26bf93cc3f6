import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import { renderManifests } from '../../scripts/chart/manifests.ts'
import { systemClock } from '../../src/core/clock.ts'
import { systemRandom } from '../../src/core/random.ts'
import type { Kubernetes, ObjectKind } from '../../src/kubernetes/kubernetes.ts'
import { openKubernetes } from '../../src/kubernetes/open-kubernetes.ts'
import { runKubectl } from '../servers/kubernetes/kubectl.ts'
import { whySkipped } from '../servers/kubernetes/why-skipped.ts'
import { describeKubernetes, describePatches } from '../unit/kubernetes/conformance.ts'

const NAMESPACE = 'client-test'
const cluster = inject('kubernetes')

describe.skipIf(cluster === undefined)(`a namespace of a real cluster${whySkipped()}`, () => {
  let folder: string
  const opened: Kubernetes[] = []
  const kubectl = (args: readonly string[], input?: string): string => runKubectl(cluster!, args, input)
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'namespace-'))
    kubectl(['create', 'namespace', NAMESPACE])
    kubectl(['apply', '-n', NAMESPACE, '-f', '-'], renderManifests({ console: { enabled: false } }))
  })
  afterAll(async () => {
    for (const each of opened) await each.close()
    rmSync(folder, { recursive: true, force: true })
    kubectl(['delete', 'namespace', NAMESPACE, '--wait=false'])
  })

  async function open(kubeconfig = cluster!.kubeconfig, namespace = NAMESPACE): Promise<Kubernetes> {
    const kubernetes = await openKubernetes({
      env: { KUBECONFIG: kubeconfig },
      namespace,
      cwd: folder,
      clock: systemClock,
      random: systemRandom,
      signal: new AbortController().signal,
    })
    opened.push(kubernetes)
    return kubernetes
  }

  /** The same cluster as somebody who has a token. */
  function withToken(token: string): string {
    const config = parse(kubectl(['config', 'view', '--raw', '--flatten'])) as { users: { user: object }[] }
    config.users = config.users.map((entry) => ({ ...entry, user: { token } }))
    const path = join(folder, `kubeconfig-${systemRandom.hex(4)}`)
    writeFileSync(path, JSON.stringify(config))
    return path
  }

  const asAccount = (name: string): Promise<Kubernetes> =>
    open(withToken(kubectl(['create', 'token', '-n', NAMESPACE, name]).trim()))

  describeKubernetes('the client', () => open())
  describePatches('the client', () => open())

  test('lists hundreds of objects page by page', async () => {
    const kubernetes = await open()
    const names = Array.from({ length: 120 }, (_, number) => `many-${number}`)
    const labels = { many: 'yes' }
    await Promise.all(
      names.map((name) => kubernetes.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels } })),
    )
    const found = await kubernetes.list('ConfigMap', 'many=yes')
    expect(found.map(({ metadata }) => metadata.name).toSorted()).toEqual(names.toSorted())
    expect(found[0]).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' })
  })

  test('knows the kinds of Argo, and has its templates', async () => {
    const kubernetes = await open()
    expect(await kubernetes.knows('Workflow')).toBe(true)
    const templates = await kubernetes.list('WorkflowTemplate')
    expect(templates.map(({ metadata }) => metadata.name)).toEqual(['backfill-workflow'])
  })

  test('has no log of a pod that is not there', async () => {
    expect(await (await open()).podLog('none', 'main', 10)).toBeUndefined()
  })

  test.each([
    ['backfill-workflow-console', 'Workflow', ['create', 'get', 'list', 'watch', 'patch', 'delete'], ['update']],
    ['backfill-workflow-console', 'WorkflowTemplate', ['get', 'list'], ['create', 'update', 'patch', 'delete']],
    ['backfill-workflow-console', 'ConfigMap', ['get', 'list', 'create', 'update', 'patch', 'delete'], []],
    ['backfill-workflow-console', 'Secret', ['get', 'list', 'create', 'update', 'patch', 'delete'], []],
    ['backfill-workflow-console', 'Pod', ['get', 'list'], ['create', 'delete']],
    ['backfill-workflow-console', 'Event', ['list'], ['create']],
    ['backfill-workflow-step', 'ConfigMap', ['get', 'list', 'create', 'update'], ['delete']],
    ['backfill-workflow-step', 'Secret', [], ['get', 'list', 'create', 'update', 'patch', 'delete']],
    ['backfill-workflow-step', 'Workflow', [], ['get', 'list', 'create', 'patch', 'delete']],
    ['backfill-workflow-step', 'Pod', [], ['get', 'list', 'create', 'delete']],
  ] as const)('the account %s of the chart has the rights on %s that it needs, and no others', async (...row) => {
    const [account, kind, allowed, refused] = row
    const kubernetes = await asAccount(account)
    for (const verb of allowed) expect([verb, await kubernetes.may(verb, kind)]).toEqual([verb, true])
    for (const verb of refused) expect([verb, await kubernetes.may(verb, kind)]).toEqual([verb, false])
  })

  test('says which right is missing, and how to grant it', async () => {
    const kubernetes = await asAccount('backfill-workflow-step')
    const failing = (kind: ObjectKind): Promise<unknown> => kubernetes.list(kind).catch((error: unknown) => error)
    expect(await failing('Secret')).toMatchObject({
      code: 'KUBERNETES_DENIED',
      detail: `system:serviceaccount:${NAMESPACE}:backfill-workflow-step has no right to list secrets in namespace ${NAMESPACE}`,
      hint: expect.stringContaining(`--serviceaccount=${NAMESPACE}:backfill-workflow-step`) as string,
    })
    expect(await failing('Workflow')).toMatchObject({
      detail: expect.stringContaining('no right to list workflows.argoproj.io') as string,
    })
  })

  test('says that the cluster does not know who asks', async () => {
    const kubernetes = await open(withToken('nobody'))
    await expect(kubernetes.get('ConfigMap', 'a')).rejects.toMatchObject({
      code: 'KUBERNETES_DENIED',
      detail: 'the cluster does not know who asks (401 Unauthorized)',
    })
  })

  test('says that it does not exist', async () => {
    const kubernetes = await open(undefined, 'absent')
    expect(await kubernetes.get('ConfigMap', 'a')).toBeUndefined()
    expect(await kubernetes.list('Workflow')).toEqual([])
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } } as const
    await expect(kubernetes.create(map)).rejects.toMatchObject({
      code: 'KUBERNETES_REFUSED',
      detail: 'the namespace does not exist',
    })
  })
})
