import { logLineOf } from '../run/run-log.ts'
import type { RunEvent } from '../run/run-events.ts'
import { RECENT_MS } from '../run/run-state.ts'

/**
 * The events of a run without those that later ones have made meaningless: positions of a work item before its last one,
 * progress that no rate is made from any more, and the work items of steps that have ended. What is folded from them, and every
 * line of the log, stay the same.
 */
export function withoutSuperseded(events: readonly RunEvent[]): RunEvent[] {
  const ended = new Set<string>()
  const lastOfItem = new Map<string, RunEvent>()
  const lastProgress = new Map<string, RunEvent>()
  for (const event of events) {
    if (event.type === 'step-ended') ended.add(event.step)
    else if (event.type === 'step-progress') lastProgress.set(event.step, event)
    else if (event.type === 'work-advanced' || event.type === 'work-done') lastOfItem.set(itemOf(event), event)
  }
  return events.flatMap((event): readonly RunEvent[] => {
    switch (event.type) {
      case 'step-progress':
        return event.at >= lastProgress.get(event.step)!.at - RECENT_MS ? [event] : []
      case 'work-advanced':
      case 'work-done':
        return !ended.has(event.step) && lastOfItem.get(itemOf(event)) === event ? [event] : []
      case 'work-planned':
      case 'work-failed':
        return ended.has(event.step) ? asLog(event) : [event]
      default:
        return [event]
    }
  })
}

function itemOf({ step, item }: { readonly step: string; readonly item: string }): string {
  return `${step} ${item}`
}

/** Only the line in the log is left of it. */
function asLog(event: RunEvent): readonly RunEvent[] {
  const line = logLineOf(event)
  return line === undefined ? [] : [{ at: event.at, type: 'log', ...line }]
}
