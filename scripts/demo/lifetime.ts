import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PARENT_POLL_MS = 1000

/** Ends a demo early with an exit code; its message is what the last line says. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The folder of one demo, and the promise that nothing of the demo outlives it. */
export interface Lifetime {
  readonly folder: string
  /** Fires on Ctrl-C, on SIGTERM and when the `make` that started the demo is gone; its reason is an {@link Interrupted}. */
  readonly signal: AbortSignal
  /** Ends every process that the demo started, and removes the folder unless it is to be kept; returns when that is done. */
  end(keepFolder: boolean): Promise<void>
}

/**
 * Makes the folder of a demo and starts its guard, a process that cleans up when this one ends in whatever way. Every process
 * started from now on inherits the mark by which the guard knows it, and keeps its temporary files in the folder.
 */
export function beginLifetime(): Lifetime {
  const folder = mkdtempSync(join(tmpdir(), 'backfill-demo-'))
  const guard = spawn(process.execPath, [fileURLToPath(new URL('guard.js', import.meta.url)), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guard.unref()
  process.env['BACKFILL_DEMO'] = folder
  process.env['TMPDIR'] = folder
  const abort = new AbortController()
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(name, () => abort.abort(new Interrupted(`ended by ${name}`, code)))
  }
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) abort.abort(new Interrupted('make is gone', 143))
  }, PARENT_POLL_MS).unref()
  return {
    folder,
    signal: abort.signal,
    end: async (keepFolder) => {
      guard.ref()
      guard.stdin.end(keepFolder ? 'keep' : '')
      if (guard.exitCode === null) await once(guard, 'exit')
    },
  }
}
