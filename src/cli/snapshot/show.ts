import { EXIT } from '../exit-codes.ts'
import type { CommandRun } from '../command.ts'

export const run: CommandRun = () => Promise.resolve(EXIT.done)
