import { jsonOutput } from '../json-output.ts'
import { convertConfig } from '../../config/convert.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { invalid, readConfigText, showDiagnostics } from './texts.ts'

/** `workflow configure convert`: the other form on stdout, what changes in meaning on stderr. `CONFIG_INVALID`. */
export const run: CommandRun = async (world, input) => {
  const { text, title } = await readConfigText(world, input.args[0])
  const { converted, diagnostics } = convertConfig(text)
  if (converted === undefined) {
    await showDiagnostics(world, diagnostics, title)
    throw invalid(title, 'it is not converted')
  }
  if (input.text('output') === 'json') {
    await world.stdout.write(jsonOutput(converted))
    return EXIT.done
  }
  await world.stdout.write(converted.text)
  const form = { page: 'the form of the documentation', newer: 'the newer upstream form' }[converted.to]
  const changes = converted.changes.map((change) => `  - ${change}\n`).join('')
  const head = changes === '' ? 'Nothing changes in meaning.\n' : `What changes:\n${changes}`
  await world.stderr.write(`Written in ${form}. ${head}`)
  return EXIT.done
}
