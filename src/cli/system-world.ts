import type * as ChildProcesses from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { systemClock } from '../core/clock.ts'
import { Failure } from '../core/failure.ts'
import { systemRandom } from '../core/random.ts'
import { readHiddenLine } from './hidden-line.ts'
import { outputFailure } from './output-failure.ts'
import type { Output, World } from './world.ts'

declare const __VERSION__: string

/** The real world of this process: its streams, environment, signals and children. */
export function systemWorld(): World {
  const abort = new AbortController()
  const onSignal = (name: NodeJS.Signals): void => {
    // The first one asks for an orderly end, a second Ctrl-C ends now; both leave resumable state. Supervisors repeat SIGTERM
    // while they wait, and have SIGKILL for when they do not want to wait any more.
    if (abort.signal.aborted && name === 'SIGINT') process.exit(130)
    if (abort.signal.aborted) return
    abort.abort(new Failure('ABORTED', `interrupted by ${name}`, { op: 'run', subject: 'command' }))
  }
  // The SDK would print a notice about the age of this Node into whatever is being shown.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    stdout: streamOutput(process.stdout, 'standard output'),
    stderr: streamOutput(process.stderr, 'standard error'),
    stdin: { isTty: process.stdin.isTTY, read: readStdin, readHidden: readHiddenFromTerminal },
    env: process.env,
    cwd: process.cwd(),
    color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
    clock: systemClock,
    random: systemRandom,
    signal: abort.signal,
    version: typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source',
    runInForeground: async (command, args) => {
      const { spawn } = await childProcesses()
      return new Promise((resolve, reject) => {
        const child = spawn(command, args, { stdio: 'inherit' })
        child.once('error', reject)
        child.once('exit', (code) => resolve(code ?? 1))
      })
    },
    startDetached: async (args, logFile) => {
      const { spawn } = await childProcesses()
      return new Promise((resolve, reject) => {
        const log = openSync(logFile, 'a', 0o600)
        const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
          detached: true,
          stdio: ['ignore', log, log],
        })
        child.once('error', reject)
        child.once('spawn', () => {
          closeSync(log)
          child.unref()
          resolve(child.pid!)
        })
      })
    },
  }
}

/** Loaded by those who start a process, since most commands start none and answer sooner without it. */
function childProcesses(): Promise<typeof ChildProcesses> {
  return import('node:child_process')
}

function streamOutput(stream: NodeJS.WriteStream, name: string): Output {
  // A reader that goes away (`| head`) ends the program quietly, as other tools do; other errors reach whoever writes.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141)
  })
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        stream.write(chunk, (error) => {
          if (error) reject(outputFailure(error, name))
          else resolve()
        })
      }),
    isTty: stream.isTTY,
    // A terminal that nobody told its size has 0 columns.
    columns: stream.isTTY && stream.columns > 0 ? stream.columns : 80,
  }
}

async function readHiddenFromTerminal(): Promise<string> {
  const { stdin } = process
  stdin.setRawMode(true).setEncoding('utf8')
  try {
    return await readHiddenLine(stdin as AsyncIterable<string>)
  } finally {
    stdin.setRawMode(false).pause()
    process.stderr.write('\n')
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
