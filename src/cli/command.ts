import type { World } from './world.ts'
import { Failure } from '../core/failure.ts'

/** Where the names come from that complete a word in a shell. */
export type NameSource =
  'workflows' | 'steps' | 'credentials' | 'config-versions' | 'snapshots' | 'snapshot-indices' | 'codes'

/** One option of a command: `--repo <uri>` takes a value, `--load` does not. */
export interface OptionSpec {
  /** As commander writes it: `-o, --output <format>`. */
  readonly flags: string
  readonly description: string
  /** May be given several times. Default: false. */
  readonly repeatable?: boolean
  readonly choices?: readonly string[]
  /** What completes its value in a shell. Default: its choices, else names of files. */
  readonly names?: NameSource
  readonly defaultValue?: string
}

/** One positional argument; variadic ones come last. */
export interface ArgumentSpec {
  readonly name: string
  readonly description: string
  /** Default: false. */
  readonly required?: boolean
  /** Default: false. */
  readonly variadic?: boolean
  /** What completes it in a shell. Default: names of files. */
  readonly names?: NameSource
  /** Words that complete it in a shell. */
  readonly choices?: readonly string[]
}

/** The implementation of a command: typed input in, text through the world, an exit code out. Throws `Failure`. */
export type CommandRun = (world: World, input: CommandInput) => Promise<number>

/** A command as a value: what `--help` shows, and a loader that imports the implementation only when it runs. */
export interface CommandSpec {
  readonly name: string
  readonly summary: string
  /** Further paragraphs of `--help`. */
  readonly details?: string
  readonly arguments?: readonly ArgumentSpec[]
  readonly options?: readonly OptionSpec[]
  /** Exit codes beside 0, 1 and 2 that this command returns. */
  readonly exitCodes?: readonly number[]
  readonly examples?: readonly string[]
  /** Left out of the list of commands. Default: false. */
  readonly hidden?: boolean
  readonly load?: () => Promise<{ readonly run: CommandRun }>
  readonly commands?: readonly CommandSpec[]
}

/** The arguments and options of one call, already checked against the command's spec. */
export class CommandInput {
  readonly args: readonly string[]
  readonly #options: Readonly<Record<string, unknown>>

  constructor(args: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.args = args
    this.#options = options
  }

  /** The value of a text option by its camel-case name, undefined when it was not given. */
  text(name: string): string | undefined {
    const value = this.#options[name]
    return typeof value === 'string' ? value : undefined
  }

  /** The value of a text option that must be given; `USAGE` otherwise. */
  requiredText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw usage(`--${kebab(name)} is missing`)
    return value
  }

  /** True when a flag was given. */
  flag(name: string): boolean {
    return this.#options[name] === true
  }

  /** The values of a repeatable option, empty when it was not given. */
  list(name: string): readonly string[] {
    const value = this.#options[name]
    return Array.isArray(value) ? value.map(String) : []
  }

  /** The value of an option that must be a whole number of at least `least`; `USAGE` otherwise. */
  wholeNumber(name: string, least = 0): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = Number(value)
    if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < least) {
      throw usage(`--${kebab(name)} must be a whole number of at least ${least}, not '${value}'`)
    }
    return number
  }
}

/** A `USAGE` failure; the caller throws it. */
export function usage(detail: string): Failure {
  return new Failure('USAGE', detail, { op: 'read', subject: 'command line', hint: 'See --help of the command.' })
}

function kebab(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
