import { isFailure } from '../../core/failure.ts'
import { growingPause } from '../../core/growing-pause.ts'
import { formatDuration } from '../../core/units.ts'
import type { Engine } from '../../engine/engine.ts'
import type { RunView } from '../../report/run-view.ts'
import { progressLine } from '../../report/progress-line.ts'
import { EXIT, interruptExitCode } from '../exit-codes.ts'
import type { World } from '../world.ts'
import { exitCodeOfRun, isOver, nextCommands, suggest } from './manners.ts'

const MOST_PAUSE_MS = 1000
const TERMINAL_MS = 1000
const PIPE_MS = 10_000

/**
 * Waits for the end of a run with its progress on stderr: a line that is drawn anew every second on a terminal, a line every
 * ten seconds on a pipe. Returns the exit code of the run, 75 when `timeoutMs` is over, 130 or 143 when interrupted; in the
 * last three cases the workflow goes on.
 */
export async function waitForRun(
  world: World,
  engine: Pick<Engine, 'view'>,
  name: string,
  timeoutMs: number | undefined,
): Promise<number> {
  const { clock, stderr } = world
  const startedAt = clock.monotonic()
  const everyMs = stderr.isTty ? TERMINAL_MS : PIPE_MS
  let showAtMs = 0
  let drawn = false
  const endLine = async (): Promise<void> => {
    if (drawn) await stderr.write('\n')
    drawn = false
  }
  for (;;) {
    const view = await engine.view(name)
    if (isOver(view)) {
      await endLine()
      await stderr.write(ending(view))
      await suggest(world, nextCommands(view))
      return exitCodeOfRun(view)
    }
    if (view.phase === 'Waiting') {
      await endLine()
      await stderr.write(
        `Workflow ${name} waits for approval: ${titles(view)}. Let it go on with: workflow approve ${name}\n`,
      )
      return EXIT.approval
    }
    const elapsedMs = clock.monotonic() - startedAt
    if (elapsedMs >= showAtMs) {
      const line = progressLine(view, stderr.isTty ? stderr.columns - 1 : Infinity)
      await stderr.write(stderr.isTty ? `\r\u001b[2K${line}` : `${line}\n`)
      drawn = stderr.isTty
      showAtMs = (Math.floor(elapsedMs / everyMs) + 1) * everyMs
    }
    if (timeoutMs !== undefined && elapsedMs >= timeoutMs) {
      await endLine()
      await stderr.write(
        `Workflow ${name} has not ended after ${formatDuration(timeoutMs)} and goes on. Look at it with: workflow status ${name}\n`,
      )
      return EXIT.temporary
    }
    try {
      const leftMs = timeoutMs === undefined ? Infinity : timeoutMs - elapsedMs
      await clock.sleep(Math.min(growingPause(elapsedMs, MOST_PAUSE_MS), leftMs), world.signal)
    } catch (error) {
      if (!isFailure(error, 'ABORTED')) throw error
      await endLine()
      await stderr.write(`No longer waiting; workflow ${name} goes on. End it with: workflow stop ${name}\n`)
      return interruptExitCode(world.signal)
    }
  }
}

function titles(view: RunView): string {
  return view.steps
    .filter(({ phase }) => phase === 'Waiting')
    .map(({ title }) => title)
    .join(', ')
}

function ending(view: RunView): string {
  const failed = view.steps.find((step) => step.phase === 'Failed')
  const lines = [progressLine(view, Infinity)]
  if (view.message !== undefined) lines.push(`  ${view.message}`)
  if (failed?.failure !== undefined) {
    lines.push(`  Code: ${failed.failure.code}`)
    if (failed.failure.hint !== undefined) lines.push(`  Hint: ${failed.failure.hint}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}
