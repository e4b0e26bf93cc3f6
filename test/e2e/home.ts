import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunView } from '../../src/report/run-view.ts'
import { runProgram, type ProgramResult } from './program.ts'

/** A state folder with the calls that tests make in it. */
export interface Home {
  readonly path: string
  run(args: readonly string[], stdin?: string): Promise<ProgramResult>
  /** Saves a configuration; throws what the program says when it refuses it. */
  configure(text: string): Promise<void>
  view(): Promise<RunView>
  /** Looks at the run again and again until `wanted` holds; fails after five minutes. */
  until(wanted: (view: RunView) => boolean): Promise<RunView>
  /** Process id of the runner that works on the workflow; undefined when there is none. */
  runnerPid(name: string): number | undefined
}

/** Each look starts the program, which takes a fifth of a second of a processor from what is looked at. */
const LOOK_MS = 200

/** A state folder at `path`, which the program makes; `env` goes to every call. */
export function homeAt(path: string, env: Readonly<Record<string, string>> = {}): Home {
  const run: Home['run'] = (args, stdin) =>
    runProgram(args, { home: path, env, ...(stdin === undefined ? {} : { stdin }) })
  const view = async (): Promise<RunView> => {
    const { stdout } = await run(['status', '-o', 'json'])
    return JSON.parse(stdout) as RunView
  }
  return {
    path,
    run,
    view,
    configure: async (text) => {
      const { code, stderr } = await run(['configure', 'edit', '--stdin'], text)
      if (code !== 0) throw new Error(`configure edit ended with ${code}: ${stderr}`)
    },
    until: async (wanted) => {
      const giveUpAt = Date.now() + 300_000
      for (;;) {
        const seen = await view()
        if (wanted(seen)) return seen
        if (Date.now() > giveUpAt) throw new Error(`after five minutes: ${JSON.stringify(seen)}`)
        await delay(LOOK_MS)
      }
    },
    runnerPid: (name) => {
      const lock = join(path, 'workflows', name, 'lock')
      return existsSync(lock) ? (JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid : undefined
    },
  }
}
