import { jsonOutput } from '../json-output.ts'
import { hasErrors } from '../../config/diagnostic.ts'
import { loadConfig } from '../../config/load.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { readConfigText, showDiagnostics } from './texts.ts'

/** `workflow configure validate`: every finding in a configuration; exit code 2 when one is an error. */
export const run: CommandRun = async (world, input) => {
  const { text, title } = await readConfigText(world, input.args[0])
  const { diagnostics } = loadConfig(text)
  const valid = !hasErrors(diagnostics)
  if (input.text('output') === 'json') {
    await world.stdout.write(jsonOutput({ valid, diagnostics }))
  } else {
    await showDiagnostics(world, diagnostics, title)
    if (valid) await world.stdout.write(`${title} is valid\n`)
  }
  return valid ? EXIT.done : EXIT.usage
}
