import type { Plan, PlannedStep } from '../../plan/plan.ts'

/** Which steps a pod goes on with after its own one, so that a run does not wait for a new pod at every step. */
export interface PodChains {
  /** By the step that a pod is made for: the steps that it runs after that one, in order. Of a load only the plan. */
  readonly ahead: ReadonlyMap<string, readonly string[]>
  /** By a step that another one's pod runs: that one, and the place in its chain, from 1. */
  readonly inPodOf: ReadonlyMap<string, { readonly step: string; readonly place: number }>
}

/**
 * The chains of an attempt: a step joins the pod of the step before it when it waits for nothing else, nothing else waits for that
 * one, and no person is asked between them. Steps with nothing to do are passed over. A load ends the chain with its plan, since
 * its documents are loaded by pods of their own, and begins another one with its reconcile. Pure.
 */
export function podChains({ steps }: Plan, isIdle: (step: PlannedStep) => boolean): PodChains {
  const followers = new Map<string, number>()
  for (const { kind, dependsOn } of steps) {
    if (kind !== 'cleanup') for (const id of dependsOn) followers.set(id, (followers.get(id) ?? 0) + 1)
  }
  const ahead = new Map<string, string[]>()
  const inPodOf = new Map<string, { readonly step: string; readonly place: number }>()
  /** The step whose pod goes on after each step. */
  const open = new Map<string, string>()
  for (const step of steps) {
    if (step.kind === 'cleanup') continue
    const [before] = step.dependsOn
    const alone = before !== undefined && step.dependsOn.length === 1 && followers.get(before) === 1
    const head = alone ? open.get(before) : undefined
    if (isIdle(step)) {
      if (head !== undefined) open.set(step.id, head)
      continue
    }
    open.set(step.id, step.id)
    if (head === undefined || step.approval === true) continue
    const chain = ahead.get(head) ?? []
    ahead.set(head, [...chain, step.id])
    inPodOf.set(step.id, { step: head, place: chain.length + 1 })
    if (step.kind !== 'restore-documents') open.set(step.id, head)
  }
  return { ahead, inPodOf }
}
