import { Failure } from '../../core/failure.ts'
import type { KubernetesObject, OwnerReference } from '../../kubernetes/kubernetes.ts'
import { DIGEST_LABEL, PROGRAM_NAME, runLabels, stepLabel } from './run-names.ts'

/** The root of a run: a ConfigMap that everything else of the run names as its owner. */
export interface RunRoot {
  readonly name: string
  readonly uid: string
  /** Guards changes. */
  readonly resourceVersion: string
  readonly configDigest: string
  /** Milliseconds since 1970. */
  readonly submittedAt: number
  readonly planParts: number
  /** When each attempt was started, in milliseconds since 1970; the first is attempt 1. */
  readonly attempts: readonly number[]
  /** The attempt that a person wants stopped; undefined when none is. */
  readonly stopAttempt?: number
  /** Labels of steps that a person has let pass, and when, in milliseconds since 1970. */
  readonly approved: ReadonlyMap<string, number>
}

/** What a new root is made of. */
export interface NewRoot {
  readonly name: string
  readonly configDigest: string
  readonly submittedAt: number
  readonly planParts: number
}

const APPROVED = 'approved.'
const APPROVED_AT = 'approvedAt.'
/** A label value has at most 63 characters, a digest 64. */
const DIGEST_DIGITS = 32

/** A run that was made and not started within this was left behind by a submission that died. */
const MAKING_MS = 60_000

/** True when somebody is about to start the run. */
export function isBeingMade({ attempts, submittedAt }: RunRoot, now: number): boolean {
  return attempts.length === 0 && now - submittedAt < MAKING_MS
}

/** Key of the root's data that lets a step pass its gate: Argo reads it as the duration of the suspend node. */
export function approvalKey(step: string): string {
  return APPROVED + stepLabel(step)
}

/** The patch that lets steps pass their gates. */
export function approvalPatch(steps: readonly string[], at: number): Readonly<Record<string, unknown>> {
  const entries = steps.flatMap((step) => [
    [approvalKey(step), '0s'],
    [APPROVED_AT + stepLabel(step), String(at)],
  ])
  return { data: Object.fromEntries(entries) as Record<string, string> }
}

/** The patch that notes a new attempt and takes a wish to stop back; `KUBERNETES_CONFLICT` when another one was first. */
export function attemptPatch(root: RunRoot, startedAt: number): Readonly<Record<string, unknown>> {
  const attempts = JSON.stringify([...root.attempts, startedAt])
  return { metadata: { resourceVersion: root.resourceVersion }, data: { attempts, stopAttempt: null } }
}

/** The patch that notes the wish to stop the attempt that runs now. */
export function stopPatch(root: RunRoot): Readonly<Record<string, unknown>> {
  return { data: { stopAttempt: String(root.attempts.length) } }
}

/** Value of {@link DIGEST_LABEL}. */
export function digestLabel(configDigest: string): string {
  return configDigest.slice(0, DIGEST_DIGITS)
}

/** The manifest of a new root. The label of Argo's lets a suspend node read its duration from it. */
export function rootManifest({ name, configDigest, submittedAt, planParts }: NewRoot): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      labels: {
        ...runLabels(name, 'run'),
        [DIGEST_LABEL]: digestLabel(configDigest),
        'workflows.argoproj.io/configmap-type': 'Parameter',
      },
    },
    data: {
      schemaVersion: '1',
      name,
      configDigest,
      submittedAt: String(submittedAt),
      planParts: String(planParts),
      attempts: '[]',
    },
  }
}

/** Reads a root. `STATE_CORRUPT` when it is not one that this release has written. */
export function parseRoot(object: KubernetesObject): RunRoot {
  const { name, uid = '', resourceVersion = '' } = object.metadata
  const data = (object['data'] ?? {}) as Readonly<Record<string, string>>
  const attempts = parseAttempts(data['attempts'])
  const submittedAt = Number(data['submittedAt'])
  const planParts = Number(data['planParts'])
  const { configDigest, stopAttempt } = data
  if (data['schemaVersion'] !== '1' || configDigest === undefined || attempts === undefined) throw notARoot(name)
  if (!Number.isSafeInteger(submittedAt) || !Number.isSafeInteger(planParts) || planParts < 1) throw notARoot(name)
  const approved = Object.keys(data)
    .filter((key) => key.startsWith(APPROVED))
    .map((key) => key.slice(APPROVED.length))
  return {
    name,
    uid,
    resourceVersion,
    configDigest,
    submittedAt,
    planParts,
    attempts,
    approved: new Map(approved.map((step) => [step, Number(data[APPROVED_AT + step] ?? submittedAt)])),
    ...(stopAttempt === undefined ? {} : { stopAttempt: Number(stopAttempt) }),
  }
}

/** What makes an object go away with the run. */
export function ownedBy(root: Pick<RunRoot, 'name' | 'uid'>): readonly OwnerReference[] {
  return [{ apiVersion: 'v1', kind: 'ConfigMap', name: root.name, uid: root.uid }]
}

function parseAttempts(text: string | undefined): readonly number[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return Array.isArray(value) && value.every((at) => typeof at === 'number') ? value : undefined
  } catch {
    return undefined
  }
}

function notARoot(name: string): Failure {
  return new Failure('STATE_CORRUPT', `it is not the root of a run that this release of ${PROGRAM_NAME} reads`, {
    op: 'read',
    subject: `ConfigMap ${name}`,
    hint: 'Submit again under another name; the ConfigMap can be deleted, and all of the run goes with it.',
  })
}
