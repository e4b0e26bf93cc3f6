import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'

/** A program that ends when its parent does. */
export interface TetheredProcess {
  /** Process id of the shell that holds the program. */
  readonly pid: number
  /** True until the program has ended. */
  readonly alive: () => boolean
  /** The last lines of what it printed. */
  readonly lastLines: () => string[]
  /** Ends the program and waits for that. */
  readonly stop: () => Promise<void>
}

/**
 * A shell that runs the program in its arguments and kills it at the end of its own input, which is a pipe of the parent:
 * when the parent ends, however it ends, the pipe closes.
 */
const TETHER = `
exec 3<&0
"$@" </dev/null 3<&- &
program=$!
( read -r _ <&3; kill -9 "$program" 2>/dev/null ) &
watcher=$!
wait "$program"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`

/** Starts a program on a tether; what it prints goes to `logFile`. */
export function startTethered(
  command: string,
  args: readonly string[],
  logFile: string,
  env: NodeJS.ProcessEnv = {},
): TetheredProcess {
  const log = openSync(logFile, 'w')
  const child = spawn('sh', ['-c', TETHER, 'tether', command, ...args], {
    stdio: ['pipe', log, log],
    env: { ...process.env, ...env },
  })
  closeSync(log)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  return {
    pid: child.pid ?? -1,
    alive: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    lastLines: () => readFileSync(logFile, 'utf8').trim().split('\n').slice(-15),
    stop: async () => {
      child.stdin?.end()
      await ended
    },
  }
}
