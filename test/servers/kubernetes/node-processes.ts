import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BootError } from '../messages.ts'
import { insideNetwork } from './network.ts'
import { type NodeLayout, nodePaths } from './node-layout.ts'

const POLL_MS = 200
const LAST_LINES = 15

/** The processes of a node, each with its id in a file, so that whoever comes later can end what was left. */
export class NodeProcesses {
  readonly #layout: NodeLayout

  constructor(layout: NodeLayout) {
    this.#layout = layout
    mkdirSync(this.#ids, { recursive: true })
    mkdirSync(nodePaths(layout).logs, { recursive: true })
  }

  /** Starts a program inside the network of the node. */
  start(name: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const log = openSync(this.#log(name), 'a')
    const [program, ...args] = insideNetwork(this.#layout, command)
    const child = spawn(program!, args, {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    })
    child.on('error', () => undefined) // `until` finds that it is not there, with the log.
    child.unref()
    closeSync(log)
    writeFileSync(join(this.#ids, name), `${child.pid ?? 0} ${startTime(child.pid ?? 0) ?? ''}`)
  }

  /** Waits until a condition holds; `BootError` with the last lines of the program's log when it ends or takes too long. */
  async until(name: string, seconds: number, condition: () => boolean | Promise<boolean>): Promise<void> {
    const giveUpAt = Date.now() + seconds * 1000
    while (!(await condition())) {
      const ended = this.#live(name) === undefined
      if (ended || Date.now() > giveUpAt) {
        const what = ended ? 'has ended' : `is not ready after ${seconds} s`
        throw new BootError(
          `boot Kubernetes: ${name} ${what}. Log: ${this.#log(name)}, its last lines:\n${this.#tail(name)}`,
        )
      }
      await delay(POLL_MS)
    }
  }

  /** Names of programs that should run and do not. */
  ended(): string[] {
    return readdirSync(this.#ids).filter((name) => this.#live(name) === undefined)
  }

  /** Ends programs: asks, then kills after `graceMs`; returns when they are gone. */
  async stop(names: readonly string[], graceMs = 8000): Promise<void> {
    const killAt = Date.now() + graceMs
    for (const name of names) signal(this.#live(name), 'SIGTERM')
    while (names.some((name) => this.#live(name) !== undefined)) {
      if (Date.now() > killAt) for (const name of names) signal(this.#live(name), 'SIGKILL')
      await delay(50)
    }
    for (const name of names) rmSync(join(this.#ids, name), { force: true })
  }

  get #ids(): string {
    return join(this.#layout.folder, 'pids')
  }

  #log(name: string): string {
    return join(nodePaths(this.#layout).logs, `${name}.log`)
  }

  #tail(name: string): string {
    return readFileSync(this.#log(name), 'utf8').trimEnd().split('\n').slice(-LAST_LINES).join('\n')
  }

  /** The process id, if that process is still the one that was started. */
  #live(name: string): number | undefined {
    let text: string
    try {
      text = readFileSync(join(this.#ids, name), 'utf8')
    } catch {
      return undefined
    }
    const [pid, started] = text.split(' ')
    return started !== '' && startTime(Number(pid)) === started ? Number(pid) : undefined
  }
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** When a process began, in ticks since the machine did: with the id it names one process for ever. Undefined for a zombie. */
export function startTime(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
