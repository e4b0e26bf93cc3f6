import type { World } from '../../../../src/cli/world.ts'
import { rememberingOutput } from '../world.ts'

/** A way in which output is looked at. */
export interface Mode {
  readonly name: string
  /** Columns of the terminal; undefined for a pipe. */
  readonly columns?: number
  readonly color: boolean
  readonly json?: boolean
}

/** Terminals whose size makes no sense; what is shown on them has to be shown all the same. */
export const ODD_MODES: readonly Mode[] = [0, 1, 19].map((columns) => ({
  name: `terminal of ${columns} columns`,
  columns,
  color: true,
}))

/** Every way. */
export const MODES: readonly Mode[] = [
  { name: 'terminal of 40 columns', columns: 40, color: true },
  { name: 'terminal of 80 columns', columns: 80, color: true },
  { name: 'terminal of 200 columns', columns: 200, color: true },
  { name: 'terminal without colour', columns: 80, color: false },
  { name: 'pipe', color: false },
  { name: 'json', color: false, json: true },
]

/** The streams of a mode, and what was written to each. */
export function streamsOf({ columns, color }: Mode): {
  readonly world: Pick<World, 'stdout' | 'stderr' | 'color'>
  readonly stdout: () => string
  readonly stderr: () => string
} {
  const terminal = columns === undefined ? {} : { isTty: true, columns }
  const [stdout, stderr] = [rememberingOutput(terminal), rememberingOutput(terminal)]
  return {
    world: { stdout: stdout.output, stderr: stderr.output, color },
    stdout: stdout.text,
    stderr: stderr.text,
  }
}
