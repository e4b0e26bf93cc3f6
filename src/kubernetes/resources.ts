import type { ObjectKind } from './kubernetes.ts'

/** Where the objects of a kind are found. */
export interface Resource {
  /** Empty for the core. */
  readonly group: string
  readonly apiVersion: string
  /** As in paths and in roles. */
  readonly plural: string
  /** Objects of a page of a list; fewer where one may be large. */
  readonly pageSize: number
}

const core = (plural: string, pageSize = 250): Resource => ({ group: '', apiVersion: 'v1', plural, pageSize })
const argo = (plural: string, pageSize: number): Resource => ({
  group: 'argoproj.io',
  apiVersion: 'argoproj.io/v1alpha1',
  plural,
  pageSize,
})

const RESOURCES: Readonly<Record<ObjectKind, Resource>> = {
  ConfigMap: core('configmaps', 50),
  Secret: core('secrets', 50),
  Pod: core('pods'),
  Event: core('events', 500),
  Workflow: argo('workflows', 20),
  WorkflowTemplate: argo('workflowtemplates', 20),
}

/** The resource of a kind. */
export function resourceOf(kind: ObjectKind): Resource {
  return RESOURCES[kind]
}

/** Path of the version of the interface that has a resource. */
export function versionPath({ group, apiVersion }: Resource): string {
  return group === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`
}

/** Path of a kind's objects in a namespace, or of the one with the given name. */
export function objectPath(kind: ObjectKind, namespace: string, name?: string): string {
  const resource = resourceOf(kind)
  const path = `${versionPath(resource)}/namespaces/${encodeURIComponent(namespace)}/${resource.plural}`
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`
}

/** Name of a resource as roles and kubectl write it: `workflows.argoproj.io`. */
export function resourceName({ group, plural }: Resource): string {
  return group === '' ? plural : `${plural}.${group}`
}
