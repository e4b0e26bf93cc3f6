import { counted } from '../core/units.ts'
import type { RunView } from './run-view.ts'
import { cutToWidth, progressText } from './status-text.ts'

/** A run on one line of at most `columns`: name, phase, how many steps are over, and what is being done; without a line end. */
export function progressLine(view: RunView, columns: number): string {
  const over = view.steps.filter(({ phase }) => ['Succeeded', 'Rejects', 'Skipped'].includes(phase)).length
  const running = view.steps
    .filter((step) => step.phase === 'Running')
    .map((step) => {
      const detail = step.progress === undefined ? '' : progressText(step.progress)
      return detail === '' ? step.title : `${step.title}: ${detail}`
    })
  const head = `${view.name}: ${view.phase}, ${over} of ${counted(view.steps.length, 'step')}`
  return cutToWidth([head, ...running].join('; '), columns)
}
