import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const GIVE_UP_MS = 300_000
const ENDING_MS = 60_000

/** A process that a demo started, or `make` itself. */
interface DemoProcess {
  readonly pid: number
  readonly command: string
}

/** A demo that runs as `make demo` runs it, with the program that is built already. */
interface RunningDemo {
  readonly make: number
  printed(): string
  /** What the runner of its workflow has recorded so far. */
  journal(): string
  processes(): DemoProcess[]
}

describe('a demo that is killed leaves no process and no folder behind', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-demo-'))
  afterAll(() => rmSync(work, { recursive: true, force: true }))

  test('make, while the clusters boot', async () => {
    const left = await killed(work, async (demo) => {
      await until(demo, () => javas(demo).length === 2)
      return demo.make
    })
    expect(left).toEqual({ processes: [], folders: [] })
  })

  test('the demo itself, while documents are loaded', async () => {
    const left = await killed(work, async (demo) => {
      // What is printed comes a second late, when a quick machine has loaded everything.
      await until(demo, () => /"step-started","step":"[^"]*restore-documents"/.test(demo.journal()))
      const running = demo.processes()
      // Two servers, the runner of the workflow, and the command that waits for it.
      expect(javas(demo)).toHaveLength(2)
      expect(running.filter(({ command }) => / runner /.test(command))).toHaveLength(1)
      return running.find(({ command }) => command.endsWith('scripts/demo.ts'))!.pid
    })
    expect(left).toEqual({ processes: [], folders: [] })
  })
})

/** Starts a demo, kills the process that `choose` names with SIGKILL, and returns what is left when nothing more ends. */
async function killed(
  work: string,
  choose: (demo: RunningDemo) => Promise<number>,
): Promise<{ readonly processes: readonly string[]; readonly folders: readonly string[] }> {
  const folder = mkdtempSync(join(work, 'run-'))
  const demo = start(folder)
  try {
    process.kill(await choose(demo), 'SIGKILL')
    const giveUpAt = Date.now() + ENDING_MS
    while (demo.processes().length > 0 && Date.now() < giveUpAt) await delay(100)
    return {
      processes: demo.processes().map(({ command }) => command),
      folders: readdirSync(folder).filter((name) => name.startsWith('backfill-demo-')),
    }
  } finally {
    for (const { pid } of demo.processes()) process.kill(pid, 'SIGKILL')
  }
}

/** The last line of the demo's recipe, since the lines before it build the program that other tests are using. */
function start(folder: string): RunningDemo {
  const recipe = /^demo:\n(?:\t.*\n)*(\t.*demo\.ts)\n/m.exec(readFileSync(join(ROOT, 'Makefile'), 'utf8'))?.[1]
  const makefile = join(folder, 'Makefile')
  writeFileSync(makefile, `demo:\n${recipe!}\n`)
  // Every process of the demo inherits this mark, whatever becomes of its parent.
  const env = { ...process.env, TMPDIR: folder, KILLED_DEMO: folder }
  const child = spawn('make', ['--no-print-directory', '-f', makefile, 'demo'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return {
    make: child.pid!,
    printed: () => Buffer.concat(chunks).toString('utf8'),
    journal: () => journalsIn(folder),
    processes: () => processesWith(`KILLED_DEMO=${folder}`),
  }
}

async function until(demo: RunningDemo, wanted: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_MS
  while (!wanted()) {
    if (Date.now() > giveUpAt || demo.processes().length === 0) throw new Error(`the demo said ${demo.printed()}`)
    await delay(50)
  }
}

/** The journals of all workflows of the demo that has this temporary folder. */
function journalsIn(folder: string): string {
  const homes = readdirSync(folder).map((name) => join(folder, name, 'workflow-home/workflows'))
  const workflows = homes.filter(existsSync).flatMap((home) => readdirSync(home).map((name) => join(home, name)))
  const journals = workflows.map((workflow) => join(workflow, 'journal')).filter(existsSync)
  return journals.map((file) => readFileSync(file, 'utf8')).join('')
}

function javas(demo: RunningDemo): DemoProcess[] {
  return demo.processes().filter(({ command }) => /^\S*java /.test(command))
}

/** Living processes with this entry in their environment. */
function processesWith(entry: string): DemoProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const has = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(entry)
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      // One that has ended and was not waited for has no command line any more.
      return has && command !== '' ? [{ pid: Number(name), command }] : []
    } catch {
      return [] // ended meanwhile, or of another user
    }
  })
}
