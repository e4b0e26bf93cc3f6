import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'

/** A stream that a command writes to. */
export interface Output {
  /** Resolves when the text or bytes are taken; waits while the reader is slower. */
  write(chunk: string | Uint8Array): Promise<void>
  readonly isTty: boolean
  /** Width in columns; 80 when not a terminal. */
  readonly columns: number
}

/** Options that every command has which works with workflows. */
export interface Where {
  /** `--engine`: before what the configuration and the environment say. */
  readonly engine?: 'local' | 'argo'
  /** `--file`: the configuration that is used instead of the saved one. */
  readonly file?: string
}

/** Everything a command may touch; tests pass a fake one. No command reads `process` itself. */
export interface World {
  /** The result. */
  readonly stdout: Output
  /** The conversation: progress, warnings, hints, errors. */
  readonly stderr: Output
  readonly stdin: {
    readonly isTty: boolean
    read(): Promise<string>
    /** A line from a terminal that shows nothing of what is typed. */
    readHidden(): Promise<string>
  }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** What the options of a command that works with workflows say of where they are. */
  readonly where?: Where
  /** True when colours may be used on stdout. */
  readonly color: boolean
  readonly clock: Clock
  readonly random: Random
  /** Fires on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  readonly version: string
  /** Runs a program in the foreground with this terminal, such as the user's editor; resolves to its exit code. */
  runInForeground(command: string, args: readonly string[]): Promise<number>
  /** Starts this program detached with the given arguments; resolves to its process id. */
  startDetached(args: readonly string[], logFile: string): Promise<number>
}
