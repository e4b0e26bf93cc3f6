import { makeReport } from '../../report/report.ts'
import { renderReport } from '../../report/report-text.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'

/** `workflow report`: what a workflow did. */
export const run: CommandRun = async (world, input) => {
  const view = await (await openEngine(world)).view(input.args[0])
  const report = makeReport(view)
  const json = input.text('output') === 'json'
  await world.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report))
  return EXIT.done
}
