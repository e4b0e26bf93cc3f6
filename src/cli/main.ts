import { COMMANDS } from './commands.ts'
import { runProgram } from './program.ts'
import { systemWorld } from './system-world.ts'

process.exitCode = await runProgram(COMMANDS, process.argv.slice(2), systemWorld())
