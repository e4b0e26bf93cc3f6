import { Command, CommanderError, Option, type OutputConfiguration } from 'commander'
import { isFailure } from '../core/failure.ts'
import { fitText, wrapWords } from '../core/fit-text.ts'
import { CommandInput, type CommandSpec } from './command.ts'
import { fittingHelp, flowing } from './help-layout.ts'
import { EXIT, EXIT_MEANINGS, exitCodeOf, interruptExitCode } from './exit-codes.ts'
import { renderBug, renderFailure } from './render-failure.ts'
import { whereOf } from './where-options.ts'
import { widthOf } from './width.ts'
import type { Output, World } from './world.ts'

/** Runs the program: parses the arguments, loads and runs one command, and returns the exit code. Never throws. */
export async function runProgram(
  specs: readonly CommandSpec[],
  argv: readonly string[],
  world: World,
): Promise<number> {
  const talking = withFittedConversation(world)
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
    exitCode = await run({ ...talking, where: whereOf(input) }, input)
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
  for (const { stream, text } of texts) await talking[stream].write(text)
  return exitCode
}

/** The same world, where sentences on stderr are broken between words at the width of a terminal. */
function withFittedConversation(world: World): World {
  const { stderr } = world
  const write: Output['write'] = (chunk) =>
    stderr.write(typeof chunk === 'string' ? fitText(chunk, widthOf(stderr)) : chunk)
  return { ...world, stderr: { isTty: stderr.isTty, columns: stderr.columns, write } }
}

const BEGINNING = `
Begin with:
  workflow configure sample --load
  workflow configure edit
  workflow doctor
  workflow submit --wait

workflow COMMAND --help has options, examples and exit codes of a command.
`

type Dispatch = (spec: CommandSpec, input: CommandInput) => Promise<void>

function buildProgram(
  specs: readonly CommandSpec[],
  world: World,
  output: OutputConfiguration,
  dispatch: Dispatch,
): Command {
  const program = new Command('workflow')
    .description('Moves the contents of an Elasticsearch or OpenSearch cluster into OpenSearch from a snapshot.')
    .version(world.version, '-V, --version', 'show the version')
    .addHelpText('after', () => fitText(BEGINNING, world.stdout.columns))
  // Before the commands are added, which take it over.
  strict(program.configureOutput(output).configureHelp(fittingHelp(world.stdout.columns)))
  for (const spec of specs) addCommand(program, spec, world.stdout.columns, dispatch)
  return program
}

function addCommand(parent: Command, spec: CommandSpec, columns: number, dispatch: Dispatch): void {
  const command = parent.command(spec.name, { hidden: spec.hidden === true }).summary(spec.summary)
  command.description(spec.details === undefined ? spec.summary : `${spec.summary}\n\n${flowing(spec.details)}`)
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
  for (const child of spec.commands ?? []) addCommand(command, child, columns, dispatch)
  command.addHelpText('after', () => helpTail(spec, columns))
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

function helpTail(spec: CommandSpec, columns: number): string {
  let text = ''
  if (spec.examples !== undefined) text += `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}\n`
  if (spec.load !== undefined) {
    const codes = [...new Set([EXIT.done, EXIT.failed, EXIT.usage, ...(spec.exitCodes ?? [])])].toSorted(
      (a, b) => a - b,
    )
    const lines = codes.map((code) => {
      const first = `  ${code.toString().padEnd(3)} `
      return `${wrapWords(meaningOf(code, spec), columns, { first, further: ' '.repeat(first.length) })}\n`
    })
    text += `\nExit codes:\n${lines.join('')}`
  }
  return text
}

/** Only some commands wait for a workflow. */
function meaningOf(code: number, { options }: CommandSpec): string {
  const meaning = EXIT_MEANINGS[code] ?? ''
  const waits = options?.some(({ flags }) => flags.startsWith('--timeout')) === true
  return code === EXIT.temporary && !waits ? meaning.split(';', 1)[0]! : meaning
}
