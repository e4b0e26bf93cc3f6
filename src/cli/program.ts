import { Command, CommanderError, Option, type OutputConfiguration } from 'commander'
import { isFailure } from '../core/failure.ts'
import { CommandInput, type CommandSpec } from './command.ts'
import { EXIT, EXIT_MEANINGS, exitCodeOf, interruptExitCode } from './exit-codes.ts'
import { renderBug, renderFailure } from './render-failure.ts'
import type { World } from './world.ts'

/** Runs the program: parses the arguments, loads and runs one command, and returns the exit code. Never throws. */
export async function runProgram(
  specs: readonly CommandSpec[],
  argv: readonly string[],
  world: World,
): Promise<number> {
  let exitCode: number = EXIT.done
  const texts: { stream: 'stdout' | 'stderr'; text: string }[] = []
  const output: OutputConfiguration = {
    writeOut: (text) => texts.push({ stream: 'stdout', text }),
    writeErr: (text) => texts.push({ stream: 'stderr', text }),
    getOutHelpWidth: () => world.stdout.columns,
    getErrHelpWidth: () => world.stderr.columns,
  }
  const program = buildProgram(specs, world, output, async (spec, input) => {
    const { run } = await spec.load!()
    exitCode = await run(world, input)
  })
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
    } else if (isFailure(error)) {
      texts.push({ stream: 'stderr', text: renderFailure(error) })
      exitCode = error.code === 'ABORTED' ? interruptExitCode(world.signal) : exitCodeOf(error.code)
    } else {
      texts.push({ stream: 'stderr', text: renderBug(error) })
      exitCode = EXIT.failed
    }
  }
  for (const { stream, text } of texts) await world[stream].write(text)
  return exitCode
}

type Dispatch = (spec: CommandSpec, input: CommandInput) => Promise<void>

function buildProgram(
  specs: readonly CommandSpec[],
  world: World,
  output: OutputConfiguration,
  dispatch: Dispatch,
): Command {
  const program = new Command('workflow')
    .description('Moves the contents of an Elasticsearch or OpenSearch cluster into OpenSearch from a snapshot.')
    .version(world.version, '-V, --version')
  // Before the commands are added, which take it over.
  strict(program.configureOutput(output))
  for (const spec of specs) addCommand(program, spec, dispatch)
  return program
}

function addCommand(parent: Command, spec: CommandSpec, dispatch: Dispatch): void {
  const command = parent.command(spec.name, { hidden: spec.hidden === true }).summary(spec.summary)
  command.description(spec.details === undefined ? spec.summary : `${spec.summary}\n\n${spec.details}`)
  strict(command)
  for (const argument of spec.arguments ?? []) {
    const text = argument.variadic === true ? `${argument.name}...` : argument.name
    command.argument(argument.required === true ? `<${text}>` : `[${text}]`, argument.description)
  }
  for (const option of spec.options ?? []) {
    const commanderOption = new Option(option.flags, option.description)
    if (option.choices !== undefined) commanderOption.choices(option.choices)
    if (option.repeatable === true) commanderOption.argParser(collect)
    if (option.defaultValue !== undefined) commanderOption.default(option.defaultValue)
    command.addOption(commanderOption)
  }
  for (const child of spec.commands ?? []) addCommand(command, child, dispatch)
  command.addHelpText('after', () => helpTail(spec))
  // Without an action of its own, a group answers an unknown word with a suggestion and no word with its help.
  if (spec.load === undefined) return
  command.action(() => dispatch(spec, new CommandInput(command.args, command.opts())))
}

/** Shared manners: no exit of the process, suggestions, surplus arguments are errors. */
function strict(command: Command): void {
  command.exitOverride().showSuggestionAfterError().allowExcessArguments(false).helpCommand(false)
  command.helpOption('-h, --help', 'show this help')
}

function collect(value: string, previous: unknown): string[] {
  return [...(Array.isArray(previous) ? previous.map(String) : []), value]
}

function helpTail(spec: CommandSpec): string {
  let text = ''
  if (spec.examples !== undefined) text += `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}\n`
  if (spec.load !== undefined) {
    const codes = [...new Set([EXIT.done, EXIT.failed, EXIT.usage, ...(spec.exitCodes ?? [])])]
    text += `\nExit codes:\n${codes.map((code) => `  ${code.toString().padEnd(3)} ${EXIT_MEANINGS[code] ?? ''}`).join('\n')}\n`
  }
  return text
}
