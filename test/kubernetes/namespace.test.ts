import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import { renderManifests } from '../../scripts/chart/manifests.ts'
import { systemClock } from '../../src/core/clock.ts'
import { systemRandom } from '../../src/core/random.ts'
import { ArgoEngine } from '../../src/engine/argo/argo-engine.ts'
import { requireArgo } from '../../src/engine/argo/preflight.ts'
import type { Kubernetes, ObjectKind } from '../../src/kubernetes/kubernetes.ts'
import { openKubernetes } from '../../src/kubernetes/open-kubernetes.ts'
import { calm } from '../servers/cluster/connect.ts'
import { runKubectl } from '../servers/kubernetes/kubectl.ts'
import { whySkipped } from '../servers/kubernetes/why-skipped.ts'
import { planOf } from '../unit/engine/argo/plans.ts'
import { describeKubernetes, describePatches } from '../unit/kubernetes/conformance.ts'

const NAMESPACE = 'client-test'
const world = { clock: systemClock, random: systemRandom, signal: calm }
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
      ...world,
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

  test('is fit for workflows with the chart in it, and the check leaves nothing behind', async () => {
    await requireArgo({ ...world, kubernetes: await open() })
    expect(kubectl(['get', 'workflows', '-n', NAMESPACE, '-o', 'name'])).toBe('')
  })

  test('all the rights that are missing to run workflows are named at once', async () => {
    const kubernetes = await asAccount('backfill-workflow-step')
    await expect(requireArgo({ ...world, kubernetes })).rejects.toMatchObject({
      code: 'KUBERNETES_DENIED',
      detail: expect.stringMatching(
        /missing: patch configmaps, delete configmaps, get secrets.* create workflows/,
      ) as string,
      hint: expect.stringContaining('bind the role backfill-workflow-console') as string,
    })
  })

  test('templates that Argo cannot carry out, as those of another release or with an older Argo, are found before anything is made', async () => {
    const kubernetes = await open()
    const chart = renderManifests({ console: { enabled: false } })
    kubectl(['apply', '-n', NAMESPACE, '-f', '-'], chart.replaceAll('- name: hold\n', '- name: held\n'))
    try {
      await expect(requireArgo({ ...world, kubernetes })).rejects.toMatchObject({
        code: 'ARGO_MISSING',
        detail: expect.stringContaining('it cannot carry out a Workflow of this program: ') as string,
        hint: expect.stringContaining('3.5 or newer') as string,
      })
      expect(kubectl(['get', 'workflows', '-n', NAMESPACE, '-o', 'name'])).toBe('')
    } finally {
      kubectl(['apply', '-n', NAMESPACE, '-f', '-'], chart)
    }
  })

  test('a plan that does not fit into a Workflow is refused before anything is made', async () => {
    const engine = new ArgoEngine({
      ...world,
      kubernetes: await open(),
      reveal: () => Promise.reject(new Error('it has no secrets')),
      connect: () => Promise.reject(new Error('nothing is asked')),
    })
    const before = kubectl(['get', 'configmaps,secrets', '-n', NAMESPACE, '-o', 'name'])
    await expect(engine.submit(planOf({ groups: [100], parallelism: 100 }), {})).rejects.toMatchObject({
      code: 'PLAN_TOO_LARGE',
      detail: expect.stringMatching(/may grow to \d\d,\d+ nodes .*and a Workflow holds 15,000/) as string,
      hint: expect.stringContaining('lower parallelism or workers') as string,
    })
    expect(kubectl(['get', 'configmaps,secrets', '-n', NAMESPACE, '-o', 'name'])).toBe(before)
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
