import type { LogLine } from '../../report/log-line.ts'
import type { RunEvent } from '../run/run-events.ts'
import { logOf } from '../run/run-log.ts'
import { stepLabel } from './run-names.ts'
import { eventsOfRun, storyOf, type StoredRun } from './run-story.ts'

/** Pods write their events within about a second, and their clocks differ a little. */
const SETTLE_MS = 3000

/**
 * The log of a run: the lines of all its steps in the order in which they happened. While it goes on, the last seconds are left
 * out, so that no line of another pod comes before one that was shown already. `now` in milliseconds since 1970.
 */
export function argoLog(run: StoredRun, now: number): LogLine[] {
  const { state, alive } = storyOf(run, now)
  const approvals = run.plan.steps.flatMap(({ id }): RunEvent[] => {
    const at = run.root.approved.get(stepLabel(id))
    return at === undefined ? [] : [{ at, type: 'step-approved', step: id }]
  })
  const events = eventsOfRun(run).map((event) => (event.type === 'runner-started' ? attemptStarted(event) : event))
  const end: RunEvent[] =
    state.outcome === undefined ? [] : [{ at: state.endedAt ?? now, type: 'runner-ended', outcome: state.outcome }]
  const all = [...events, ...approvals, ...end].toSorted((a, b) => a.at - b.at)
  return logOf(alive ? all.filter(({ at }) => at < now - SETTLE_MS) : all)
}

function attemptStarted({ at, host }: Extract<RunEvent, { type: 'runner-started' }>): RunEvent {
  return { at, type: 'log', level: 'info', message: `Workflow ${host} started` }
}
