import { Failure } from '../../../../src/core/failure.ts'
import { PROGRAM_NAME, runLabels } from '../../../../src/engine/argo/run-names.ts'
import { journalManifest, packEvents } from '../../../../src/engine/argo/journal-object.ts'
import type { RunEvent, RunEventBody } from '../../../../src/engine/run/run-events.ts'
import type { Kubernetes, KubernetesObject, ObjectKind } from '../../../../src/kubernetes/kubernetes.ts'

type Json = Readonly<Record<string, unknown>>

/** A namespace in memory in which Argo is installed: objects as the engine wrote them, and a test in the place of controller and pods. */
export class FakeArgo implements Kubernetes {
  readonly namespace = 'ma'
  readonly objects = new Map<string, KubernetesObject>()
  /** Changes that were asked for, as `verb Kind name`. */
  readonly calls: string[] = []
  /** Kinds that the cluster does not know. */
  unknown: readonly ObjectKind[] = []
  /** Rights that are missing, as `verb Kind`. */
  denied: readonly string[] = []
  /** Phase that the controller gives to a new Workflow; undefined: no controller runs. */
  controller: 'Running' | 'Error' | undefined = 'Running'
  #version = 0

  constructor() {
    const templates = ['step', 'restore-documents', 'planned', 'approval', 'cleanup'].map((name) => ({ name }))
    const metadata = { name: PROGRAM_NAME }
    void this.create({ apiVersion: 'argoproj.io/v1alpha1', kind: 'WorkflowTemplate', metadata, spec: { templates } })
    this.calls.splice(0)
  }

  /** Names of the objects of a kind. */
  names(kind: ObjectKind): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(`${kind}/`)).map((key) => key.split('/')[1]!)
  }

  /** Writes the events of a step's pod, dated one millisecond after the other from `at` on. */
  async journal(run: string, step: string, at: number, ...bodies: readonly RunEventBody[]): Promise<void> {
    const root = this.objects.get(`ConfigMap/${run}`)!.metadata
    const events = bodies.map((body, position): RunEvent => ({ at: at + position, ...body }))
    const manifest = journalManifest({ name: run, uid: root.uid! }, step, packEvents(events))
    this.objects.delete(`ConfigMap/${manifest.metadata.name}`)
    await this.create(manifest)
  }

  /** The controller is through with a Workflow. */
  async end(workflow: string, phase: 'Succeeded' | 'Failed' = 'Succeeded'): Promise<void> {
    await this.patch('Workflow', workflow, { status: { phase } })
  }

  get(kind: ObjectKind, name: string): Promise<KubernetesObject | undefined> {
    return Promise.resolve(this.objects.get(`${kind}/${name}`))
  }

  list(kind: ObjectKind, labels = ''): Promise<readonly KubernetesObject[]> {
    const wanted = labels.split(',').filter((part) => part !== '')
    const found = [...this.objects.values()].filter(({ kind: own, metadata }) => {
      if (own !== kind) return false
      return wanted.every((part) => {
        const [key, value] = part.split('=')
        return value === undefined ? metadata.labels?.[key!] !== undefined : metadata.labels?.[key!] === value
      })
    })
    return Promise.resolve(found)
  }

  create(object: KubernetesObject): Promise<KubernetesObject> {
    const key = this.#note('create', object.kind, object.metadata.name)
    if (this.objects.has(key)) return Promise.reject(refusal('KUBERNETES_EXISTS', key))
    const status = object.kind === 'Workflow' && this.controller !== undefined ? { phase: this.controller } : undefined
    return Promise.resolve(this.#store(key, { ...object, ...(status === undefined ? {} : { status }) }))
  }

  replace(object: KubernetesObject): Promise<KubernetesObject> {
    const key = this.#note('replace', object.kind, object.metadata.name)
    const known = this.objects.get(key)
    if (known === undefined || known.metadata.resourceVersion !== object.metadata.resourceVersion) {
      return Promise.reject(refusal('KUBERNETES_CONFLICT', key))
    }
    return Promise.resolve(this.#store(key, object))
  }

  patch(kind: ObjectKind, name: string, patch: Json): Promise<KubernetesObject | undefined> {
    const key = this.#note('patch', kind, name)
    const known = this.objects.get(key)
    if (known === undefined) return Promise.resolve(undefined)
    const { resourceVersion } = (patch['metadata'] ?? {}) as { resourceVersion?: string }
    if (resourceVersion !== undefined && resourceVersion !== known.metadata.resourceVersion) {
      return Promise.reject(refusal('KUBERNETES_CONFLICT', key))
    }
    return Promise.resolve(this.#store(key, merge(known, patch) as unknown as KubernetesObject))
  }

  /** What names the object as its owner goes with it, as the garbage collector of a cluster does. */
  remove(kind: ObjectKind, name: string): Promise<boolean> {
    const key = this.#note('remove', kind, name)
    for (const [other, { metadata }] of this.objects) {
      if (metadata.ownerReferences?.some((owner) => owner.name === name)) this.objects.delete(other)
    }
    return Promise.resolve(this.objects.delete(key))
  }

  podLog(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  knows(kind: ObjectKind): Promise<boolean> {
    return Promise.resolve(!this.unknown.includes(kind))
  }

  may(verb: string, kind: ObjectKind): Promise<boolean> {
    return Promise.resolve(!this.denied.includes(`${verb} ${kind}`))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #note(verb: string, kind: ObjectKind, name: string): string {
    this.calls.push(`${verb} ${kind} ${name}`)
    return `${kind}/${name}`
  }

  #store(key: string, object: KubernetesObject): KubernetesObject {
    const known = this.objects.get(key)?.metadata
    const resourceVersion = String(++this.#version)
    const uid = known?.uid ?? `uid-${resourceVersion}`
    const creationTimestamp = known?.creationTimestamp ?? '2026-01-01T00:00:00Z'
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion, creationTimestamp } }
    this.objects.set(key, stored)
    return stored
  }
}

/** The pod of a step, active until it is removed. */
export function podOf(run: string, name: string, attempt: number): KubernetesObject {
  const labels = { ...runLabels(run, 'step'), 'backfill-workflow/attempt': String(attempt) }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, status: { phase: 'Running' } }
}

function merge(target: unknown, patch: unknown): Json {
  const result = new Map(Object.entries(target as Json))
  for (const [key, value] of Object.entries(patch as Json)) {
    if (value === null) result.delete(key)
    else
      result.set(key, typeof value === 'object' && !Array.isArray(value) ? merge(result.get(key) ?? {}, value) : value)
  }
  return Object.fromEntries(result)
}

function refusal(code: 'KUBERNETES_EXISTS' | 'KUBERNETES_CONFLICT', subject: string): Failure {
  return new Failure(code, 'no', { op: 'write', subject })
}
