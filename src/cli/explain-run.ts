import { fitText } from '../core/fit-text.ts'
import { counted, formatCount } from '../core/units.ts'
import type { Engine, HeldItem } from '../engine/engine.ts'
import type { Hindrance, RunView, StepView } from '../report/run-view.ts'
import { renderTable } from '../report/table.ts'

/** Leases that are shown; more of them say nothing new. */
const MAX_ROWS = 20

/** A workflow and who holds which of its work items. */
export interface Situation {
  readonly view: RunView
  readonly held: readonly HeldItem[]
}

/** Asks where a workflow stands. Codes as `Engine.view`. */
export async function situationOf(engine: Engine, name: string): Promise<Situation> {
  const view = await engine.view(name)
  return { view, held: view.alive ? await engine.heldItems(name) : [] }
}

/** Why a workflow is where it is, and what to do about it: failures, what is in the way, who loads what; in lines of `columns`. */
export function explainRun({ view, held }: Situation, columns: number): string {
  const parts = [...hindrances(view), ...view.steps.flatMap((step) => stepParts(step, view.name))]
  if (held.length > 0) parts.push(leases(held, columns))
  if (parts.length === 0 && view.message !== undefined) parts.push(`${view.message}\n`)
  if (parts.length === 0) parts.push(view.alive ? 'Nothing is in its way.\n' : 'There is nothing to explain.\n')
  return fitText([`Workflow ${view.name} (${view.phase})\n`, ...parts].join('\n'), columns)
}

/** What is in the way of the whole run, unless a step says the same. */
function hindrances({ hindrance, steps }: RunView): readonly string[] {
  if (hindrance === undefined || steps.some((step) => step.hindrance?.code === hindrance.code)) return []
  return [hindranceText(hindrance)]
}

function stepParts(step: StepView, run: string): readonly string[] {
  const { title, id, hindrance, failure, progress, phase } = step
  const texts: string[] = []
  if (hindrance !== undefined) texts.push(hindranceText(hindrance))
  if (failure !== undefined) {
    const remedies = [failure.hint, `workflow explain ${failure.code}`].filter((remedy) => remedy !== undefined)
    texts.push(`  ${failure.code}: ${failure.message}\n${remedies.map((remedy) => `  Remedy: ${remedy}\n`).join('')}`)
  }
  if (phase === 'Running' && hindrance === undefined && progress !== undefined && progress.message !== '') {
    texts.push(`  ${progress.message}\n`)
  }
  if ((progress?.rejected ?? 0) > 0) {
    texts.push(`  Left out: ${counted(progress!.rejected!, 'document')}.\n  Remedy: workflow rejects ${run}\n`)
  }
  return texts.length === 0 ? [] : [`${title} (${id})\n${texts.join('')}`]
}

function hindranceText({ code, message, hint }: Hindrance): string {
  return `  ${code}: ${message}\n  Remedy: ${hint}\n`
}

function leases(held: readonly HeldItem[], width: number): string {
  const columns = [{ title: 'STEP' }, { title: 'WORK ITEM' }, { title: 'HELD BY' }]
  const rows = held.slice(0, MAX_ROWS).map(({ step, item, holder }) => [step, item, holder])
  const more = held.length - rows.length
  return renderTable(columns, rows, width) + (more === 0 ? '' : `and ${formatCount(more)} more\n`)
}
