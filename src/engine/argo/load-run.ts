import { Failure } from '../../core/failure.ts'
import type { Kubernetes, KubernetesObject } from '../../kubernetes/kubernetes.ts'
import { eventsOf } from './journal-object.ts'
import { planFromParts } from './plan-objects.ts'
import { isPodActive } from './pod-trouble.ts'
import {
  ATTEMPT_LABEL,
  COMPONENT_LABEL,
  NAME_LABEL,
  PART_OF_LABEL,
  PROGRAM_NAME,
  selector,
  type Component,
} from './run-names.ts'
import { parseRoot } from './run-root.ts'
import type { StoredRun } from './run-story.ts'
import { isEnded, readWorkflow, type WorkflowStatus } from './workflow-status.ts'

/** Reads everything of a run. `WORKFLOW_NOT_FOUND`, `STATE_CORRUPT`, `KUBERNETES_…`. */
export async function loadRun(kubernetes: Kubernetes, name: string): Promise<StoredRun> {
  const [configMaps, workflows, pods] = await Promise.all([
    kubernetes.list('ConfigMap', `${NAME_LABEL}=${PROGRAM_NAME},${PART_OF_LABEL}=${name}`),
    kubernetes.list('Workflow', selector('workflow', name)),
    kubernetes.list('Pod', selector('step', name)),
  ])
  const root = configMaps.find((object) => isA(object, 'run'))
  if (root === undefined) throw runNotFound(name, kubernetes.namespace)
  return assemble(kubernetes, root, configMaps, workflows, pods)
}

/** Reads every run of the namespace; what cannot be read comes as its name and the reason. */
export async function loadAllRuns(
  kubernetes: Kubernetes,
): Promise<readonly (StoredRun | { readonly name: string; readonly failure: Failure })[]> {
  const [configMaps, workflows, pods] = await Promise.all([
    kubernetes.list('ConfigMap', `${NAME_LABEL}=${PROGRAM_NAME},${PART_OF_LABEL}`),
    kubernetes.list('Workflow', selector('workflow')),
    kubernetes.list('Pod', selector('step')),
  ])
  const roots = configMaps.filter((object) => isA(object, 'run'))
  const ofRun = (objects: readonly KubernetesObject[], name: string): readonly KubernetesObject[] =>
    objects.filter(({ metadata }) => metadata.labels?.[PART_OF_LABEL] === name)
  return Promise.all(
    roots.map(async (root) => {
      const { name } = root.metadata
      try {
        return await assemble(kubernetes, root, ofRun(configMaps, name), ofRun(workflows, name), ofRun(pods, name))
      } catch (error) {
        if (error instanceof Failure && error.code === 'STATE_CORRUPT') return { name, failure: error }
        throw error
      }
    }),
  )
}

/** Name of the run that commands mean when they name none: the newest that runs, else the newest; undefined when there is none. */
export async function currentRun(kubernetes: Kubernetes): Promise<string | undefined> {
  const [roots, workflows] = await Promise.all([
    kubernetes.list('ConfigMap', selector('run')),
    kubernetes.list('Workflow', selector('workflow')),
  ])
  const alive = new Set(
    workflows
      .filter((object) => !isEnded(readWorkflow(object)))
      .map(({ metadata }) => metadata.labels?.[PART_OF_LABEL]),
  )
  const running = roots.filter(({ metadata }) => alive.has(metadata.name))
  const newest = (running.length > 0 ? running : roots).toSorted((a, b) => submittedAt(b) - submittedAt(a))[0]
  return newest?.metadata.name
}

/** The failure for a name that is not there. */
export function runNotFound(name: string | undefined, namespace: string): Failure {
  return new Failure('WORKFLOW_NOT_FOUND', `there is none in namespace ${namespace}`, {
    op: 'find',
    subject: name === undefined ? 'a workflow' : `workflow ${name}`,
    hint: name === undefined ? 'Start one with workflow submit.' : 'List the workflows with workflow list.',
  })
}

async function assemble(
  kubernetes: Kubernetes,
  rootObject: KubernetesObject,
  configMaps: readonly KubernetesObject[],
  workflows: readonly KubernetesObject[],
  pods: readonly KubernetesObject[],
): Promise<StoredRun> {
  const root = parseRoot(rootObject)
  const attempt = String(root.attempts.length)
  const current = ({ metadata }: KubernetesObject): boolean => metadata.labels?.[ATTEMPT_LABEL] === attempt
  const workflow = workflows.find(current)
  const own = pods.filter(current)
  const waits = own.some((pod) => (pod['status'] as { phase?: string } | undefined)?.phase === 'Pending')
  return {
    namespace: kubernetes.namespace,
    root,
    plan: planFromParts(root, configMaps),
    events: configMaps
      .filter((object) => isA(object, 'journal'))
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
      .flatMap(eventsOf)
      .toSorted((a, b) => a.at - b.at),
    pods: [...own, ...pods.filter((pod) => !current(pod) && isPodActive(pod))],
    podEvents: waits ? await kubernetes.list('Event') : [],
    ...(workflow === undefined ? {} : { workflow: statusOf(workflow) }),
  }
}

/** A Workflow whose nodes cannot be read still has a phase. */
function statusOf(workflow: KubernetesObject): WorkflowStatus {
  try {
    return readWorkflow(workflow)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { compressedNodes: _damaged, ...status } = (workflow['status'] ?? {}) as Readonly<Record<string, unknown>>
    return readWorkflow({ ...workflow, status: { ...status, nodes: {} } })
  }
}

function isA({ metadata }: KubernetesObject, component: Component): boolean {
  return metadata.labels?.[COMPONENT_LABEL] === component
}

function submittedAt(root: KubernetesObject): number {
  const at = Number((root['data'] as Readonly<Record<string, string>> | undefined)?.['submittedAt'])
  return Number.isFinite(at) ? at : 0
}
