import type { CommandRun, CommandSpec, OptionSpec } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { openEngine } from './open-engine.ts'

/** `workflow complete` over these commands: the words that can come next, one a line. */
export function completeAmong(specs: readonly CommandSpec[]): CommandRun {
  return async (world, input) => {
    const found = completions(specs, input.args)
    const words = found === 'workflows' ? (await (await openEngine(world)).list()).map(({ name }) => name) : found
    const prefix = input.args.at(-1) ?? ''
    const fitting = words.filter((word) => word.startsWith(prefix))
    await world.stdout.write(fitting.map((word) => `${word}\n`).join(''))
    return EXIT.done
  }
}

/** What can come in the place of the last of `words`: `workflows` stands for the names of all workflows. Pure. */
export function completions(specs: readonly CommandSpec[], words: readonly string[]): readonly string[] | 'workflows' {
  const current = words.at(-1) ?? ''
  let level = specs
  let command: CommandSpec | undefined
  let positionals = 0
  let pending: OptionSpec | undefined
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) {
      pending = undefined
    } else if (word.startsWith('-')) {
      const option = command?.options?.find(({ flags }) => namesOf(flags).includes(word))
      if (option !== undefined && takesValue(option)) pending = option
    } else {
      const next = level.find(({ name }) => name === word)
      if (next === undefined) positionals++
      else {
        command = next
        level = next.commands ?? []
      }
    }
  }
  if (pending !== undefined) return pending.choices ?? []
  if (current.startsWith('-')) {
    return [...(command?.options ?? []).flatMap(({ flags }) => namesOf(flags)), '--help'].filter((name) =>
      name.startsWith('--'),
    )
  }
  if (level.length > 0) return level.filter(({ hidden }) => hidden !== true).map(({ name }) => name)
  const argument = command?.arguments?.[positionals]
  if (argument === undefined) return []
  if (argument.name === 'shell') return ['bash', 'zsh', 'fish']
  return argument.name === 'name' ? 'workflows' : []
}

function namesOf(flags: string): string[] {
  return flags.split(/[ ,]+/).filter((word) => word.startsWith('-'))
}

function takesValue({ flags }: OptionSpec): boolean {
  return flags.includes('<') || flags.includes('[')
}
