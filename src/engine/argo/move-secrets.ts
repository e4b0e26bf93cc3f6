import { readFile } from 'node:fs/promises'
import { Failure, messageOf } from '../../core/failure.ts'
import type { SecretRef } from '../../core/secret.ts'
import { formatBytes } from '../../core/units.ts'
import type { KubernetesObject } from '../../kubernetes/kubernetes.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RevealSecret } from '../../steps/clusters.ts'
import { changeSecrets, mountedKey, mountedPath } from './plan-secrets.ts'
import { credentialsName, runLabels } from './run-names.ts'
import { ownedBy, type RunRoot } from './run-root.ts'

/** A plan whose secrets pods can find, and those that have to be put where they look. */
export interface MovedSecrets {
  readonly plan: Plan
  /** Key of the Secret → value in base64; empty when all are in Secrets of the user's own. */
  readonly values: ReadonlyMap<string, string>
}

/** What a Kubernetes Secret holds at most. */
const MAX_BYTES = 1_000_000

/**
 * Reads what a plan refers to on this machine (environment, files, configuration, certificates) and makes the plan refer to keys
 * of the run's own Secret instead. Only keys and values that are needed are in it. `CONFIG_INVALID` when one cannot be read.
 */
export async function moveSecrets(plan: Plan, run: string, reveal: RevealSecret): Promise<MovedSecrets> {
  const secret = credentialsName(run)
  const reads = new Map<string, Promise<Buffer>>()
  // Names of clusters differ, but what is left of them as keys need not.
  const keep = (of: string, read: () => Promise<Buffer>): string => {
    const plain = of.replaceAll(/[^-._a-zA-Z0-9]/g, '-')
    let key = plain
    for (let number = 2; reads.has(key); number++) key = `${plain}-${number}`
    reads.set(key, read())
    return key
  }
  const moved = changeSecrets(plan, {
    reference: (ref, of): SecretRef => {
      if (ref.kind === 'secret') return ref
      const key = keep(of, async () => Buffer.from((await reveal(ref)).reveal()))
      return { kind: 'secret', name: secret, key }
    },
    file: (path, of) => {
      if (mountedKey(path) !== undefined) return path
      return mountedPath(
        secret,
        keep(of, () => readCertificate(path)),
      )
    },
  })
  const values = new Map<string, string>()
  let bytes = 0
  for (const [key, value] of await settledInOrder(reads)) {
    bytes += value.length
    values.set(key, value.toString('base64'))
  }
  if (bytes <= MAX_BYTES) return { plan: moved, values }
  throw new Failure('PLAN_TOO_LARGE', `they have ${formatBytes(bytes)}, and a Secret holds ${formatBytes(MAX_BYTES)}`, {
    op: 'submit',
    subject: 'secrets and certificates',
    hint: 'Give files with only the certificates that are needed.',
  })
}

/** The manifest of the run's own Secret. */
export function credentialsManifest(root: RunRoot, values: ReadonlyMap<string, string>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: credentialsName(root.name),
      labels: runLabels(root.name, 'credentials'),
      ownerReferences: ownedBy(root),
    },
    type: 'Opaque',
    data: Object.fromEntries(values),
  }
}

/** Waits for all before the first failure is thrown, so that none is left without anybody who looks at it. */
async function settledInOrder(reads: ReadonlyMap<string, Promise<Buffer>>): Promise<[string, Buffer][]> {
  await Promise.allSettled(reads.values())
  const values: [string, Buffer][] = []
  for (const [key, read] of reads) values.push([key, await read])
  return values
}

async function readCertificate(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw new Failure('CONFIG_INVALID', messageOf(cause), {
      op: 'read certificate from',
      subject: path,
      hint: 'Correct the path in the configuration.',
      cause,
    })
  }
}
