import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built program. */
export const PROGRAM = fileURLToPath(new URL('../../bin/workflow', import.meta.url))

/** How a call of the program ended, and all that it printed. */
export interface ProgramResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ProgramOptions {
  /** `WORKFLOW_HOME` of the call. */
  readonly home: string
  /** More variables of the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Text for the standard input, which is empty without it. */
  readonly stdin?: string
  /** Called once, with the process, when it has printed something. */
  readonly onStdout?: (child: ChildProcess) => void
}

/** Runs the built program to its end. */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...options.env, WORKFLOW_HOME: options.home },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(options.stdin ?? '')
  child.stdout.once('data', () => options.onStdout?.(child))
  const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)]
  const code = await ended(child)
  return { code, stdout: stdout(), stderr: stderr() }
}

/** Resolves when a child process has ended and its output is complete. */
async function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}
