import { gunzipSync, gzipSync } from 'node:zlib'
import { Failure, messageOf } from '../../core/failure.ts'
import { formatBytes } from '../../core/units.ts'
import type { KubernetesObject } from '../../kubernetes/kubernetes.ts'
import type { Plan } from '../../plan/plan.ts'
import { planPartName, runLabels } from './run-names.ts'
import { ownedBy, type RunRoot } from './run-root.ts'

/** Bytes of a part; a ConfigMap holds a little over 1,000,000 characters, and base64 makes 4 of 3 bytes. */
const PART_BYTES = 700_000
/** Etcd is not a store for files; a plan of this size has some millions of indices. */
const MAX_PARTS = 20
/** A plan unpacks to at most this, so that a damaged one cannot fill the memory. */
const MAX_PLAN_BYTES = 1024 * 1024 * 1024

/** A plan as parts for ConfigMaps. `PLAN_TOO_LARGE`. */
export function planParts(plan: Plan): readonly Buffer[] {
  const packed = gzipSync(JSON.stringify(plan))
  const count = Math.ceil(packed.length / PART_BYTES)
  if (count > MAX_PARTS) {
    throw new Failure(
      'PLAN_TOO_LARGE',
      `it has ${formatBytes(packed.length)} compressed, and ${formatBytes(MAX_PARTS * PART_BYTES)} can be kept`,
      { op: 'submit', subject: 'plan', hint: 'Divide the migration: name fewer indices in each configuration.' },
    )
  }
  return Array.from({ length: count }, (_, part) => packed.subarray(part * PART_BYTES, (part + 1) * PART_BYTES))
}

/** The manifest of a part of a plan. */
export function planPartManifest(root: RunRoot, part: number, bytes: Buffer): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: planPartName(root.name, part),
      labels: runLabels(root.name, 'plan'),
      ownerReferences: ownedBy(root),
    },
    binaryData: { plan: bytes.toString('base64') },
  }
}

/** The plan in the parts of a run, in any order. `STATE_CORRUPT` when one is missing or damaged. */
export function planFromParts(root: RunRoot, objects: readonly KubernetesObject[]): Plan {
  const parts: Buffer[] = []
  for (let part = 0; part < root.planParts; part++) {
    const name = planPartName(root.name, part)
    const object = objects.find(({ metadata }) => metadata.name === name)
    const text = (object?.['binaryData'] as Readonly<Record<string, string>> | undefined)?.['plan']
    if (text === undefined) throw damaged(name, 'it is missing')
    parts.push(Buffer.from(text, 'base64'))
  }
  try {
    // Written by this program; a plan of another schema version is refused by its number.
    const plan = JSON.parse(
      gunzipSync(Buffer.concat(parts), { maxOutputLength: MAX_PLAN_BYTES }).toString('utf8'),
    ) as Plan
    if ((plan.schemaVersion as number) !== 1) throw new Error(`plan of schema version ${String(plan.schemaVersion)}`)
    return plan
  } catch (cause) {
    throw damaged(root.name, messageOf(cause), cause)
  }
}

function damaged(name: string, detail: string, cause?: unknown): Failure {
  return new Failure('STATE_CORRUPT', detail, {
    op: 'read',
    subject: `plan in ConfigMap ${name}`,
    hint: 'Submit again under another name.',
    cause,
  })
}
