import { COMMANDS } from '../../../src/cli/commands.ts'
import { runProgram } from '../../../src/cli/program.ts'
import type { Output, World } from '../../../src/cli/world.ts'
import { VirtualClock } from '../blob/virtual-clock.ts'

/** A world without a terminal that remembers what was written. */
export interface FakeWorld extends World {
  readonly written: { readonly stdout: () => string; readonly stderr: () => string }
}

/** A world for commands in tests: time flies, chance is a constant, nothing is started. Any member may be replaced. */
export function fakeWorld(changes: Partial<World> = {}): FakeWorld {
  const stdout = rememberingOutput()
  const stderr = rememberingOutput()
  const refuse = (what: string) => (): Promise<never> => Promise.reject(new Error(`a test asked for ${what}`))
  return {
    stdout: stdout.output,
    stderr: stderr.output,
    stdin: pipe(''),
    env: {},
    cwd: process.cwd(),
    color: false,
    clock: new VirtualClock({ hurried: true }),
    random: { next: () => 0.5, hex: (bytes) => 'ab'.repeat(bytes) },
    signal: new AbortController().signal,
    version: '0.0.0-test',
    runInForeground: refuse('a program in the foreground'),
    startDetached: refuse('a detached program'),
    written: { stdout: stdout.text, stderr: stderr.text },
    ...changes,
  }
}

/** A standard input that is not a terminal. */
export function pipe(text: string): World['stdin'] {
  return { isTty: false, read: () => Promise.resolve(text), readHidden: () => Promise.reject(new Error('no terminal')) }
}

/** What a run of the program left behind. */
export interface ProgramRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** The code in the error message; undefined when there is none. */
  readonly code: string | undefined
}

/** Runs the program with these arguments in a fake world. */
export async function runCli(args: readonly string[], changes: Partial<World> = {}): Promise<ProgramRun> {
  const world = fakeWorld(changes)
  const exitCode = await runProgram(COMMANDS, args, world)
  const stderr = world.written.stderr()
  return { exitCode, stdout: world.written.stdout(), stderr, code: /^ {2}Code: (\w+)$/m.exec(stderr)?.[1] }
}

/** A stream that keeps what is written to it; a pipe unless it is told otherwise. */
export function rememberingOutput(terminal: { readonly isTty?: boolean; readonly columns?: number } = {}): {
  readonly output: Output
  readonly text: () => string
} {
  const chunks: Buffer[] = []
  return {
    output: {
      write: (chunk) => {
        chunks.push(Buffer.from(chunk as Uint8Array))
        return Promise.resolve()
      },
      isTty: false,
      columns: 80,
      ...terminal,
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}
