import { addToGroup } from '../../core/groups.ts'
import type { WorkEvent } from '../../coordination/work-events.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RunView } from '../../report/run-view.ts'
import { outputOf } from '../../steps/plan-parts.ts'
import type { RegisterSnapshotData } from '../../steps/snapshot-totals.ts'
import { loadByIndex } from './load-by-index.ts'
import { isWorkEvent, type RunEvent } from './run-events.ts'
import { outputsOf, stepState, type RunState } from './run-state.ts'

/** The view of a run with how far each index and shard is, for loads that have begun and not ended. */
export function withLoads(view: RunView, plan: Plan, state: RunState, events: readonly RunEvent[]): RunView {
  const byStep = new Map<string, WorkEvent[]>()
  for (const event of events) {
    if (!isWorkEvent(event) || stepState(state, event.step).phase === 'ended') continue
    addToGroup(byStep, event.step, event as WorkEvent)
  }
  const steps = view.steps.map((step) => {
    const work = byStep.get(step.id)
    if (work === undefined) return step
    const planned = plan.steps.find(({ id }) => id === step.id)!
    const input = { plan, step: planned, workflow: view.name, outputs: outputsOf(state) }
    // Written by Register Snapshot of this same program.
    const registered = outputOf(input, 'register-snapshot')?.data as RegisterSnapshotData | undefined
    return { ...step, indices: loadByIndex(work, registered) }
  })
  return { ...view, steps }
}
