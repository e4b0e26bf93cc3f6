import { isFailure } from '../core/failure.ts'
import { CommandInput, type CommandRun, type CommandSpec, type NameSource, type OptionSpec } from './command.ts'
import { namesFor } from './completion-names.ts'
import { EXIT } from './exit-codes.ts'
import { inBash, readTypedLine } from './shell-words.ts'
import type { World } from './world.ts'

/** A store that is far away is not waited for longer: the prompt stands still meanwhile. */
const PATIENCE_MS = 2000

/**
 * `workflow complete` over these commands: the words that can come next, one a line. With `--line` they are taken from a line as
 * bash has it, and what is printed is what bash puts in the place of its own last word.
 */
export function completeAmong(specs: readonly CommandSpec[]): CommandRun {
  return async (world, input) => {
    const line = input.text('line')
    const typed = line === undefined ? { words: ['', ...input.args], quote: '' as const } : readTypedLine(line)
    const words = typed.words.slice(1)
    const current = words.at(-1) ?? ''
    const { found, prefix = '', before } = completions(specs, words)
    const named = typeof found === 'string' ? await namesInTime(found, world, before) : undefined
    const names = named?.map((name) => prefix + name) ?? (found as readonly string[])
    const fitting = names.filter((word) => word.startsWith(current))
    const shown = line === undefined ? fitting : fitting.map((word) => inBash(word, typed))
    await world.stdout.write(shown.map((word) => `${word}\n`).join(''))
    return EXIT.done
  }
}

/** No names rather than a failure: whoever completes a word wants to hear of nothing else. */
async function namesInTime(source: NameSource, world: World, before: CommandInput): Promise<readonly string[]> {
  const patience = new AbortController()
  const signal = AbortSignal.any([world.signal, patience.signal])
  const tooLate = world.clock.sleep(PATIENCE_MS, signal).then(
    () => [],
    () => [],
  )
  const names = namesFor(source, { ...world, signal }, before).catch((error: unknown) => {
    if (isFailure(error)) return []
    throw error
  })
  try {
    return await Promise.race([names, tooLate])
  } finally {
    patience.abort()
  }
}

/** What can come next, and what was given before it. */
export interface Completions {
  /** The words, or where their names are to be found. */
  readonly found: readonly string[] | NameSource
  /** Stands before each name of a source in the word: `--step=`. */
  readonly prefix?: string
  readonly before: CommandInput
}

/** What can come in the place of the last of `words`. Pure. */
export function completions(specs: readonly CommandSpec[], words: readonly string[]): Completions {
  const current = words.at(-1) ?? ''
  let level = specs
  let command: CommandSpec | undefined
  let pending: OptionSpec | undefined
  const positionals: string[] = []
  const options = new Map<string, unknown>()
  const give = (option: OptionSpec, value: string): void => {
    const key = camelCase(longName(option))
    const earlier = options.get(key)
    options.set(
      key,
      option.repeatable === true ? [...(Array.isArray(earlier) ? earlier.map(String) : []), value] : value,
    )
  }
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) {
      give(pending, word)
      pending = undefined
      continue
    }
    if (word.startsWith('-')) {
      const [name, value] = splitOption(word)
      const option = command?.options?.find(({ flags }) => flagsOf(flags).includes(name))
      if (option !== undefined && takesValue(option)) {
        if (value === undefined) pending = option
        else give(option, value)
      }
      continue
    }
    const next = level.find(({ name }) => name === word)
    if (next === undefined) {
      positionals.push(word)
    } else {
      command = next
      level = next.commands ?? []
    }
  }
  const before = new CommandInput(positionals, Object.fromEntries(options))
  const [name, value] = splitOption(current)
  const attached =
    value === undefined ? undefined : command?.options?.find(({ flags }) => flagsOf(flags).includes(name))
  const option = pending ?? attached
  if (option !== undefined) {
    const prefix = pending === undefined ? `${name}=` : ''
    return { found: option.choices?.map((choice) => prefix + choice) ?? option.names ?? [], prefix, before }
  }
  if (current.startsWith('-')) {
    const names = (command?.options ?? []).flatMap(({ flags }) => flagsOf(flags))
    return { found: [...names, '--help'].filter((flag) => flag.startsWith('--')), before }
  }
  if (level.length > 0) return { found: level.filter(({ hidden }) => hidden !== true).map((one) => one.name), before }
  const argument = command?.arguments?.[positionals.length]
  return { found: argument?.choices ?? argument?.names ?? [], before }
}

function splitOption(word: string): [name: string, value: string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function longName({ flags }: OptionSpec): string {
  return flagsOf(flags).at(-1)!.replace(/^-+/, '')
}

function camelCase(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function flagsOf(flags: string): string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('-'))
}

function takesValue({ flags }: OptionSpec): boolean {
  return flags.includes('<') || flags.includes('[')
}
