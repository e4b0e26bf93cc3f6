import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../core/failure.ts'
import { badAccess, type KubeAccess } from './kube-access.ts'

/** Environment variables as the process was given them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where Kubernetes mounts the service account of a pod. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/** True when this process runs in a pod that has a service account. */
export function isInPod(env: Environment, folder = ACCOUNT_FOLDER): boolean {
  return Boolean(env['KUBERNETES_SERVICE_HOST']) && existsSync(join(folder, 'token'))
}

/**
 * Access with the service account of the pod. The token is read again for every request, since the kubelet replaces it about every
 * hour. `KUBERNETES_CONFIG` when a file cannot be read.
 */
export async function inClusterAccess(env: Environment, folder = ACCOUNT_FOLDER): Promise<KubeAccess> {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? '443'
  return {
    origin: 'the service account of this pod',
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace: (await read(join(folder, 'namespace'))).trim(),
    tls: { ca: await read(join(folder, 'ca.crt')), rejectUnauthorized: true },
    identity: async () => ({ headers: { authorization: `Bearer ${(await read(join(folder, 'token'))).trim()}` } }),
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw badAccess(path, messageOf(cause), 'Check the service account of the pod.', cause)
  }
}
