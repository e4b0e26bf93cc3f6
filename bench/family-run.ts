import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpuOf, type ChildRun } from './child-run.ts'

const LOOK_MS = 20

/**
 * Runs a program to its end with all processes that it starts, detached ones as well, and measures their CPU time by looking
 * every 20 ms, so that up to that much of each is missed. Throws what it printed when its exit code is not 0. Linux only.
 */
export async function familyRun(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildRun> {
  const started = performance.now()
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const family = new Map<number, number>([[child.pid!, 0]])
  const look = setInterval(() => {
    lookAt(family)
  }, LOOK_MS)
  const [out, err]: [string[], string[]] = [[], []]
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    const seconds = (performance.now() - started) / 1000
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${out.join('')}${err.join('')}`)
    lookAt(family)
    const cpuSeconds = [...family.values()].reduce((total, one) => total + one, 0)
    return { seconds, cpuSeconds, stdout: out.join('') }
  } finally {
    clearInterval(look)
  }
}

/** Notes the CPU seconds of every known process and adds the children that it has now. */
function lookAt(family: Map<number, number>): void {
  for (const pid of family.keys()) {
    const seconds = cpuOf(pid)
    if (seconds === undefined) continue
    family.set(pid, seconds)
    // A map that grows while it is walked through is walked to its new end.
    for (const child of childrenOf(pid)) if (!family.has(child)) family.set(child, 0)
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}
