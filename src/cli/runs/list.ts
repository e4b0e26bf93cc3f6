import { jsonOutput } from '../json-output.ts'
import { formatWholeSeconds } from '../../core/units.ts'
import type { RunView } from '../../report/run-view.ts'
import { renderTable } from '../../report/table.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'
import { widthOf } from '../width.ts'

/** `workflow list`: all workflows, newest first. */
export const run: CommandRun = async (world, input) => {
  const views = await (await openEngine(world)).list()
  if (input.text('output') === 'json') {
    const workflows = views.map(({ steps: _steps, schemaVersion: _version, ...rest }) => rest)
    await world.stdout.write(jsonOutput({ workflows }))
    return EXIT.done
  }
  if (views.length === 0) {
    await world.stderr.write('There are no workflows. Start one with: workflow submit\n')
    return EXIT.done
  }
  const rows = views.map((view) => [view.name, view.phase, view.submittedAt, took(view, world.clock.now())])
  const columns = [{ title: 'WORKFLOW' }, { title: 'PHASE' }, { title: 'SUBMITTED' }]
  await world.stdout.write(renderTable([...columns, { title: 'TOOK', align: 'right' }], rows, widthOf(world.stdout)))
  return EXIT.done
}

function took({ startedAt, finishedAt, alive }: RunView, now: number): string {
  if (startedAt === undefined || (finishedAt === undefined && !alive)) return '-'
  const end = finishedAt === undefined ? now : Date.parse(finishedAt)
  return formatWholeSeconds(Math.round((end - Date.parse(startedAt)) / 1000))
}
