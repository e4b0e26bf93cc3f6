import { Failure } from '../../../src/core/failure.ts'
import type { Kubernetes, KubernetesObject, ObjectKind } from '../../../src/kubernetes/kubernetes.ts'

/** A namespace in memory: names are taken once, and only the newest `resourceVersion` can be replaced. */
export class MemoryKubernetes implements Kubernetes {
  readonly namespace = 'ma'
  readonly objects = new Map<string, KubernetesObject>()
  /** Calls that change something, as `verb Kind name`. */
  readonly calls: string[] = []
  /** Asked before each change; what it throws is the answer. */
  before: (call: string) => Promise<void> = () => Promise.resolve()
  /** Asked after each change; what it throws is the answer, though the change was made. */
  after: (call: string) => Promise<void> = () => Promise.resolve()
  #version = 0

  get(kind: ObjectKind, name: string): Promise<KubernetesObject | undefined> {
    return Promise.resolve(this.objects.get(`${kind}/${name}`))
  }

  list(kind: ObjectKind, labels = ''): Promise<readonly KubernetesObject[]> {
    const wanted = labels.split(',').filter((part) => part !== '')
    const matches = ({ metadata }: KubernetesObject): boolean =>
      wanted.every((part) => {
        const [key, value] = part.split('=')
        return metadata.labels?.[key!] === value
      })
    return Promise.resolve([...this.objects.values()].filter((object) => object.kind === kind && matches(object)))
  }

  create(object: KubernetesObject): Promise<KubernetesObject> {
    return this.#change('create', object, (known) => {
      if (known !== undefined) throw failure('KUBERNETES_EXISTS', object)
    })
  }

  replace(object: KubernetesObject): Promise<KubernetesObject> {
    return this.#change('replace', object, (known) => {
      if (known?.metadata.resourceVersion !== object.metadata.resourceVersion) {
        throw failure('KUBERNETES_CONFLICT', object)
      }
    })
  }

  patch(): Promise<never> {
    return Promise.reject(new Error('not in this namespace'))
  }

  remove(kind: ObjectKind, name: string): Promise<boolean> {
    return Promise.resolve(this.objects.delete(`${kind}/${name}`))
  }

  podLog(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  knows(): Promise<boolean> {
    return Promise.resolve(true)
  }

  may(): Promise<boolean> {
    return Promise.resolve(true)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #change(
    verb: string,
    object: KubernetesObject,
    check: (known: KubernetesObject | undefined) => void,
  ): Promise<KubernetesObject> {
    const call = `${verb} ${object.kind} ${object.metadata.name}`
    this.calls.push(call)
    await this.before(call)
    const key = `${object.kind}/${object.metadata.name}`
    check(this.objects.get(key))
    const resourceVersion = String(++this.#version)
    const stored = { ...structuredClone(object), metadata: { ...object.metadata, uid: key, resourceVersion } }
    this.objects.set(key, stored)
    await this.after(call)
    return stored
  }
}

function failure(code: 'KUBERNETES_EXISTS' | 'KUBERNETES_CONFLICT', { kind, metadata }: KubernetesObject): Failure {
  return new Failure(code, 'no', { op: 'write', subject: `${kind} ${metadata.name}` })
}
