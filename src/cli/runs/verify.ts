import { jsonOutput } from '../json-output.ts'
import { fitText } from '../../core/fit-text.ts'
import { formatCount } from '../../core/units.ts'
import { verifyRun, type VerifiedGroup } from '../../engine/run/verify-run.ts'
import { renderTable } from '../../report/table.ts'
import { usage, type CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { widthOf } from '../width.ts'
import type { World } from '../world.ts'
import { withRun } from './with-run.ts'

const COUNT = { align: 'right' as const }
const COUNT_COLUMNS = [
  { title: 'INDEX' },
  { title: 'IN SNAPSHOT', ...COUNT },
  { title: 'EXPECTED', ...COUNT },
  { title: 'IN TARGET', ...COUNT },
  { title: 'RESULT' },
]
const COMPARISON_COLUMNS = [
  { title: 'INDEX' },
  { title: 'LEVEL' },
  ...['COMPARED', 'SAME', 'MISSING', 'DIFFERENT', 'LEFT OUT', 'KEPT', 'EXTRA'].map((title) => ({ title, ...COUNT })),
]

/** `workflow verify`: compares snapshot and target once more; exit 4 when something does not add up. */
export const run: CommandRun = (world, input) =>
  withRun(world, input.args[0], async (record, clusters) => {
    const { clock, random, signal } = world
    const groups = await verifyRun(record, levelOf(input.text('level')), {
      clock,
      random,
      signal,
      clusters,
      onProgress: progressOf(world),
    })
    if (world.stderr.isTty) await world.stderr.write('\r\u001b[2K')
    const result = {
      name: record.name,
      groups: groups.map(({ group, level, output }) => ({ group, level, result: output.result, ...output.data })),
    }
    const json = input.text('output') === 'json'
    await world.stdout.write(json ? jsonOutput(result) : asText(groups, widthOf(world.stdout)))
    return groups.some(({ output }) => output.result === 'differences') ? EXIT.differences : EXIT.done
  })

function levelOf(text: string | undefined): 'counts' | 'sample' | 'full' | undefined {
  if (text === undefined || text === 'counts' || text === 'sample' || text === 'full') return text
  throw usage(`--level is counts, sample or full, not '${text}'`)
}

/** Progress is for people: a line that is drawn anew. */
function progressOf(world: World): (message: string) => void {
  return (message) => {
    if (world.stderr.isTty) void world.stderr.write(`\r\u001b[2K${message}`)
  }
}

function asText(groups: readonly VerifiedGroup[], columns: number): string {
  const data = groups.map(({ output }) => output.data)
  const differing = new Set(data.flatMap(({ differences }) => differences.map(({ index }) => index)))
  const counts = data.flatMap(({ accounts }) =>
    accounts.map(({ index, inSnapshot, acknowledged, skipped, inTarget }) => [
      index,
      ...[inSnapshot, acknowledged + skipped, inTarget].map(formatCount),
      differing.has(index) ? 'differences' : 'ok',
    ]),
  )
  const comparisons = data.flatMap(({ comparisons: own = [] }) =>
    own.map(({ index, level, compared, same, missing, different, leftOut, kept, extra }) => [
      index,
      level,
      ...[compared, same, missing, different, leftOut, kept].map(formatCount),
      extra === undefined ? '-' : formatCount(extra),
    ]),
  )
  const parts = [renderTable(COUNT_COLUMNS, counts, columns)]
  if (comparisons.length > 0) parts.push(renderTable(COMPARISON_COLUMNS, comparisons, columns))
  const differences = data.flatMap((group) => group.differences)
  if (differences.length > 0) {
    const lines = differences.map(({ index, what }) => `  ${index}: ${what}\n`)
    parts.push(fitText(`Differences:\n${lines.join('')}`, columns))
  }
  return parts.join('\n')
}
