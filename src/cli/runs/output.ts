import { Failure, isFailure } from '../../core/failure.ts'
import { renderLogLine, type LogLine } from '../../report/log-line.ts'
import type { RunView } from '../../report/run-view.ts'
import type { CommandRun } from '../command.ts'
import { EXIT, interruptExitCode } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'
import { widthOf } from '../width.ts'
import { isOver } from './manners.ts'

const FOLLOW_MS = 500

/** `workflow output`: the log of a workflow, kept after its processes are gone. */
export const run: CommandRun = async (world, input) => {
  const engine = await openEngine(world)
  const tail = input.wholeNumber('tail')
  const json = input.text('output') === 'json'
  const columns = widthOf(world.stdout)
  let view = await engine.view(input.args[0])
  const wanted = stepFilter(view, input.text('step'))
  const show = (lines: readonly LogLine[]): Promise<void> =>
    world.stdout.write(
      lines
        .map((line) => (json ? `${JSON.stringify({ schemaVersion: 1, ...line })}\n` : renderLogLine(line, columns)))
        .join(''),
    )

  const first = await engine.log(view.name, 0)
  let next = first.length
  const lines = first.filter(wanted)
  await show(tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail)))
  if (!input.flag('follow')) return EXIT.done
  for (;;) {
    // The state first: what was written before the end is then shown before leaving.
    view = await engine.view(view.name)
    const more = await engine.log(view.name, next)
    next += more.length
    await show(more.filter(wanted))
    if (isOver(view)) return EXIT.done
    try {
      await world.clock.sleep(FOLLOW_MS, world.signal)
    } catch (error) {
      if (isFailure(error, 'ABORTED')) return interruptExitCode(world.signal)
      throw error
    }
  }
}

/** Lines of the steps whose id or title is `step`, in any case of letters. */
function stepFilter(view: RunView, step: string | undefined): (line: LogLine) => boolean {
  if (step === undefined) return () => true
  const wanted = step.toLowerCase()
  const ids = view.steps
    .filter(({ id, title, kind }) => [id, title, kind].some((word) => word.toLowerCase() === wanted))
    .map(({ id }) => id)
  if (ids.length > 0) return (line) => line.step !== undefined && ids.includes(line.step)
  throw new Failure('USAGE', `there are ${view.steps.map(({ id }) => id).join(', ')}`, {
    op: 'find',
    subject: `step '${step}' of workflow ${view.name}`,
  })
}
