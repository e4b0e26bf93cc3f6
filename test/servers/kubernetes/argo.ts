import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeImageArchive } from '../../../scripts/image/image-archive.ts'
import { ARGO_VERSION } from './binaries.ts'
import { clientKubeconfig } from './certificates.ts'
import { runKubectl } from './kubectl.ts'
import { importImage } from './node.ts'
import { type NodeLayout, nodePaths } from './node-layout.ts'
import type { NodeProcesses } from './node-processes.ts'

/**
 * Variable that says after which time the controller looks at a workflow again: `10s` is Argo's default, which tests would wait for at
 * every pod; without it, 1 s.
 */
export const REQUEUE_VARIABLE = 'BACKFILL_TEST_ARGO_REQUEUE'
const NAMESPACE = 'argo'
const EXECUTOR_IMAGE = `localhost/backfill-tests/argoexec:${ARGO_VERSION}`

/**
 * Installs Argo Workflows for the whole cluster as its own manifests do, with the controller as a process of the node that has
 * the rights of its service account and no others.
 */
export async function installArgo(layout: NodeLayout, binaries: string, processes: NodeProcesses): Promise<void> {
  const cluster = { binaries, kubeconfig: nodePaths(layout).kubeconfig }
  const kubectl = (args: readonly string[], input?: string): string => runKubectl(cluster, args, input)
  importExecutor(layout, binaries)
  kubectl(['apply', '--server-side', '--force-conflicts', '-f', join(binaries, 'argo/crds')])
  kubectl(['create', 'namespace', NAMESPACE])
  kubectl(['-n', NAMESPACE, 'apply', '-f', join(binaries, 'argo/install'), '-f', '-'], JSON.stringify(bindings()))
  kubectl([
    'wait',
    '--for=condition=Established',
    '--timeout=60s',
    'crd/workflows.argoproj.io',
    'crd/workflowtemplates.argoproj.io',
  ])
  const token = kubectl(['-n', NAMESPACE, 'create', 'token', 'argo', '--duration=24h']).trim()
  writeFileSync(controllerKubeconfig(layout), clientKubeconfig(layout, { token }, NAMESPACE), { mode: 0o600 })
  await startController(layout, binaries, processes)
}

/** Starts the workflow controller, anew after it was stopped, and waits until it says that it is healthy. */
export async function startController(layout: NodeLayout, binaries: string, processes: NodeProcesses): Promise<void> {
  const image = ['--executor-image', EXECUTOR_IMAGE, '--executor-image-pull-policy', 'IfNotPresent']
  processes.start(
    'workflow-controller',
    [join(binaries, 'workflow-controller'), '--kubeconfig', controllerKubeconfig(layout), ...image],
    { DEFAULT_REQUEUE_TIME: process.env[REQUEUE_VARIABLE] ?? '1s', LEADER_ELECTION_DISABLE: 'true' },
  )
  const health = `exec 3<>/dev/tcp/127.0.0.1/6060`
  const inside = ['--net=/var/run/netns/' + layout.name, '--', 'bash', '-c', health]
  await processes.until('workflow-controller', 60, () => spawnSync('nsenter', inside, { stdio: 'ignore' }).status === 0)
}

function controllerKubeconfig({ folder }: NodeLayout): string {
  return join(folder, 'argo.kubeconfig')
}

function importExecutor(layout: NodeLayout, binaries: string): void {
  const root = join(layout.folder, 'argoexec-root')
  for (const name of ['bin', 'etc', 'tmp']) mkdirSync(join(root, name), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
  copyFileSync(join(binaries, 'argoexec'), join(root, 'bin/argoexec'))
  chmodSync(join(root, 'bin/argoexec'), 0o755)
  for (const name of ['nsswitch.conf', 'passwd']) {
    if (existsSync(join('/etc', name))) copyFileSync(join('/etc', name), join(root, 'etc', name))
  }
  const archive = join(layout.folder, 'argoexec.tar')
  writeImageArchive(archive, EXECUTOR_IMAGE, root, { entrypoint: ['argoexec'] })
  importImage(layout, archive)
}

/** The bindings of Argo's roles, which its own manifests leave to kustomize, and its configuration. */
function bindings(): object {
  const group = 'rbac.authorization.k8s.io'
  const subjects = [{ kind: 'ServiceAccount', name: 'argo', namespace: NAMESPACE }]
  const binding = (kind: string, role: string, name: string): object => ({
    apiVersion: `${group}/v1`,
    kind: `${kind}Binding`,
    metadata: { name: 'argo-binding' },
    roleRef: { apiGroup: group, kind: role, name },
    subjects,
  })
  const configuration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'workflow-controller-configmap' } }
  const items = [
    binding('ClusterRole', 'ClusterRole', 'argo-cluster-role'),
    binding('Role', 'Role', 'argo-role'),
    configuration,
  ]
  return { apiVersion: 'v1', kind: 'List', items }
}
