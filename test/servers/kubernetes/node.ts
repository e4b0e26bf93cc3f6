import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeImageArchive } from '../../../scripts/image/image-archive.ts'
import { BootError } from '../messages.ts'
import { makeCertificates } from './certificates.ts'
import { insideNetwork, makeNetwork, removeNetwork } from './network.ts'
import { makeControlGroups, PAUSE_IMAGE, writeConfiguration } from './node-configuration.ts'
import { type NodeLayout, nodePaths } from './node-layout.ts'
import type { NodeProcesses } from './node-processes.ts'

/** Settings of the kernel that a kubelet changes for the whole machine. */
const KERNEL_SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
]

/** In the order in which they are ended: those that start containers first. */
const STAGES = [
  ['workflow-controller', 'kubelet', 'kube-proxy', 'coredns'],
  ['kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd'],
  ['containerd'],
]

/** Starts the control plane and the one node of a cluster from nothing, and returns when the node is ready. */
export async function startNode(layout: NodeLayout, binaries: string, processes: NodeProcesses): Promise<void> {
  const { folder, nodeAddress, services, pods, name } = layout
  const { pki, kubeconfig } = nodePaths(layout)
  const all = join(binaries, 'kubeall')
  saveKernelSettings(folder)
  makeCertificates(layout)
  writeConfiguration(layout)
  makeNetwork(layout)
  makeControlGroups(layout)
  const start = (component: string, ...args: string[]): void => processes.start(component, [all, component, ...args])
  const ok = (command: readonly string[]): boolean => succeeds(insideNetwork(layout, command))
  const as = (component: string): string => join(pki, `${component}.kubeconfig`)

  processes.start('containerd', ['containerd', '--config', join(folder, 'containerd.toml')])
  const peers = ['--listen-peer-urls', '--initial-advertise-peer-urls'].flatMap((flag) => [
    flag,
    'http://127.0.0.1:2380',
  ])
  const clients = ['--listen-client-urls', '--advertise-client-urls'].flatMap((flag) => [flag, 'http://127.0.0.1:2379'])
  const cluster = ['--name', 'test', '--initial-cluster', 'test=http://127.0.0.1:2380', '--unsafe-no-fsync']
  start('etcd', ...cluster, '--data-dir', join(folder, 'etcd'), ...clients, ...peers)
  start(
    'kube-apiserver',
    '--etcd-servers=http://127.0.0.1:2379',
    '--bind-address=0.0.0.0',
    `--advertise-address=${nodeAddress}`,
    '--secure-port=6443',
    `--tls-cert-file=${pki}/apiserver.crt`,
    `--tls-private-key-file=${pki}/apiserver.key`,
    `--client-ca-file=${pki}/ca.crt`,
    `--cert-dir=${folder}/apiserver-certs`,
    `--service-account-key-file=${pki}/sa.key`,
    `--service-account-signing-key-file=${pki}/sa.key`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    '--authorization-mode=Node,RBAC',
    `--service-cluster-ip-range=${services}`,
    '--allow-privileged=true',
    '--endpoint-reconciler-type=lease',
    `--kubelet-client-certificate=${pki}/apiserver-kubelet.crt`,
    `--kubelet-client-key=${pki}/apiserver-kubelet.key`,
    '--kubelet-preferred-address-types=InternalIP',
    '--profiling=false',
  )
  await processes.until('containerd', 30, () => succeeds(['ctr', '-a', nodePaths(layout).containerd, 'version']))
  importPause(layout, binaries)
  await processes.until('kube-apiserver', 120, () =>
    succeeds([all, 'kubectl', '--kubeconfig', kubeconfig, 'get', '--raw', '/readyz']),
  )
  const manager = ['--use-service-account-credentials=true', `--cluster-cidr=${pods}`, `--root-ca-file=${pki}/ca.crt`]
  manager.push(`--service-account-private-key-file=${pki}/sa.key`)
  for (const [component, flags] of [
    ['kube-controller-manager', manager],
    ['kube-scheduler', []],
  ] as const) {
    const rights = ['', 'authentication-', 'authorization-'].map((kind) => `--${kind}kubeconfig=${as(component)}`)
    const certificates = `--cert-dir=${folder}/${component}-certs`
    start(component, ...rights, ...flags, '--leader-elect=false', certificates, '--bind-address=127.0.0.1')
  }
  const kubelet = [`--config=${folder}/kubelet.yaml`, `--kubeconfig=${as('kubelet')}`, `--root-dir=${folder}/kubelet`]
  start(
    'kubelet',
    ...kubelet,
    `--cert-dir=${folder}/kubelet-certs`,
    `--hostname-override=${name}`,
    `--node-ip=${nodeAddress}`,
  )
  processes.start('coredns', [join(binaries, 'coredns'), '-conf', join(folder, 'Corefile')])
  start('kube-proxy', `--config=${folder}/proxy.yaml`)
  await processes.until('kubelet', 120, () =>
    ok([all, 'kubectl', '--kubeconfig', kubeconfig, 'wait', '--for=condition=Ready', `node/${name}`, '--timeout=2s']),
  )
  await processes.until('coredns', 60, () => ok(['bash', '-c', ': < /dev/tcp/127.0.0.1/8181']))
}

/** Ends everything that {@link startNode} and the pods started, and removes what they left; may be called again. */
export async function stopNode(layout: NodeLayout, processes: NodeProcesses): Promise<void> {
  const { folder, name } = layout
  await processes.stop(STAGES[0]!)
  endContainers(nodePaths(layout).containerd)
  for (const stage of STAGES.slice(1)) await processes.stop(stage)
  for (const mount of mountsBelow(folder)) spawnSync('umount', ['-l', mount])
  removeNetwork(layout)
  restoreKernelSettings(folder)
  for (const kind of readdirSync('/sys/fs/cgroup')) removeControlGroup(join('/sys/fs/cgroup', kind, name))
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Packs a folder as an image and gives it to the node. */
export function importImage(layout: NodeLayout, archive: string): void {
  const args = [
    '-a',
    nodePaths(layout).containerd,
    '-n',
    'k8s.io',
    'image',
    'import',
    '--snapshotter',
    'overlayfs',
    archive,
  ]
  const { status, stderr } = spawnSync('ctr', args, { encoding: 'utf8' })
  if (status !== 0)
    throw new BootError(`import image ${archive}: ctr ended with code ${status ?? 'unknown'}: ${stderr.trim()}`)
}

function importPause(layout: NodeLayout, binaries: string): void {
  const root = join(layout.folder, 'pause-root')
  mkdirSync(root)
  copyFileSync(join(binaries, 'pause'), join(root, 'pause'))
  chmodSync(join(root, 'pause'), 0o755)
  const archive = join(layout.folder, 'pause.tar')
  writeImageArchive(archive, PAUSE_IMAGE, root, { entrypoint: ['/pause'] })
  importImage(layout, archive)
}

/** Containers outlive containerd, each with a shim of its own: they are ended while it can still do that. */
function endContainers(socket: string): void {
  const ctr = (...args: string[]): string[] =>
    (spawnSync('ctr', ['-a', socket, '-n', 'k8s.io', ...args], { encoding: 'utf8' }).stdout ?? '')
      .split('\n')
      .filter(Boolean)
  for (const task of ctr('task', 'ls', '-q')) ctr('task', 'kill', '-s', 'KILL', task)
  for (const task of ctr('task', 'ls', '-q')) ctr('task', 'rm', '-f', task)
  for (const container of ctr('container', 'ls', '-q')) ctr('container', 'rm', container)
  for (const pid of shimsOf(socket)) process.kill(pid, 'SIGKILL')
}

/** Shims have the socket of their containerd on their command line. */
function shimsOf(socket: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words[0]?.endsWith('containerd-shim-runc-v2') === true && words.includes(socket) ? [Number(pid)] : []
    } catch {
      return [] // It has just ended.
    }
  })
}

function mountsBelow(folder: string): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  return mounts
    .filter((path) => path.startsWith(`${folder}/`))
    .sort()
    .reverse()
}

function saveKernelSettings(folder: string): void {
  const values = KERNEL_SETTINGS.flatMap((name) => {
    try {
      return [[name, readFileSync(`/proc/sys/${name}`, 'utf8').trim()]]
    } catch {
      return []
    }
  })
  writeFileSync(join(folder, 'kernel-settings.json'), JSON.stringify(values))
}

function restoreKernelSettings(folder: string): void {
  let values: [string, string][]
  try {
    values = JSON.parse(readFileSync(join(folder, 'kernel-settings.json'), 'utf8')) as [string, string][]
  } catch {
    return // Nothing was started.
  }
  for (const [name, value] of values) writeFileSync(`/proc/sys/${name}`, value)
}

function removeControlGroup(group: string): void {
  spawnSync('find', [group, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'], { stdio: 'ignore' })
}

function succeeds([command, ...args]: readonly string[]): boolean {
  return spawnSync(command!, args, { stdio: 'ignore' }).status === 0
}
