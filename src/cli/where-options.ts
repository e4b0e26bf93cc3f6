import type { CommandInput, OptionSpec } from './command.ts'
import type { Where } from './world.ts'

/** Where workflows are: options of every command that works with them. */
export const WHERE_OPTIONS: readonly OptionSpec[] = [
  { flags: '-f, --file <file>', description: 'use this configuration instead of the saved one' },
  {
    flags: '--engine <engine>',
    description: 'where workflows run (default: what the configuration says)',
    choices: ['local', 'argo'],
  },
]

/** What these options say in one call. */
export function whereOf(input: CommandInput): Where {
  const [file, engine] = [input.text('file'), input.text('engine')]
  return {
    ...(file === undefined ? {} : { file }),
    ...(engine === 'local' || engine === 'argo' ? { engine } : {}),
  }
}
