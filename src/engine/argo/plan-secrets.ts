import type { SecretRef } from '../../core/secret.ts'
import type { Plan, PlannedAuth, PlannedCluster } from '../../plan/plan.ts'
import { SECRETS_FOLDER } from './run-names.ts'

/** Changes of what a plan says of secrets; what is not given stays. */
export interface SecretChanges {
  /** `of` names the cluster and the part: `source my-source password`. */
  reference?(ref: SecretRef, of: string): SecretRef
  /** Paths of certificates and keys. */
  file?(path: string, of: string): string
}

/** The same plan with its secrets found elsewhere; pure. */
export function changeSecrets(plan: Plan, changes: SecretChanges): Plan {
  const reference = changes.reference?.bind(changes) ?? ((ref) => ref)
  const file = changes.file?.bind(changes) ?? ((path) => path)
  const auth = (planned: PlannedAuth, of: string): PlannedAuth => {
    switch (planned.kind) {
      case 'none':
      case 'sigv4':
        return planned
      case 'basic': {
        const username = reference(planned.username, `${of} username`)
        return { ...planned, username, password: reference(planned.password, `${of} password`) }
      }
      case 'apiKey':
        return { ...planned, key: reference(planned.key, `${of} api-key`) }
      case 'mtls': {
        const certFile = file(planned.certFile, `${of} certificate`)
        return { ...planned, certFile, keyFile: file(planned.keyFile, `${of} certificate-key`) }
      }
    }
  }
  const all = (clusters: Plan['sources'], side: string): Plan['sources'] =>
    Object.fromEntries(
      Object.entries(clusters).map(([name, cluster]): [string, PlannedCluster] => {
        const of = `${side} ${name}`
        const { caFile, ...tls } = cluster.tls
        const ca = caFile === undefined ? {} : { caFile: file(caFile, `${of} authority`) }
        return [name, { ...cluster, auth: auth(cluster.auth, of), tls: { ...tls, ...ca } }]
      }),
    )
  return { ...plan, sources: all(plan.sources, 'source'), targets: all(plan.targets, 'target') }
}

/** The keys of Kubernetes Secrets that a plan needs, by name of the Secret, in alphabetic order. */
export function secretKeys(plan: Plan): ReadonlyMap<string, ReadonlySet<string>> {
  const needed: [name: string, key: string][] = []
  changeSecrets(plan, {
    reference: (ref) => {
      if (ref.kind === 'secret') needed.push([ref.name, ref.key])
      return ref
    },
    file: (path) => {
      const inSecret = mountedKey(path)
      if (inSecret !== undefined) needed.push([inSecret.name, inSecret.key])
      return path
    },
  })
  const keys = new Map<string, Set<string>>()
  for (const [name, key] of needed.sort()) keys.set(name, (keys.get(name) ?? new Set()).add(key))
  return keys
}

/** Path at which a pod finds a key of a Secret. */
export function mountedPath(name: string, key: string): string {
  return `${SECRETS_FOLDER}/${name}/${key}`
}

/** The Secret and key that a path of {@link mountedPath} means; undefined for other paths. */
export function mountedKey(path: string): { readonly name: string; readonly key: string } | undefined {
  const [name, key, ...more] = path.startsWith(`${SECRETS_FOLDER}/`)
    ? path.slice(SECRETS_FOLDER.length + 1).split('/')
    : []
  return name === undefined || key === undefined || more.length > 0 ? undefined : { name, key }
}
