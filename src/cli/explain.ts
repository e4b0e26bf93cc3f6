import { jsonOutput } from './json-output.ts'
import { DIAGNOSTIC_CODES } from '../config/diagnostic.ts'
import { ERROR_CODES } from '../core/error-codes.ts'
import { isFailure } from '../core/failure.ts'
import { fitText } from '../core/fit-text.ts'
import { renderTable } from '../report/table.ts'
import type { CommandRun } from './command.ts'
import { EXIT, EXIT_MEANINGS, exitCodeOf } from './exit-codes.ts'
import { explainRun, situationOf } from './explain-run.ts'
import { openEngine } from './open-engine.ts'
import { widthOf } from './width.ts'
import type { World } from './world.ts'

/** What is known about a code. */
export interface Explanation {
  readonly code: string
  readonly meaning: string
  readonly remedy: string
  /** Absent for findings in a configuration, which end a command with that of `CONFIG_INVALID` or not at all. */
  readonly exitCode?: number
}

/** `workflow explain`: what a code means and what usually helps, or why a workflow is where it is. Codes are capitals, names are not. */
export const run: CommandRun = async (world, input) => {
  const subject = input.args[0]
  const wanted = subject?.toUpperCase()
  const found = explanations().filter(({ code }) => wanted === undefined || code === wanted)
  const json = input.text('output') === 'json'
  if (subject !== undefined && found.length === 0) {
    if (await explainWorkflow(world, subject, json)) return EXIT.done
    const hint = nearHint(subject.toUpperCase())
    await world.stderr.write(`Error: there is no code or workflow ${subject}\n  Hint: ${hint}\n`)
    return EXIT.notFound
  }
  if (json) {
    await world.stdout.write(jsonOutput({ codes: found }))
    return EXIT.done
  }
  const columns = widthOf(world.stdout)
  const rows = found.map(({ code, meaning }) => [code, meaning])
  const all = wanted === undefined
  await world.stdout.write(
    all ? renderTable([{ title: 'CODE' }, { title: 'MEANING' }], rows, columns) : fitText(inFull(found[0]!), columns),
  )
  return EXIT.done
}

/** Every code of a failure or a finding, with what it means and what helps. */
export function explanations(): Explanation[] {
  const failures = Object.entries(ERROR_CODES).map(([code, { meaning, remedy }]) => ({
    code,
    meaning,
    remedy,
    exitCode: exitCodeOf(code as keyof typeof ERROR_CODES),
  }))
  const remedy = 'workflow configure validate shows the line and what to write instead.'
  const findings = Object.entries(DIAGNOSTIC_CODES).map(([code, meaning]) => ({ code, meaning, remedy }))
  return [...failures, ...findings]
}

/** False when no workflow has or can have that name. */
async function explainWorkflow(world: World, name: string, json: boolean): Promise<boolean> {
  if (name !== name.toLowerCase()) return false
  try {
    const engine = await openEngine(world)
    const situation = await situationOf(engine, name)
    const text = json
      ? jsonOutput({ workflow: situation.view, held: situation.held })
      : explainRun(situation, widthOf(world.stdout))
    await world.stdout.write(text)
    return true
  } catch (error) {
    if (isFailure(error, 'WORKFLOW_NOT_FOUND', 'USAGE')) return false
    throw error
  }
}

function inFull({ code, meaning, remedy, exitCode }: Explanation): string {
  const exit = exitCode === undefined ? '' : `  Exit:    ${exitCode} (${EXIT_MEANINGS[exitCode]!})\n`
  return `${code}\n  Meaning: ${meaning}\n  Remedy:  ${remedy}\n${exit}`
}

function nearHint(wanted: string): string {
  const near = explanations()
    .map(({ code }) => code)
    .filter((code) => code.includes(wanted) || wanted.includes(code))
  return near.length === 0
    ? 'All codes: workflow explain; all workflows: workflow list'
    : `Did you mean ${near.join(' or ')}?`
}
