import { Failure } from '../../core/failure.ts'
import type { Kubernetes } from '../../kubernetes/kubernetes.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import type { RunEvent } from '../run/run-events.ts'
import { eventsOf } from './journal-object.ts'
import { planFromParts } from './plan-objects.ts'
import { COMPONENT_LABEL, journalName, NAME_LABEL, PART_OF_LABEL, PROGRAM_NAME } from './run-names.ts'
import { parseRoot, type RunRoot } from './run-root.ts'

/** A run as a pod of one of its steps finds it. */
export interface PodRun {
  readonly root: RunRoot
  readonly plan: Plan
  readonly step: PlannedStep
  /** Events of all other steps. */
  readonly others: readonly RunEvent[]
}

/** Reads the plan and the journals of a run. `WORKFLOW_NOT_FOUND`, `STATE_CORRUPT`, `USAGE` for an unknown step, `KUBERNETES_…`. */
export async function openPodRun(kubernetes: Kubernetes, run: string, step: string): Promise<PodRun> {
  const objects = await kubernetes.list('ConfigMap', `${NAME_LABEL}=${PROGRAM_NAME},${PART_OF_LABEL}=${run}`)
  const found = objects.find(({ metadata }) => metadata.labels?.[COMPONENT_LABEL] === 'run')
  if (found === undefined) {
    throw new Failure('WORKFLOW_NOT_FOUND', `namespace ${kubernetes.namespace} has none of that name`, {
      op: 'find',
      subject: `workflow ${run}`,
      hint: 'Its ConfigMap was deleted, and everything that belonged to it.',
    })
  }
  const root = parseRoot(found)
  const plan = planFromParts(root, objects)
  const planned = plan.steps.find(({ id }) => id === step)
  if (planned === undefined) {
    const known = plan.steps.map(({ id }) => id).join(', ')
    throw new Failure('USAGE', `it has ${known}`, { op: 'find', subject: `step ${step} of workflow ${run}` })
  }
  const own = journalName(run, step)
  const others = objects
    .filter(({ metadata }) => metadata.labels?.[COMPONENT_LABEL] === 'journal' && metadata.name !== own)
    .flatMap(eventsOf)
  return { root, plan, step: planned, others }
}
