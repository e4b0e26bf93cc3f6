import { gunzipSync } from 'node:zlib'
import { Failure, messageOf } from '../../core/failure.ts'
import type { KubernetesObject } from '../../kubernetes/kubernetes.ts'
import { ATTEMPT_LABEL } from './run-names.ts'

/** Phase of a node of the graph, as Argo names it. */
export type NodePhase = 'Pending' | 'Running' | 'Succeeded' | 'Skipped' | 'Failed' | 'Error' | 'Omitted'

/** A node of the graph: a pod, a group of nodes, or a suspension. */
export interface WorkflowNode {
  /** `migration-abc123.Restore-Documents.load(0:0)(1)`: the last number is the attempt. */
  readonly name: string
  /** `Pod`, `Retry`, `DAG`, `TaskGroup`, `Suspend`, `Skipped`… */
  readonly type: string
  readonly phase: NodePhase
  readonly message?: string
  /** RFC 3339; absent while it goes on. */
  readonly finishedAt?: string | null
  /** `N/M` of the pods below it. */
  readonly progress?: string
}

/** What a Workflow object says. */
export interface WorkflowStatus {
  readonly name: string
  readonly attempt: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Undefined while no controller has looked at it. */
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Error'
  readonly message?: string
  /** Milliseconds since 1970. */
  readonly finishedAt?: number
  /** True when it was told to stop. */
  readonly shutdown: boolean
  readonly nodes: readonly WorkflowNode[]
  /** By the step of a task: the steps that its pod goes on with. */
  readonly ahead: ReadonlyMap<string, readonly string[]>
}

/** Nodes unpack to at most this, so that a damaged Workflow cannot fill the memory. */
const MAX_NODES_BYTES = 256 * 1024 * 1024

interface StoredStatus {
  readonly phase?: WorkflowStatus['phase'] | ''
  readonly message?: string
  readonly finishedAt?: string | null
  readonly nodes?: Readonly<Record<string, WorkflowNode>>
  readonly compressedNodes?: string
}

interface StoredSpec {
  readonly shutdown?: string
  readonly templates?: readonly {
    readonly dag?: {
      readonly tasks?: readonly {
        readonly arguments?: { readonly parameters?: readonly { readonly name: string; readonly value?: string }[] }
      }[]
    }
  }[]
}

/** Reads a Workflow; nodes that Argo has compressed are unpacked. `STATE_CORRUPT`. */
export function readWorkflow(object: KubernetesObject): WorkflowStatus {
  const { name, labels = {}, creationTimestamp = '' } = object.metadata
  const { phase = '', message = '', finishedAt, ...stored } = (object['status'] ?? {}) as StoredStatus
  const { shutdown, templates = [] } = (object['spec'] ?? {}) as StoredSpec
  return {
    name,
    attempt: Number(labels[ATTEMPT_LABEL] ?? 1),
    createdAt: Date.parse(creationTimestamp),
    shutdown: shutdown !== undefined && shutdown !== '',
    nodes: Object.values(stored.nodes ?? unpackNodes(name, stored.compressedNodes)),
    ahead: new Map(templates.flatMap(aheadOf)),
    ...(phase === '' ? {} : { phase }),
    ...(message === '' ? {} : { message }),
    ...(typeof finishedAt === 'string' ? { finishedAt: Date.parse(finishedAt) } : {}),
  }
}

/** True when the controller has nothing more to do for a Workflow. */
export function isEnded({ phase }: Pick<WorkflowStatus, 'phase'>): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error'
}

/** True when a node changes no more. */
export function isNodeEnded({ phase }: Pick<WorkflowNode, 'phase'>): boolean {
  return phase !== 'Pending' && phase !== 'Running'
}

function aheadOf({ dag }: NonNullable<StoredSpec['templates']>[number]): [string, readonly string[]][] {
  return (dag?.tasks ?? []).flatMap(({ arguments: { parameters = [] } = {} }): [string, readonly string[]][] => {
    const value = (wanted: string): string | undefined => parameters.find(({ name }) => name === wanted)?.value
    const [step, ahead] = [value('step'), value('ahead')]
    return step === undefined || ahead === undefined ? [] : [[step, ahead.split(',')]]
  })
}

function unpackNodes(name: string, packed: string | undefined): Readonly<Record<string, WorkflowNode>> {
  if (packed === undefined || packed === '') return {}
  try {
    const text = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_NODES_BYTES }).toString('utf8')
    return JSON.parse(text) as Readonly<Record<string, WorkflowNode>>
  } catch (cause) {
    const where = { op: 'read', subject: `compressed nodes of Workflow ${name}`, cause }
    throw new Failure('STATE_CORRUPT', messageOf(cause), where)
  }
}
