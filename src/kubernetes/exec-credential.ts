import { execFile } from 'node:child_process'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/failure.ts'
import { badAccess, type KubeTls } from './kube-access.ts'
import { isRecord, pathIn, text, type KubeconfigPart } from './kubeconfig.ts'
import type { Environment } from './in-cluster.ts'

/** What a credential plugin gives. */
interface PluginCredential {
  readonly token?: string
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
/** How long a plugin may take; some open a browser on first use. */
const TIMEOUT_MS = 60_000

/**
 * Asks the credential plugin of a user, again only when its last answer has expired or was refused. `KUBERNETES_CONFIG` when the
 * plugin cannot be run, fails or answers something else.
 *
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export function execCredential(
  user: KubeconfigPart,
  cluster: { readonly server: string; readonly tls: KubeTls },
  env: Environment,
  clock: Clock,
  signal: AbortSignal,
): (refused: boolean) => Promise<PluginCredential> {
  const exec = user.values['exec']
  const command = isRecord(exec) ? text(exec['command']) : undefined
  if (!isRecord(exec) || command === undefined) throw badAccess(user.file, `exec of user ${user.name} has no command`)
  const apiVersion = text(exec['apiVersion']) ?? ''
  if (!API_VERSIONS.includes(apiVersion)) {
    throw badAccess(
      user.file,
      `exec of user ${user.name} has apiVersion ${apiVersion || '(none)'}; ${API_VERSIONS.join(' and ')} are supported`,
    )
  }
  if (exec['interactiveMode'] === 'Always') {
    const hint = 'Sign in with the tool of the cluster, and use a context that does not ask questions.'
    throw badAccess(user.file, `the credential plugin of user ${user.name} wants a terminal`, hint)
  }
  // A bare name is looked up in PATH; a path counts from the folder of the kubeconfig.
  const program = /[/\\]/.test(command) ? pathIn(user, command) : command
  const args = Array.isArray(exec['args']) ? exec['args'].map(String) : []
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...clusterInfo(exec, cluster) } }
  const environment = { ...env, ...extraEnvironment(exec), KUBERNETES_EXEC_INFO: JSON.stringify(info) }
  const hint = text(exec['installHint']) ?? `Check that ${command} is installed and that you are signed in.`

  let current: Promise<PluginCredential> | undefined
  let expiresAt = Infinity
  return async (refused) => {
    if (refused || clock.now() >= expiresAt) current = undefined
    current ??= ask()
    const answer = current
    try {
      const credential = await answer
      expiresAt = credential.expiresAt
      return credential
    } catch (error) {
      if (current === answer) current = undefined
      throw error
    }
  }

  async function ask(): Promise<PluginCredential> {
    const output = await new Promise<string>((resolve, reject) => {
      const options = { env: environment, timeout: TIMEOUT_MS, signal, maxBuffer: 1024 * 1024 }
      execFile(program, args, options, (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(badAccess(user.file, `credential plugin ${command} failed: ${reason(error, stderr)}`, hint, error))
      })
    })
    let answer: unknown
    try {
      answer = JSON.parse(output)
    } catch {
      throw badAccess(user.file, `credential plugin ${command} did not answer with JSON`, hint)
    }
    const status = isRecord(answer) && answer['kind'] === 'ExecCredential' ? answer['status'] : undefined
    if (!isRecord(status)) throw badAccess(user.file, `credential plugin ${command} answered without a status`, hint)
    const token = text(status['token'])
    const [cert, key] = [text(status['clientCertificateData']), text(status['clientKeyData'])]
    const certificate = cert !== undefined && key !== undefined ? { cert, key } : undefined
    if (token === undefined && certificate === undefined) {
      throw badAccess(user.file, `credential plugin ${command} gave neither a token nor a certificate`, hint)
    }
    const expires = Date.parse(text(status['expirationTimestamp']) ?? '')
    return {
      expiresAt: Number.isNaN(expires) ? Infinity : expires,
      ...(token === undefined ? {} : { token }),
      ...(certificate === undefined ? {} : { certificate }),
    }
  }
}

function clusterInfo(
  exec: Readonly<Record<string, unknown>>,
  { server, tls }: { server: string; tls: KubeTls },
): object {
  if (exec['provideClusterInfo'] !== true) return {}
  return {
    cluster: {
      server,
      'insecure-skip-tls-verify': !tls.rejectUnauthorized,
      ...(tls.ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(tls.ca).toString('base64') }),
      ...(tls.servername === undefined ? {} : { 'tls-server-name': tls.servername }),
    },
  }
}

function extraEnvironment(exec: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries: unknown = exec['env']
  if (!Array.isArray(entries)) return {}
  const extra: Record<string, string> = {}
  for (const entry of entries as readonly unknown[]) {
    if (isRecord(entry) && typeof entry['name'] === 'string') extra[entry['name']] = text(entry['value']) ?? ''
  }
  return extra
}

/** The last line that the plugin complained with, else what kept it from running. */
function reason(error: Error & { code?: string | number | null | undefined }, stderr: string): string {
  if (error.code === 'ENOENT') return 'there is no such program'
  const last = stderr.trimEnd().split('\n').at(-1)
  if (last !== undefined && last !== '') return last
  return typeof error.code === 'number' ? `exit code ${error.code}` : messageOf(error).split('\n')[0]!
}
