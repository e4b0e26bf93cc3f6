import type { CommandSpec } from './command.ts'
import { configureCommand } from './configure/spec.ts'
import { completeCommand, helpCommands } from './help-spec.ts'
import { planningCommands } from './planning/spec.ts'
import { hiddenRunCommands, runCommands } from './runs/spec.ts'
import { snapshotCommand } from './snapshot/spec.ts'

/** Every command of the program, in the order of `--help`. Specs are light: implementations load when they run. */
export const COMMANDS: readonly CommandSpec[] = [
  configureCommand,
  ...planningCommands,
  ...runCommands,
  snapshotCommand,
  ...helpCommands,
  ...hiddenRunCommands,
  completeCommand(() => COMMANDS),
]
