import { DIAGNOSTIC_CODES } from '../config/diagnostic.ts'
import { ERROR_CODES, type ErrorCode } from '../core/error-codes.ts'
import { isFailure } from '../core/failure.ts'
import { renderTable } from '../report/table.ts'
import type { CommandRun } from './command.ts'
import { EXIT, EXIT_MEANINGS, exitCodeOf } from './exit-codes.ts'
import { explainRun } from './explain-run.ts'
import { openEngine } from './open-engine.ts'
import type { World } from './world.ts'

/** `workflow explain`: what a code means and what usually helps, or why a workflow is where it is. Codes are capitals, names are not. */
export const run: CommandRun = async (world, input) => {
  const subject = input.args[0]
  const code = subject?.toUpperCase()
  if (code === undefined) {
    const rows = Object.entries({ ...meanings(), ...DIAGNOSTIC_CODES })
    await world.stdout.write(renderTable([{ title: 'CODE' }, { title: 'MEANING' }], rows))
    return EXIT.done
  }
  if (Object.hasOwn(ERROR_CODES, code)) {
    const { meaning, remedy } = ERROR_CODES[code as ErrorCode]
    const exit = exitCodeOf(code as ErrorCode)
    await world.stdout.write(
      `${code}\n  Meaning: ${meaning}\n  Remedy:  ${remedy}\n  Exit:    ${exit} (${EXIT_MEANINGS[exit]!})\n`,
    )
    return EXIT.done
  }
  if (Object.hasOwn(DIAGNOSTIC_CODES, code)) {
    const meaning = DIAGNOSTIC_CODES[code as keyof typeof DIAGNOSTIC_CODES]
    await world.stdout.write(
      `${code}\n  Meaning: ${meaning}\n  Remedy:  workflow configure validate shows the line and what to write instead.\n`,
    )
    return EXIT.done
  }
  if (await explainWorkflow(world, subject!)) return EXIT.done
  const known = [...Object.keys(ERROR_CODES), ...Object.keys(DIAGNOSTIC_CODES)]
  const near = known.filter((name) => name.includes(code) || code.includes(name))
  const hint =
    near.length === 0
      ? 'All codes: workflow explain; all workflows: workflow list'
      : `Did you mean ${near.join(' or ')}?`
  await world.stderr.write(`Error: there is no code or workflow ${subject!}\n  Hint: ${hint}\n`)
  return EXIT.notFound
}

/** False when no workflow has or can have that name. */
async function explainWorkflow(world: World, name: string): Promise<boolean> {
  if (name !== name.toLowerCase()) return false
  try {
    await world.stdout.write(await explainRun(await openEngine(world), name))
    return true
  } catch (error) {
    if (isFailure(error, 'WORKFLOW_NOT_FOUND', 'USAGE')) return false
    throw error
  }
}

function meanings(): Record<string, string> {
  return Object.fromEntries(Object.entries(ERROR_CODES).map(([code, { meaning }]) => [code, meaning]))
}
