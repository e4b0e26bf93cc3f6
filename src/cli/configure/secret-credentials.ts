import { Failure, isFailure } from '../../core/failure.ts'
import { mountedPath } from '../../engine/argo/plan-secrets.ts'
import { COMPONENT_LABEL, NAME_LABEL, PROGRAM_NAME } from '../../engine/argo/run-names.ts'
import type { Kubernetes, KubernetesObject } from '../../kubernetes/kubernetes.ts'
import { usage } from '../command.ts'
import type { CredentialStore, CredentialValues } from './credential-store.ts'

/** What tells the Secrets of `configure credentials` from those of runs and of other programs. */
const COMPONENT = 'login'
const MAX_ATTEMPTS = 5

/**
 * Credentials as Secrets of the namespace, with labels that say that they are this program's; Secrets without them can be
 * referred to, but are not changed. Codes as `Kubernetes`.
 */
export function secretCredentials(kubernetes: Kubernetes): CredentialStore {
  /** Changes an own Secret, or makes it. */
  async function put(name: string, values: CredentialValues): Promise<string> {
    const place = `Secret ${checkedName(name)} in namespace ${kubernetes.namespace}`
    for (let attempt = 1; ; attempt++) {
      const before = await kubernetes.get('Secret', name)
      if (before !== undefined && !isOurs(before)) throw notOurs(name, kubernetes.namespace)
      const data = { ...dataOf(before), ...encoded(values) }
      try {
        if (before === undefined) await kubernetes.create(manifest(name, data))
        else await kubernetes.replace({ ...before, data })
        return place
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isFailure(error, 'KUBERNETES_CONFLICT', 'KUBERNETES_EXISTS')) throw error
      }
    }
  }

  return {
    list: async () => {
      const secrets = await kubernetes.list('Secret', `${NAME_LABEL}=${PROGRAM_NAME},${COMPONENT_LABEL}=${COMPONENT}`)
      return secrets
        .map((secret) => ({ name: secret.metadata.name, keys: Object.keys(dataOf(secret)).sort() }))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    put,
    remove: async (name) => {
      const before = await kubernetes.get('Secret', name)
      if (before === undefined) return false
      if (!isOurs(before)) throw notOurs(name, kubernetes.namespace)
      return kubernetes.remove('Secret', name)
    },
    adopt: async (wanted, key, values) => {
      // A workflow that runs may refer to a Secret of that name, so one with other values is left alone.
      const data = encoded(values)
      for (let number = 1; ; number++) {
        const name = number === 1 ? secretName(wanted) : `${secretName(wanted)}-${number}`
        const secret = await kubernetes.get('Secret', name)
        if (secret !== undefined && !(isOurs(secret) && sameData(dataOf(secret), data))) continue
        if (secret === undefined) {
          try {
            await kubernetes.create(manifest(name, data))
          } catch (error) {
            if (isFailure(error, 'KUBERNETES_EXISTS')) continue
            throw error
          }
        }
        return { place: `Secret ${name}`, path: mountedPath(name, key), secretName: name }
      }
    },
  }
}

function manifest(name: string, data: Readonly<Record<string, string>>): KubernetesObject {
  const labels = { [NAME_LABEL]: PROGRAM_NAME, [COMPONENT_LABEL]: COMPONENT }
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels }, type: 'Opaque', data }
}

function isOurs({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return labels[NAME_LABEL] === PROGRAM_NAME && labels[COMPONENT_LABEL] === COMPONENT
}

function dataOf(secret: KubernetesObject | undefined): Readonly<Record<string, string>> {
  return (secret?.['data'] ?? {}) as Readonly<Record<string, string>>
}

function encoded(values: CredentialValues): Readonly<Record<string, string>> {
  return Object.fromEntries([...values].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('base64')]))
}

function sameData(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}

function checkedName(name: string): string {
  if (/^[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?$/.test(name)) return name
  throw usage(`'${name}' cannot be the name of a Secret: it has small letters, digits, dots and hyphens`)
}

/** What is left of a cluster's name as the name of a Secret. */
function secretName(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return plain.slice(0, 200).replaceAll(/^-+|-+$/g, '')
}

function notOurs(name: string, namespace: string): Failure {
  return new Failure('USAGE', 'it was not made by workflow configure credentials, so it is not changed', {
    op: 'change',
    subject: `Secret ${name} in namespace ${namespace}`,
    hint: 'Configurations can refer to it with secretName all the same; change it with kubectl.',
  })
}
