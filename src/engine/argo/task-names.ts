import type { Plan, PlannedStep } from '../../plan/plan.ts'

/**
 * Names of the graph's tasks by step id, which Argo shows as names of nodes: the titles of status, such as `Create-Snapshot`,
 * with the migration or group before it where there are several: `m2g1-Restore-Documents`.
 */
export function taskNames(plan: Plan): ReadonlyMap<string, string> {
  const titles = new Map<string, number>()
  for (const { title } of plan.steps) titles.set(title, (titles.get(title) ?? 0) + 1)
  return new Map(plan.steps.map((step) => [step.id, taskName(step, titles.get(step.title) ?? 1)]))
}

/** Name of the suspend node before a task. */
export function gateName(task: string): string {
  return `Approve-${task}`
}

function taskName({ id, title }: PlannedStep, sameTitle: number): string {
  const slash = id.indexOf('/')
  const prefix = sameTitle === 1 || slash === -1 ? '' : `${id.slice(0, slash)}-`
  return prefix + title.replaceAll(' ', '-')
}
