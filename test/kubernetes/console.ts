import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { renderManifests } from '../../scripts/chart/manifests.ts'
import type { RunView } from '../../src/report/run-view.ts'
import type { Home } from '../e2e/home.ts'
import type { ProgramResult } from '../e2e/program.ts'
import type { SharedKubernetes } from '../servers/kubernetes/global-setup.ts'
import { runKubectl } from '../servers/kubernetes/kubectl.ts'

/** What it takes to run kubectl. */
type KubernetesAccess = Pick<SharedKubernetes, 'binaries' | 'kubeconfig'>

/** What the chart of a namespace has beside its defaults. */
export interface NamespaceOptions {
  /** Folder of this machine that pods find at `/snapshots`. */
  readonly snapshots: string
  /** An AWS credentials file for pods. */
  readonly awsCredentials?: string
  /** More values of the chart. */
  readonly values?: Readonly<Record<string, unknown>>
}

/** A namespace with the chart in it, and its migration console. */
export interface Console {
  readonly namespace: string
  readonly home: Pick<Home, 'run' | 'configure' | 'until' | 'view'>
  /** As the administrator, in the namespace. */
  kubectl(args: readonly string[], input?: string): string
  /** Installs the chart again with other values. */
  install(values: Readonly<Record<string, unknown>>): void
  /** Gives the Secret with the keys of the snapshot repository another content. */
  keepAwsCredentials(content: string): void
  close(): void
}

/** Requests that let some pods run beside each other on a small machine. */
const SMALL = {
  console: { resources: { requests: { cpu: '10m', memory: '64Mi' } } },
  steps: { resources: { requests: { cpu: '10m', memory: '64Mi' } } },
  workers: { resources: { requests: { cpu: '10m', memory: '64Mi' } } },
}
const UNTIL_MS = 180_000

/** Makes a namespace, installs the chart in it and waits for the console. */
export async function openConsole(
  cluster: KubernetesAccess,
  namespace: string,
  options: NamespaceOptions,
): Promise<Console> {
  const admin = (args: readonly string[], input?: string): string => runKubectl(cluster, args, input)
  const kubectl = (args: readonly string[], input?: string): string => admin(['-n', namespace, ...args], input)
  const values = {
    ...SMALL,
    extraVolumes: [{ name: 'snapshots', hostPath: { path: options.snapshots, type: 'Directory' } }],
    extraVolumeMounts: [{ name: 'snapshots', mountPath: '/snapshots' }],
    ...(options.awsCredentials === undefined
      ? {}
      : { snapshotRepository: { s3: { credentialsSecret: 'aws-credentials' } } }),
    ...options.values,
  }
  const install = (changes: Readonly<Record<string, unknown>>): void => {
    kubectl(['apply', '-f', '-'], renderManifests({ ...values, ...changes }))
  }
  admin(['create', 'namespace', namespace])
  const keepAwsCredentials = (credentials: string): void => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'aws-credentials' } }
    kubectl(['apply', '-f', '-'], JSON.stringify({ ...secret, stringData: { credentials } }))
  }
  if (options.awsCredentials !== undefined) keepAwsCredentials(options.awsCredentials)
  install({})
  kubectl(['rollout', 'status', 'deployment/migration-console', '--timeout=120s'])
  const run: Home['run'] = (args, stdin) => inConsole(cluster, namespace, args, stdin)
  const view = async (): Promise<RunView> => {
    const { stdout, stderr } = await run(['status', '-o', 'json'])
    if (stdout === '') throw new Error(`status: ${stderr}`)
    return JSON.parse(stdout) as RunView
  }
  return {
    namespace,
    kubectl,
    install,
    keepAwsCredentials,
    home: {
      run,
      view,
      configure: async (text) => {
        const { code, stderr } = await run(['configure', 'edit', '--stdin'], text)
        if (code !== 0) throw new Error(`configure edit ended with ${code}: ${stderr}`)
      },
      until: async (wanted) => {
        const giveUpAt = Date.now() + UNTIL_MS
        for (;;) {
          const seen = await view()
          if (wanted(seen)) return seen
          if (Date.now() > giveUpAt) throw new Error(`after three minutes: ${JSON.stringify(seen)}`)
          await delay(500) // What is asked for takes a good part of a small machine.
        }
      },
    },
    close: () => void admin(['delete', 'namespace', namespace, '--wait=false']),
  }
}

/** Runs the program in the console's pod, as people do. */
async function inConsole(
  { binaries, kubeconfig }: KubernetesAccess,
  namespace: string,
  args: readonly string[],
  stdin = '',
): Promise<ProgramResult> {
  const kubectl = ['kubectl', '--kubeconfig', kubeconfig, '-n', namespace]
  const child = spawn(
    join(binaries, 'kubeall'),
    [...kubectl, 'exec', '-i', 'deployment/migration-console', '--', 'workflow', ...args],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  )
  child.stdin.end(stdin)
  const parts: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] }
  child.stdout.on('data', (chunk: Buffer) => parts.stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => parts.stderr.push(chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8')
  return { code, stdout: text(parts.stdout), stderr: text(parts.stderr) }
}
