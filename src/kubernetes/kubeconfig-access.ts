import { readFile } from 'node:fs/promises'
import type { Clock } from '../core/clock.ts'
import { messageOf } from '../core/failure.ts'
import { execCredential } from './exec-credential.ts'
import { badAccess, type KubeAccess, type KubeIdentity, type KubeTls } from './kube-access.ts'
import { pathIn, readKubeContext, text, type KubeconfigPart } from './kubeconfig.ts'
import type { Environment } from './in-cluster.ts'

/** What finding credentials takes from its surroundings. */
interface AccessWorld {
  readonly env: Environment
  /** Folder from which relative paths count. */
  readonly cwd: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Access as the current context of kubeconfig files describes it: client certificates, tokens, user and password, credential
 * plugins. Undefined when they say nothing at all. `KUBERNETES_CONFIG` for what is wrong in it, cannot be read, or is not supported: proxies and the old `auth-provider`.
 */
export async function kubeconfigAccess(
  files: readonly string[],
  { env, cwd, clock, signal }: AccessWorld,
): Promise<KubeAccess | undefined> {
  const found = await readKubeContext(files, cwd)
  if (found === undefined) return undefined
  const { context, cluster, user } = found
  const server = text(cluster.values['server'])?.replace(/\/+$/, '')
  if (server === undefined || !/^https?:\/\/[^/]/.test(server)) {
    throw badAccess(cluster.file, `its cluster ${cluster.name} has no server with http:// or https://`)
  }
  if (cluster.values['proxy-url'] !== undefined) {
    const hint = 'Run the command where the server is reached directly, such as in the migration console.'
    throw badAccess(cluster.file, `its cluster ${cluster.name} has a proxy-url, which is not supported`, hint)
  }
  const namespace = text(context.values['namespace'])
  const tls = await tlsOf(cluster)
  return {
    origin: `context ${context.name} of ${context.file}`,
    server,
    ...(namespace === undefined ? {} : { namespace }),
    tls,
    identity: await identityOf(user, { server, tls }, env, clock, signal),
  }
}

async function tlsOf(cluster: KubeconfigPart): Promise<KubeTls> {
  const ca = await content(cluster, 'certificate-authority')
  const servername = text(cluster.values['tls-server-name'])
  return {
    rejectUnauthorized: cluster.values['insecure-skip-tls-verify'] !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(servername === undefined ? {} : { servername }),
  }
}

async function identityOf(
  user: KubeconfigPart,
  cluster: { readonly server: string; readonly tls: KubeTls },
  env: Environment,
  clock: Clock,
  signal: AbortSignal,
): Promise<KubeAccess['identity']> {
  const { values } = user
  if (values['auth-provider'] !== undefined) {
    const hint =
      'Kubernetes has dropped it: write the user anew with the tool of the cluster, which gives a credential plugin.'
    throw badAccess(user.file, `its user ${user.name} has an auth-provider, which is not supported`, hint)
  }
  const certificate = await certificateOf(user)
  const impersonation = impersonationOf(user)
  const fixed = (authorization?: string): KubeIdentity => ({
    headers: { ...impersonation, ...(authorization === undefined ? {} : { authorization }) },
    ...(certificate === undefined ? {} : { certificate }),
  })
  const tokenFile = text(values['tokenFile'])
  if (tokenFile !== undefined) {
    return async () => fixed(`Bearer ${(await read(user, pathIn(user, tokenFile))).trim()}`)
  }
  const token = text(values['token'])
  if (token !== undefined) return () => Promise.resolve(fixed(`Bearer ${token}`))
  const [name, password] = [text(values['username']), text(values['password'])]
  if (name !== undefined && password !== undefined) {
    const basic = Buffer.from(`${name}:${password}`).toString('base64')
    return () => Promise.resolve(fixed(`Basic ${basic}`))
  }
  if (values['exec'] === undefined) return () => Promise.resolve(fixed())
  const ask = execCredential(user, cluster, env, clock, signal)
  return async (refused) => {
    const given = await ask(refused)
    const own = fixed(given.token === undefined ? undefined : `Bearer ${given.token}`)
    return given.certificate === undefined ? own : { ...own, certificate: given.certificate }
  }
}

async function certificateOf(user: KubeconfigPart): Promise<KubeIdentity['certificate']> {
  const cert = await content(user, 'client-certificate')
  const key = await content(user, 'client-key')
  if (cert !== undefined && key !== undefined) return { cert, key }
  if (cert === undefined && key === undefined) return undefined
  const [has, lacks] = cert === undefined ? ['client-key', 'client-certificate'] : ['client-certificate', 'client-key']
  throw badAccess(user.file, `its user ${user.name} has a ${has}, but no ${lacks}`)
}

function impersonationOf({ values }: KubeconfigPart): Record<string, string | string[]> {
  const as = text(values['as'])
  if (as === undefined) return {}
  const groups = values['as-groups']
  const listed = Array.isArray(groups) ? groups.filter((group): group is string => typeof group === 'string') : []
  return { 'impersonate-user': as, ...(listed.length === 0 ? {} : { 'impersonate-group': listed }) }
}

/** The PEM text that `<key>-data` holds in base64, else that of the file that `<key>` names. */
async function content(part: KubeconfigPart, key: string): Promise<string | undefined> {
  const inline = text(part.values[`${key}-data`])
  const path = text(part.values[key])
  if (inline === undefined && path === undefined) return undefined
  const pem = inline === undefined ? await read(part, pathIn(part, path!)) : Buffer.from(inline, 'base64').toString()
  if (pem.includes('-----BEGIN ')) return pem
  const subject = inline === undefined ? pathIn(part, path!) : part.file
  throw badAccess(subject, `${key} of ${part.name} holds no PEM block (-----BEGIN …-----)`)
}

async function read(part: KubeconfigPart, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw badAccess(path, messageOf(cause), `${part.name} of ${part.file} names it.`, cause)
  }
}
