import type { KubernetesObject } from '../../kubernetes/kubernetes.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import type { RecordedFailure, RunEvent, RunEventBody } from '../run/run-events.ts'
import { applyEvent, foldEvents, stepState, type RunState } from '../run/run-state.ts'
import { isPodActive } from './pod-trouble.ts'
import { ATTEMPT_LABEL, stepLabel, workflowName } from './run-names.ts'
import type { RunRoot } from './run-root.ts'
import { gateName, taskNames } from './task-names.ts'
import { isEnded, isNodeEnded, type WorkflowNode, type WorkflowStatus } from './workflow-status.ts'

/** Everything that the cluster keeps of a run. */
export interface StoredRun {
  /** Where it is kept. */
  readonly namespace: string
  readonly root: RunRoot
  readonly plan: Plan
  /** Events of all step journals in the order in which they happened. */
  readonly events: readonly RunEvent[]
  /** The Workflow of the latest attempt; undefined when it is gone. */
  readonly workflow?: WorkflowStatus
  /** Pods of the latest attempt. */
  readonly pods: readonly KubernetesObject[]
  /** What the cluster says of these pods; asked for only while one of them waits. */
  readonly podEvents: readonly KubernetesObject[]
}

/** Where a run stands. */
export interface RunStory {
  readonly state: RunState
  /** True while the engine or a pod works on it. */
  readonly alive: boolean
}

/** Name of the task that Argo makes of the exit handler. */
const EXIT_TASK = 'onExit'
const OUT_OF_MEMORY = 137

/**
 * Where a run stands: the fold over the events of its journals, with what the Workflow says of nodes that no journal knows of.
 * Pure; `now` in milliseconds since 1970.
 */
export function storyOf(run: StoredRun, now: number): RunStory {
  const { root, plan, workflow, pods } = run
  let state = foldEvents(eventsOfRun(run))
  const add = (body: RunEventBody): void => {
    state = applyEvent(state, { at: now, ...body })
  }
  const attempt = root.attempts.length
  const podsLeft = pods.some((pod) => pod.metadata.labels?.[ATTEMPT_LABEL] === String(attempt) && isPodActive(pod))
  const alive = (workflow !== undefined && !isEnded(workflow)) || podsLeft
  const stopping = workflow?.shutdown === true || root.stopAttempt === attempt
  if (stopping && alive) add({ type: 'stop-requested' })
  for (const step of plan.steps) for (const event of overlayOf(step, run, state, stopping)) add(event)
  if (alive || state.startedAt === undefined) return { state, alive }
  const outcome = outcomeOf(run, state, stopping)
  if (outcome === undefined) return { state, alive }
  const endedAt = workflow?.finishedAt ?? run.events.at(-1)?.at ?? state.startedAt
  return { state: applyEvent(state, { at: endedAt, type: 'runner-ended', outcome }), alive }
}

/** The events of a run with those that its root stands for: the submission and the start of each attempt. */
export function eventsOfRun({ root, events }: Pick<StoredRun, 'root' | 'events'>): readonly RunEvent[] {
  const { name, configDigest, submittedAt, attempts } = root
  const starts = attempts.map((at, index): RunEvent => {
    return { at, type: 'runner-started', pid: 0, host: workflowName(name, index + 1) }
  })
  const all: RunEvent[] = [{ at: submittedAt, type: 'submitted', name, configDigest }, ...starts, ...events]
  return all.toSorted((a, b) => a.at - b.at)
}

/** True when nothing is left to do for a step. */
export function isStepOver(state: RunState, id: string): boolean {
  const { phase } = stepState(state, id)
  return phase === 'ended' || phase === 'skipped'
}

/**
 * The nodes of the Workflow that tell of a step, its gate aside: its own, or those of the earlier step whose pod has come to it.
 * That one has none any more.
 */
export function nodesOfStep(
  { plan, workflow }: StoredRun,
  step: PlannedStep,
  state: RunState,
): readonly WorkflowNode[] {
  if (workflow === undefined) return []
  const chain = [...workflow.ahead].find(([head, ahead]) => head === step.id || ahead.includes(step.id))
  const own = ownNodes(plan, workflow, step)
  if (chain === undefined) return own
  const [head, ahead] = chain
  const under = [head, ...ahead].find((id) => !isStepOver(state, id))
  if (head === step.id) return under === undefined || under === step.id ? own : []
  if (under !== step.id || own.some(({ phase }) => phase !== 'Omitted')) return own
  const first = plan.steps.find(({ id }) => id === head)
  return first === undefined ? own : ownNodes(plan, workflow, first)
}

function ownNodes(plan: Plan, workflow: WorkflowStatus, step: PlannedStep): readonly WorkflowNode[] {
  const task = step.kind === 'cleanup' ? EXIT_TASK : taskNames(plan).get(step.id)!
  const prefix = `${workflow.name}.${task}`
  return workflow.nodes.filter(({ name }) => {
    return name.startsWith(prefix) && (name.length === prefix.length || /^[.([]/.test(name.slice(prefix.length)))
  })
}

/** What the plan and the Workflow say of a step beyond its journal. */
function overlayOf(step: PlannedStep, run: StoredRun, state: RunState, stopping: boolean): readonly RunEventBody[] {
  const { root, plan, workflow } = run
  const { phase, approved } = stepState(state, step.id)
  if (phase === 'ended' || phase === 'skipped' || phase === 'failed') return []
  if (step.skip !== undefined) {
    const due = root.attempts.length > 0 && step.dependsOn.every((id) => isStepOver(state, id))
    return due ? [{ type: 'step-skipped', step: step.id, reason: step.skip }] : []
  }
  const events: RunEventBody[] = []
  const gate = workflow?.nodes.find(
    ({ name }) => name === `${workflow.name}.${gateName(taskNames(plan).get(step.id)!)}`,
  )
  const passed = root.approved.has(stepLabel(step.id)) || gate?.phase === 'Succeeded'
  if (step.approval === true && phase === 'pending' && approved !== true) {
    if (passed) events.push({ type: 'step-approved', step: step.id })
    else if (gate !== undefined && !isNodeEnded(gate)) events.push({ type: 'step-waiting', step: step.id })
  }
  const lost = stopping ? undefined : failureOf(step, run.namespace, nodesOfStep(run, step, state))
  // What the last attempt of the step said of itself tells more than its pod's end.
  const failure = lost && (stepState(state, step.id).failure ?? lost)
  if (failure !== undefined) events.push({ type: 'step-failed', step: step.id, failure, final: true })
  return events
}

/** Why a step failed that could not say so itself. */
function failureOf(step: PlannedStep, namespace: string, nodes: readonly WorkflowNode[]): RecordedFailure | undefined {
  const whole = nodes.find(({ name }) => nodes.every((other) => other.name.startsWith(name)))
  if (whole === undefined || (whole.phase !== 'Failed' && whole.phase !== 'Error')) return undefined
  const failed = nodes.filter(({ phase }) => phase === 'Failed' || phase === 'Error')
  const message = failed.findLast(({ type }) => type === 'Pod')?.message ?? whole.message ?? 'its pod failed'
  const memory = message.includes('OOMKilled') || message.includes(`exit code ${OUT_OF_MEMORY}`)
  return {
    code: 'POD_LOST',
    message: `run step ${step.id}: ${message}`,
    retryable: false,
    hint: memory
      ? 'Give its pods more memory in the values of the chart, then go on with workflow resume.'
      : `Go on with workflow resume; kubectl get events -n ${namespace} may tell more.`,
  }
}

function outcomeOf(
  { plan, workflow }: StoredRun,
  state: RunState,
  stopping: boolean,
): 'finished' | 'failed' | 'stopped' | undefined {
  if (plan.steps.every(({ id }) => isStepOver(state, id))) return 'finished'
  if (stopping) return 'stopped'
  if (plan.steps.some(({ id }) => stepState(state, id).phase === 'failed')) return 'failed'
  // An attempt that failed without a failed step: Argo itself could not carry it out.
  return workflow === undefined ? undefined : 'failed'
}
