import type { KubernetesObject } from '../../kubernetes/kubernetes.ts'

/** Why a pod does not get on. */
export interface PodTrouble {
  readonly pod: string
  /** What is wrong, in the words of the cluster. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
}

interface ContainerStatus {
  readonly name: string
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly terminated?: { readonly finishedAt?: string }
  }
}

interface PodStatus {
  readonly phase?: string
  readonly conditions?: readonly { readonly reason?: string; readonly status?: string; readonly message?: string }[]
  readonly initContainerStatuses?: readonly ContainerStatus[]
  readonly containerStatuses?: readonly ContainerStatus[]
}

const IMAGE_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
])
const CONFIG_REASONS = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'])
const NODE_NAME = 'workflows.argoproj.io/node-name'
const COMPLETED = 'workflows.argoproj.io/completed'

/** True when a pod may still do something. */
export function isPodActive(pod: KubernetesObject): boolean {
  const { phase } = statusOf(pod)
  return phase !== 'Succeeded' && phase !== 'Failed'
}

/** Name of the graph's node that a pod runs. */
export function nodeOfPod(pod: KubernetesObject): string | undefined {
  return pod.metadata.annotations?.[NODE_NAME]
}

/**
 * Since when a pod has ended without the controller taking note, in milliseconds since 1970; undefined when it goes on or was
 * taken note of.
 */
export function unseenSince(pod: KubernetesObject): number | undefined {
  if (isPodActive(pod) || pod.metadata.labels?.[COMPLETED] === 'true') return undefined
  const ends = (statusOf(pod).containerStatuses ?? []).map(({ state }) =>
    Date.parse(state?.terminated?.finishedAt ?? ''),
  )
  const last = Math.max(...ends)
  return Number.isFinite(last) ? last : undefined
}

/** Why a pod that has not begun does not begin, as far as its status and its events tell. */
export function podTrouble(pod: KubernetesObject, events: readonly KubernetesObject[]): PodTrouble | undefined {
  const { phase, conditions = [], initContainerStatuses = [], containerStatuses = [] } = statusOf(pod)
  if (phase !== 'Pending') return undefined
  const { name, namespace } = pod.metadata
  const describe = `See kubectl describe pod ${name} -n ${namespace ?? ''}`
  const unschedulable = conditions.find(({ reason, status }) => reason === 'Unschedulable' && status === 'False')
  if (unschedulable !== undefined) {
    return {
      pod: name,
      message: `no node has room for it: ${unschedulable.message ?? 'unschedulable'}`,
      hint: `Lower the resources in the values of the chart, or add nodes. ${describe}`,
    }
  }
  for (const { state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason = '', message = '' } = state?.waiting ?? {}
    if (IMAGE_REASONS.has(reason)) {
      const hint = `Check image.repository, image.tag and the pull secrets in the values of the chart. ${describe}`
      return { pod: name, message: `its image cannot be pulled: ${message === '' ? reason : message}`, hint }
    }
    if (CONFIG_REASONS.has(reason)) {
      return {
        pod: name,
        message: `its container cannot be made: ${message === '' ? reason : message}`,
        hint: describe,
      }
    }
  }
  return mountTrouble(pod, events, describe)
}

/** The cluster says only in events that a Secret, a ConfigMap or a volume is missing. */
function mountTrouble(
  pod: KubernetesObject,
  events: readonly KubernetesObject[],
  describe: string,
): PodTrouble | undefined {
  const failed = events.findLast((event) => {
    const { name, uid } = (event['involvedObject'] ?? {}) as { readonly name?: string; readonly uid?: string }
    if (name !== pod.metadata.name || (uid !== undefined && uid !== pod.metadata.uid)) return false
    return typeof event['reason'] === 'string' && ['FailedMount', 'FailedAttachVolume'].includes(event['reason'])
  })
  if (failed === undefined) return undefined
  const message = typeof failed['message'] === 'string' ? failed['message'] : 'FailedMount'
  const secret = /secret "([^"]+)" not found/.exec(message)?.[1]
  return {
    pod: pod.metadata.name,
    message: secret === undefined ? `a volume cannot be mounted: ${message}` : `the Secret ${secret} is missing`,
    hint: secret === undefined ? describe : `Make it again: workflow configure credentials create ${secret}`,
  }
}

function statusOf(pod: KubernetesObject): PodStatus {
  return pod['status'] ?? {}
}
