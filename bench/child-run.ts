import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What one process took from its start to its end. */
export interface ChildRun {
  readonly seconds: number
  /** User and system time, with that of the processes it has waited for. */
  readonly cpuSeconds: number
  readonly stdout: string
}

/** Ticks a second in the files of /proc, the same on every Linux. */
const TICKS = 100
const MAX_OUTPUT = 256 * 1024 * 1024

/** Runs a program to its end and measures it; throws what it printed when its exit code is not 0. Linux only. */
export function childRun(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildRun {
  const [started, cpuBefore] = [performance.now(), cpuOfChildren()]
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT,
  })
  const seconds = (performance.now() - started) / 1000
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
  return { seconds, cpuSeconds: cpuOfChildren() - cpuBefore, stdout }
}

/** CPU seconds of a living process, all threads; undefined when it is gone. */
export function cpuOf(pid: number): number | undefined {
  try {
    const [user, system] = statFields(String(pid)).slice(11, 13)
    return (Number(user) + Number(system)) / TICKS
  } catch {
    return undefined
  }
}

/** CPU seconds of the children of this process that have ended. */
function cpuOfChildren(): number {
  const [user, system] = statFields('self').slice(13, 15)
  return (Number(user) + Number(system)) / TICKS
}

/** The fields of /proc/PID/stat from the third on, which follows the name in brackets. */
function statFields(pid: string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
