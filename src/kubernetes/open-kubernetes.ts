import { homedir } from 'node:os'
import type { Clock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import type { Random } from '../core/random.ts'
import { inClusterAccess, isInPod, type Environment } from './in-cluster.ts'
import { badAccess, type KubeAccess } from './kube-access.ts'
import { openKubeCalls, type KubeAnswer, type KubeRequest } from './kube-calls.ts'
import { refused, type KubeCall } from './kube-failure.ts'
import { anyThere, kubeconfigFiles } from './kubeconfig-files.ts'
import type { Kubernetes, KubernetesObject, ObjectKind } from './kubernetes.ts'
import { objectPath, resourceName, resourceOf, versionPath } from './resources.ts'

/** What a client of one namespace is made from. */
export interface KubernetesOptions {
  /** Default: `WORKFLOW_NAMESPACE`, that of the pod's service account or of the kubeconfig's context, `ma`. */
  readonly namespace?: string
  readonly env: Environment
  /** Folder from which relative paths in `KUBECONFIG` count. */
  readonly cwd: string
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  /** Default: that of this user; it holds `.kube/config`. */
  readonly home?: string
  /** Default: where Kubernetes mounts the service account of a pod. */
  readonly serviceAccountFolder?: string
}

const DEFAULT_NAMESPACE = 'ma'
/** A log line is short; a container that floods its log must not flood our memory. */
const MAX_LOG_BYTES = 10_000_000

/**
 * Opens one namespace of the cluster that the kubeconfig means, else, in a pod, of the cluster that it runs in. Nothing is sent
 * before the first call. `KUBERNETES_CONFIG` when there is no kubeconfig or it is wrong.
 */
export async function openKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const access = await findAccess(options)
  const namespace =
    nonEmpty(options.namespace) ??
    nonEmpty(options.env['WORKFLOW_NAMESPACE']) ??
    nonEmpty(access.namespace) ??
    DEFAULT_NAMESPACE
  const calls = openKubeCalls(access, options.clock, options.random, options.signal)

  async function ask(request: KubeRequest, call: KubeCall, accepted: readonly number[]): Promise<KubeAnswer> {
    const answer = await calls.send(request)
    if ((answer.status >= 200 && answer.status < 300) || accepted.includes(answer.status)) return answer
    throw refused(answer, call, access.origin)
  }

  function callOf(verb: string, kind: ObjectKind, name?: string): KubeCall {
    const call = { verb, resource: resourceName(resourceOf(kind)), namespace }
    return name === undefined ? call : { ...call, name }
  }

  async function get(kind: ObjectKind, name: string): Promise<KubernetesObject | undefined> {
    const request = { method: 'GET', path: objectPath(kind, namespace, name), reading: true } as const
    const answer = await ask(request, callOf('get', kind, name), [404])
    return answer.status === 404 ? undefined : parse(answer, kind)
  }

  async function list(kind: ObjectKind, labels?: string): Promise<readonly KubernetesObject[]> {
    const { pageSize, apiVersion } = resourceOf(kind)
    const objects: KubernetesObject[] = []
    let next = ''
    for (;;) {
      const query = {
        limit: pageSize,
        ...(labels === undefined ? {} : { labelSelector: labels }),
        ...(next === '' ? {} : { continue: next }),
      }
      const request = { method: 'GET', path: objectPath(kind, namespace), query, reading: true } as const
      const answer = await ask(request, callOf('list', kind), next === '' ? [404] : [404, 410])
      if (answer.status === 404) return []
      if (answer.status === 410) {
        // The server keeps the place in a list for some minutes only.
        objects.length = 0
        next = ''
        continue
      }
      const page = JSON.parse(answer.body) as {
        readonly metadata?: { readonly continue?: string }
        readonly items?: readonly KubernetesObject[]
      }
      for (const item of page.items ?? []) objects.push({ ...item, apiVersion, kind })
      next = page.metadata?.continue ?? ''
      if (next === '') return objects
    }
  }

  async function write(
    method: 'POST' | 'PUT' | 'PATCH',
    verb: string,
    kind: ObjectKind,
    name: string,
    body: unknown,
    contentType?: string,
  ): Promise<KubernetesObject | undefined> {
    const path = objectPath(kind, namespace, method === 'POST' ? undefined : name)
    const request = { method, path, body, reading: false, ...(contentType === undefined ? {} : { contentType }) }
    const answer = await ask(request, callOf(verb, kind, name), method === 'POST' ? [] : [404])
    return answer.status === 404 ? undefined : parse(answer, kind)
  }

  return {
    namespace,
    get,
    list,
    create: async (object) => (await write('POST', 'create', object.kind, object.metadata.name, object))!,
    replace: async (object) => {
      const { name } = object.metadata
      const replaced = await write('PUT', 'update', object.kind, name, object)
      if (replaced !== undefined) return replaced
      throw new Failure('KUBERNETES_CONFLICT', 'it is gone', {
        op: `update ${resourceName(resourceOf(object.kind))} ${name} in`,
        subject: `namespace ${namespace}`,
      })
    },
    patch: (kind, name, patch) => write('PATCH', 'patch', kind, name, patch, 'application/merge-patch+json'),
    remove: async (kind, name) => {
      const request = {
        method: 'DELETE',
        path: objectPath(kind, namespace, name),
        body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
        reading: false,
      } as const
      return (await ask(request, callOf('delete', kind, name), [404])).status !== 404
    },
    podLog: async (pod, container, tailLines) => {
      const request = {
        method: 'GET',
        path: `${objectPath('Pod', namespace, pod)}/log`,
        query: { container, tailLines, limitBytes: MAX_LOG_BYTES },
        reading: true,
      } as const
      const call = { verb: 'get', resource: 'pods/log', namespace, name: pod }
      // 400: the container has not begun, or is none of the pod's; 500: its node is gone, and the log with it.
      const answer = await ask(request, call, [400, 404, 500])
      return answer.status < 300 ? answer.body : undefined
    },
    knows: async (kind) => {
      const resource = resourceOf(kind)
      const request = { method: 'GET', path: versionPath(resource), reading: true } as const
      const answer = await ask(request, { verb: 'get', resource: 'the list of kinds', namespace }, [404])
      if (answer.status === 404) return false
      const { resources = [] } = JSON.parse(answer.body) as {
        readonly resources?: readonly { readonly name: string }[]
      }
      return resources.some(({ name }) => name === resource.plural)
    },
    may: async (verb, kind) => {
      const { group, plural } = resourceOf(kind)
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { namespace, verb, group, resource: plural } },
      }
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
      const call = { verb: 'create', resource: 'selfsubjectaccessreviews.authorization.k8s.io', namespace }
      const answer = await ask({ method: 'POST', path, body, reading: true }, call, [])
      const { status } = JSON.parse(answer.body) as { readonly status?: { readonly allowed?: boolean } }
      return status?.allowed === true
    },
    close: () => calls.close(),
  }
}

async function findAccess(options: KubernetesOptions): Promise<KubeAccess> {
  const { env, cwd, clock, signal } = options
  const files = kubeconfigFiles(env, options.home ?? homedir())
  if (anyThere(files, cwd)) {
    // Pods have none, and would wait at every command for the parser of YAML.
    const { kubeconfigAccess } = await import('./kubeconfig-access.ts')
    const access = await kubeconfigAccess(files, { env, cwd, clock, signal })
    if (access !== undefined) return access
  }
  if (isInPod(env, options.serviceAccountFolder)) return inClusterAccess(env, options.serviceAccountFolder)
  throw badAccess(
    files.join(', '),
    'there is no kubeconfig, and this is no pod with a service account',
    'Set KUBECONFIG, or run the command in the migration console.',
  )
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text
}

function parse(answer: KubeAnswer, kind: ObjectKind): KubernetesObject {
  return { ...(JSON.parse(answer.body) as KubernetesObject), kind }
}
