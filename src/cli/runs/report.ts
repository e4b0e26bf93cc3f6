import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { makeReport } from '../../report/report.ts'
import { renderReportHtml } from '../../report/report-html.ts'
import { renderReport } from '../../report/report-text.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openEngine } from '../open-engine.ts'
import { outputFailure } from '../output-failure.ts'
import { widthOf } from '../width.ts'

/** `workflow report`: what a workflow did; with `--html` also as a page in a file. */
export const run: CommandRun = async (world, input) => {
  const view = await (await openEngine(world)).view(input.args[0])
  const report = makeReport(view)
  const html = input.text('html')
  if (html !== undefined) {
    const path = resolve(world.cwd, html)
    try {
      await writeFile(path, renderReportHtml(report))
    } catch (cause) {
      throw outputFailure(cause, path)
    }
  }
  const json = input.text('output') === 'json'
  await world.stdout.write(
    json ? `${JSON.stringify(report, undefined, 2)}\n` : renderReport(report, widthOf(world.stdout)),
  )
  return EXIT.done
}
