import type { OptionSpec } from './command.ts'

/** The choice between text for people and JSON for programs, of every command that reads. */
export const OUTPUT_OPTION: OptionSpec = {
  flags: '-o, --output <format>',
  description: 'form of the result',
  choices: ['text', 'json'],
  defaultValue: 'text',
}
