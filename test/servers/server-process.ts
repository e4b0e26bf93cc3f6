import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

const GRACE_MS = 30_000
const LAST_LINES = 40

export interface ProcessOptions {
  readonly cwd: string
  readonly logFile: string
  /** The settings: `key=value` lines that the launcher reads from its standard input. */
  readonly settings: readonly string[]
}

/**
 * A running Java server. It lives as long as the pipe to its standard input: `stop` closes the pipe, and so does the kernel
 * when this process dies, however that happens.
 */
export interface ServerProcess {
  readonly pid: number
  /** How the process ended, such as `exit code 1`; undefined while it runs. */
  ended(): string | undefined
  /** The last lines of the log. */
  log(): string[]
  /** Asks the server to end, kills its process group after half a minute, and waits. May be called again. */
  stop(): Promise<void>
  /** Ends the process group at once, without waiting. */
  kill(): void
}

/** Starts Java in a process group of its own, so that Ctrl-C in a terminal reaches only the test process. */
export function startProcess(java: string, args: readonly string[], options: ProcessOptions): ServerProcess {
  const log = openSync(options.logFile, 'a')
  const child = spawn(java, args, {
    cwd: options.cwd,
    detached: true,
    env: cleanEnvironment(process.env),
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  const input = child.stdin
  if (input === null) throw new Error('a child with a piped standard input has one')
  let ended: string | undefined
  const exit = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended ??= error.message
      resolve()
    })
    child.once('exit', (code, signal) => {
      ended ??= signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`
      resolve()
    })
  })
  input.on('error', () => undefined) // a server that ended first; `ended` tells
  input.write(`${options.settings.join('\n')}\n\n`)
  return {
    pid: child.pid ?? 0,
    ended: () => ended,
    log: () => lastLines(options.logFile),
    kill: () => {
      if (ended === undefined) killGroup(child)
    },
    stop: async () => {
      input.end()
      const giveUp = new AbortController()
      await Promise.race([
        exit,
        delay(GRACE_MS, undefined, { signal: giveUp.signal, ref: false }).catch(() => undefined),
      ])
      giveUp.abort()
      if (ended === undefined) killGroup(child)
      await exit
    },
  }
}

function lastLines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LAST_LINES) : []
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Without the variables by which Java and the servers take options of their own. */
function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const dropped = /^(ES_|OPENSEARCH_|JAVA_TOOL_OPTIONS$|JDK_JAVA_OPTIONS$|_JAVA_OPTIONS$|CLASSPATH$)/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !dropped.test(name)))
}
