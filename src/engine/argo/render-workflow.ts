import { Failure } from '../../core/failure.ts'
import { counted, formatBytes, formatCount } from '../../core/units.ts'
import type { KubernetesObject } from '../../kubernetes/kubernetes.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import { secretKeys } from './plan-secrets.ts'
import { podChains } from './pod-chains.ts'
import { ATTEMPT_LABEL, PROGRAM_NAME, runLabels, workflowName } from './run-names.ts'
import { approvalKey, ownedBy, type RunRoot } from './run-root.ts'
import { gateName, taskNames } from './task-names.ts'

/** One attempt of a run. */
export interface Attempt {
  readonly root: Pick<RunRoot, 'name' | 'uid'>
  /** 1 for the first. */
  readonly number: number
  readonly plan: Plan
  /** Steps that have nothing to do any more, since an earlier attempt did it. */
  readonly over: ReadonlySet<string>
}

/** Service account of the pods that run steps. */
export const STEP_ACCOUNT = 'backfill-workflow-step'
/** Name of the volume with the plan's Secrets; templates mount it. */
const SECRETS_VOLUME = 'workflow-secrets'
const ENTRYPOINT = 'migration'

/** Etcd takes 1.5 MB, and the nodes of the status come on top of the manifest. */
const MAX_MANIFEST_BYTES = 500_000
/**
 * Nodes of a graph at most: Argo keeps them compressed in the Workflow, about 60 bytes each, and etcd takes 1.5 MB.
 */
const MAX_NODES = 15_000
const NODES_OF_STEP = 2
const NODES_OF_LOAD = 8

interface Task {
  readonly name: string
  readonly templateRef?: { readonly name: string; readonly template: string }
  readonly dependencies?: readonly string[]
  readonly when?: string
  readonly arguments?: { readonly parameters: readonly object[] }
}

/**
 * The Workflow of an attempt: a graph with a task for each planned step but Cleanup, which is the exit handler, and a suspend
 * node before each step with a gate. The pod of a step goes on with the steps that follow it alone, whose tasks are then skipped;
 * what it did not get to has a pod of its own. Pure. `PLAN_TOO_LARGE` when the object would not fit into the cluster's store.
 */
export function renderWorkflow({ root, number, plan, over }: Attempt): KubernetesObject {
  requireFewNodes(plan)
  const tasks = tasksOf(plan, root.name, over)
  const manifest: KubernetesObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Workflow',
    metadata: {
      name: workflowName(root.name, number),
      labels: { ...runLabels(root.name, 'workflow'), [ATTEMPT_LABEL]: String(number) },
      annotations: {
        'workflows.argoproj.io/title': number === 1 ? root.name : `${root.name}, attempt ${number}`,
        'workflows.argoproj.io/description': describe(plan),
      },
      ownerReferences: ownedBy(root),
    },
    spec: {
      entrypoint: ENTRYPOINT,
      arguments: { parameters: [parameter('run', root.name), parameter('attempt', String(number))] },
      serviceAccountName: STEP_ACCOUNT,
      parallelism: Math.max(1, plan.parallelism),
      podMetadata: { labels: { ...runLabels(root.name, 'step'), [ATTEMPT_LABEL]: String(number) } },
      volumes: [secretsVolume(plan)],
      templates: [{ name: ENTRYPOINT, dag: { failFast: false, target: targets(plan, tasks), tasks } }],
      hooks: { exit: { templateRef: reference('cleanup'), arguments: stepArguments('cleanup') } },
    },
  }
  const bytes = Buffer.byteLength(JSON.stringify(manifest))
  if (bytes <= MAX_MANIFEST_BYTES) return manifest
  throw tooLarge(`its Workflow has ${formatBytes(bytes)}, and ${formatBytes(MAX_MANIFEST_BYTES)} can be kept`)
}

function tasksOf(plan: Plan, run: string, over: ReadonlySet<string>): Task[] {
  const names = taskNames(plan)
  const isIdle = ({ id, skip }: PlannedStep): boolean => skip !== undefined || over.has(id)
  const { ahead, inPodOf } = podChains(plan, isIdle)
  const tasks: Task[] = []
  for (const step of plan.steps) {
    if (step.kind === 'cleanup') continue
    const name = names.get(step.id)!
    const dependencies = step.dependsOn.map((id) => names.get(id)!)
    const idle = isIdle(step)
    const gated = step.approval === true && !idle
    if (gated) tasks.push(gateTask(gateName(name), dependencies, step.id, run))
    const loads = step.kind === 'restore-documents'
    const pod = inPodOf.get(step.id)
    const output = (of: string): string => `{{tasks.${names.get(pod!.step)!}.outputs.parameters.${of}}}`
    const more = [
      ...(ahead.has(step.id) ? [parameter('ahead', ahead.get(step.id)!.join(','))] : []),
      ...(loads && pod !== undefined ? [parameter('workers', output('workers'))] : []),
    ]
    const needless = idle ? 'false' : pod === undefined || loads ? undefined : `${output('ahead')} < ${pod.place}`
    tasks.push({
      name,
      templateRef: reference(loads ? 'restore-documents' : 'step'),
      ...dependsOn(gated ? [gateName(name)] : dependencies),
      ...(needless === undefined ? {} : { when: needless }),
      arguments: stepArguments(step.id, more),
    })
  }
  return tasks
}

/** The gate reads from the root of the run how long it holds: for ever, until the step is approved. */
function gateTask(name: string, dependencies: readonly string[], step: string, run: string): Task {
  const hold = { configMapKeyRef: { name: run, key: approvalKey(step) }, default: '' }
  return {
    name,
    templateRef: reference('approval'),
    ...dependsOn(dependencies),
    arguments: { parameters: [parameter('step', step), { name: 'hold', valueFrom: hold }] },
  }
}

/** Leaves of the graph, in which order Argo looks for work: groups of a higher priority first. */
function targets(plan: Plan, tasks: readonly Task[]): string {
  const names = taskNames(plan)
  const needed = new Set(tasks.flatMap((task) => task.dependencies ?? []))
  const priorities = new Map(plan.migrations.flatMap(({ groups }) => groups.map((group) => [group.id, group.priority])))
  const priority = ({ group }: PlannedStep): number => (group === undefined ? 0 : (priorities.get(group) ?? 0))
  return plan.steps
    .filter(({ id, kind }) => kind !== 'cleanup' && !needed.has(names.get(id)!))
    .toSorted((a, b) => priority(b) - priority(a))
    .map(({ id }) => names.get(id)!)
    .join(' ')
}

/** Every key of every Secret that the plan names, as a file of its own that only its owner may read. */
function secretsVolume(plan: Plan): object {
  const sources = [...secretKeys(plan)].map(([name, keys]) => ({
    secret: { name, items: [...keys].map((key) => ({ key, path: `${name}/${key}` })) },
  }))
  return { name: SECRETS_VOLUME, projected: { defaultMode: 0o400, sources } }
}

function describe({ migrations }: Plan): string {
  return migrations.map(({ source, target }) => `${source} to ${target}`).join(', ')
}

function requireFewNodes(plan: Plan): void {
  const loads = plan.migrations.flatMap(({ groups }) => groups).filter(({ backfill }) => backfill.enabled)
  const workers = loads.map(({ backfill }) => Math.min(plan.parallelism, backfill.workers ?? Infinity))
  const pods = workers.reduce((sum, count) => sum + count, 0)
  const nodes = NODES_OF_STEP * (plan.steps.length + pods) + NODES_OF_LOAD * loads.length
  if (nodes <= MAX_NODES) return
  throw tooLarge(
    `its graph may grow to ${counted(nodes, 'node')} (${counted(loads.length, 'group')} with up to ${counted(Math.max(...workers), 'worker')}), ` +
      `and a Workflow holds ${formatCount(MAX_NODES)}`,
  )
}

function tooLarge(detail: string): Failure {
  return new Failure('PLAN_TOO_LARGE', detail, {
    op: 'submit',
    subject: 'plan',
    hint: 'Put indices with the same treatment into one group, lower parallelism or workers, or divide the configuration.',
  })
}

function reference(template: string): { readonly name: string; readonly template: string } {
  return { name: PROGRAM_NAME, template }
}

/** `run` and `attempt` come from the Workflow's own arguments, which keeps large graphs small. */
function stepArguments(step: string, more: readonly object[] = []): { readonly parameters: readonly object[] } {
  return { parameters: [parameter('step', step), ...more] }
}

function dependsOn(dependencies: readonly string[]): Pick<Task, 'dependencies'> {
  return dependencies.length === 0 ? {} : { dependencies }
}

function parameter(name: string, value: string): object {
  return { name, value }
}
