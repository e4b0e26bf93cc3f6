/** The kinds of object that the program reads or writes, as their manifests name them. */
export type ObjectKind = 'ConfigMap' | 'Secret' | 'Pod' | 'Event' | 'Workflow' | 'WorkflowTemplate'

/** An object of the Kubernetes interface; the parts beside `metadata` depend on the kind. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: ObjectKind
  readonly metadata: ObjectMetadata
  readonly [part: string]: unknown
}

/** The metadata that the program uses. */
export interface ObjectMetadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  /** RFC 3339, UTC, seconds. */
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
}

/** Names the object that an object goes away with. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

/**
 * One namespace of a Kubernetes cluster. Reading calls may be repeated and are, when the server is overloaded or cannot be reached
 * for a moment. All fail with `KUBERNETES_UNREACHABLE`, `KUBERNETES_DENIED` (names verb and resource) or `KUBERNETES_REFUSED`.
 */
export interface Kubernetes {
  readonly namespace: string
  /** Undefined when there is none, and when the cluster does not know the kind. */
  get(kind: ObjectKind, name: string): Promise<KubernetesObject | undefined>
  /** In no order; `labels` such as `app.kubernetes.io/part-of=migration-abc123`. */
  list(kind: ObjectKind, labels?: string): Promise<readonly KubernetesObject[]>
  /** `KUBERNETES_EXISTS` when the name is taken. */
  create(object: KubernetesObject): Promise<KubernetesObject>
  /** Replaces the object of the same `resourceVersion`; `KUBERNETES_CONFLICT` when it was changed meanwhile or is gone. */
  replace(object: KubernetesObject): Promise<KubernetesObject>
  /** A JSON merge patch. Undefined when there is no such object. */
  patch(kind: ObjectKind, name: string, patch: Readonly<Record<string, unknown>>): Promise<KubernetesObject | undefined>
  /** False when there was none. */
  remove(kind: ObjectKind, name: string): Promise<boolean>
  /** The last lines of a container's log; undefined when the pod or its log is gone. */
  podLog(pod: string, container: string, tailLines: number): Promise<string | undefined>
  /** True when the cluster has the kind: those of Argo Workflows are there only where it is installed. */
  knows(kind: ObjectKind): Promise<boolean>
  /** True when we may do this. */
  may(verb: string, kind: ObjectKind): Promise<boolean>
  close(): Promise<void>
}
