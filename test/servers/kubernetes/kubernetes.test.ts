import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { setTimeout as delay } from 'node:timers/promises'
import { renderManifests } from '../../../scripts/chart/manifests.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { systemRandom } from '../../../src/core/random.ts'
import { requireArgo } from '../../../src/engine/argo/preflight.ts'
import { openKubernetes } from '../../../src/kubernetes/open-kubernetes.ts'
import { calm } from '../cluster/connect.ts'
import { exposePort } from '../expose.ts'
import { bootKubernetes } from './boot-kubernetes.ts'
import { runKubectl } from './kubectl.ts'
import { whySkipped } from './why-skipped.ts'

const shared = inject('kubernetes')
const NAMESPACE = 'kit'

describe.skipIf(shared === undefined)(`a Kubernetes cluster${whySkipped()}`, () => {
  const cluster = shared!
  const kubectl = (args: readonly string[], input?: string): string =>
    runKubectl(cluster, ['-n', NAMESPACE, ...args], input)
  beforeAll(() => {
    kubectl(['create', 'namespace', NAMESPACE])
    kubectl(['apply', '-f', '-'], JSON.stringify(executorRights()))
  })
  afterAll(() => void kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']))

  test('runs workflows with a fan-out, a gate and an exit handler', async () => {
    kubectl(['create', '-f', '-'], JSON.stringify(workflow(cluster.image)))
    const gate = await eventually(() =>
      nodes(kubectl).find(({ type, phase }) => type === 'Suspend' && phase === 'Running'),
    )
    expect(
      nodes(kubectl).filter(({ displayName, phase }) => /^fan\(/.test(displayName) && phase === 'Succeeded'),
    ).toHaveLength(2)
    const passed = { status: { nodes: { [gate.id]: { phase: 'Succeeded', finishedAt: new Date().toISOString() } } } }
    kubectl(['patch', 'workflow', 'sample', '--type=merge', '-p', JSON.stringify(passed)])
    await eventually(() => phaseOf(kubectl) === 'Succeeded' || undefined)
    expect(nodes(kubectl).map(({ displayName }) => displayName)).toContain('sample.onExit')
  })

  test('has the program in its image, which needs no writable root and no rights', async () => {
    kubectl(['apply', '-f', '-'], JSON.stringify(pod('version', cluster.image, ['workflow', '--version'])))
    await eventually(
      () => kubectl(['get', 'pod', 'version', '-o', 'jsonpath={.status.phase}']) === 'Succeeded' || undefined,
    )
    expect(kubectl(['logs', 'version'])).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('lets pods reach a server on the loopback of this machine', async () => {
    const server = createServer((_, response) => response.end('from the machine')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const exposed = await exposePort(cluster.hostAddress, port)
    try {
      const command = ['curl', '-s', `http://${cluster.hostName}:${port}/`]
      kubectl(['apply', '-f', '-'], JSON.stringify(pod('reach', cluster.image, command)))
      await eventually(
        () => kubectl(['get', 'pod', 'reach', '-o', 'jsonpath={.status.phase}']) === 'Succeeded' || undefined,
      )
      expect(kubectl(['logs', 'reach'])).toBe('from the machine')
    } finally {
      await exposed.close()
      server.close()
    }
  })

  test('without a controller, and without Argo, is refused by the program; stopped, it leaves no process, mount, network or folder', async () => {
    const second = await bootKubernetes()
    const folder = dirname(second.kubeconfig)
    expect(folder).not.toBe(dirname(cluster.kubeconfig))
    expect(second.kubectl(['get', 'nodes', '-o', 'name'])).toMatch(/^node\//)
    const check = requireArgoIn(second)
    second.kubectl(['create', 'namespace', 'ma'])
    await expect(check()).rejects.toMatchObject({ code: 'ARGO_TEMPLATES_MISSING', detail: 'it is not there' })
    second.kubectl(['apply', '-n', 'ma', '-f', '-'], renderManifests({ console: { enabled: false } }))
    await check()
    await second.stopController()
    await expect(check()).rejects.toMatchObject({
      code: 'ARGO_MISSING',
      detail: 'its controller has not looked at a Workflow for 30 seconds',
      hint: expect.stringContaining('kubectl get pods -n argo') as string,
    })
    second.kubectl(['delete', 'crd', 'workflows.argoproj.io', 'workflowtemplates.argoproj.io'])
    await expect(check()).rejects.toMatchObject({
      code: 'ARGO_MISSING',
      detail: 'the cluster does not know the kind Workflow',
      hint: expect.stringContaining('Install Argo Workflows 3.5 or newer') as string,
    })
    await second.stop()
    await expect(check()).rejects.toMatchObject({ code: 'KUBERNETES_CONFIG' })
    expect(existsSync(folder)).toBe(false)
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(`${folder}/`)
    expect(commandLines().filter((line) => line.includes(`${folder}/`))).toEqual([])
    expect(execFileSync('ip', ['-br', 'addr'], { encoding: 'utf8' })).not.toContain(second.hostAddress)
  })
})

/** The program's own check of a namespace, on a clock whose patience ends ten times sooner. */
function requireArgoIn({ kubeconfig }: { readonly kubeconfig: string }): () => Promise<void> {
  const clock = { ...systemClock, monotonic: () => 10 * systemClock.monotonic() }
  const world = { clock, random: systemRandom, signal: calm }
  return async () => {
    const kubernetes = await openKubernetes({ env: { KUBECONFIG: kubeconfig }, cwd: '/', namespace: 'ma', ...world })
    try {
      await requireArgo({ kubernetes, ...world })
    } finally {
      await kubernetes.close()
    }
  }
}

interface WorkflowNode {
  readonly id: string
  readonly type: string
  readonly phase: string
  readonly displayName: string
}

function nodes(kubectl: (args: readonly string[]) => string): WorkflowNode[] {
  const text = kubectl(['get', 'workflow', 'sample', '-o', 'json'])
  const { status } = JSON.parse(text) as { status?: { nodes?: Record<string, WorkflowNode> } }
  return Object.values(status?.nodes ?? {})
}

function phaseOf(kubectl: (args: readonly string[]) => string): string {
  return kubectl(['get', 'workflow', 'sample', '-o', 'jsonpath={.status.phase}'])
}

/** Asks until there is an answer; the test's own limit ends it. */
async function eventually<T>(ask: () => T | undefined): Promise<T> {
  for (;;) {
    const answer = ask()
    if (answer !== undefined) return answer
    await delay(500)
  }
}

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return '' // It has just ended.
      }
    })
}

function pod(name: string, image: string, command: readonly string[]): object {
  const container = {
    name: 'main',
    image,
    imagePullPolicy: 'IfNotPresent',
    command,
    securityContext: {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { restartPolicy: 'Never', containers: [container] },
  }
}

function workflow(image: string): object {
  const container = { image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', 'echo done'] }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'sample' },
    spec: {
      entrypoint: 'main',
      onExit: 'say',
      templates: [
        {
          name: 'main',
          dag: {
            tasks: [
              { name: 'fan', template: 'say', withItems: ['a', 'b'] },
              { name: 'gate', template: 'hold', dependencies: ['fan'] },
              { name: 'after', template: 'say', dependencies: ['gate'] },
            ],
          },
        },
        { name: 'hold', suspend: {} },
        { name: 'say', container },
      ],
    },
  }
}

/** What Argo's executor needs in every pod: to report how it ended. */
function executorRights(): object {
  const group = 'rbac.authorization.k8s.io'
  const rules = [{ apiGroups: ['argoproj.io'], resources: ['workflowtaskresults'], verbs: ['create', 'patch'] }]
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name: 'executor' }, rules },
      {
        apiVersion: `${group}/v1`,
        kind: 'RoleBinding',
        metadata: { name: 'executor' },
        subjects: [{ kind: 'ServiceAccount', name: 'default' }],
        roleRef: { apiGroup: group, kind: 'Role', name: 'executor' },
      },
    ],
  }
}
