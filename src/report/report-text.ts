import { fitText } from '../core/fit-text.ts'
import { counted, formatBytes, formatCount, formatWholeSeconds } from '../core/units.ts'
import { RebuildReport } from '../source/rebuild/rebuild-report.ts'
import { metadataLines } from './metadata-account.ts'
import type { DocumentTotals, IndexReport, Report } from './report.ts'
import { renderTable, type Column } from './table.ts'

/** The account of a run as people read it, in lines of at most `columns`; ends with a newline. */
export function renderReport(report: Report, columns: number = Infinity): string {
  const parts = [fitText(head(report), columns), renderTable(STEP_COLUMNS, report.steps.map(stepRow), columns)]
  if (report.indices.length > 0) {
    const rows = report.indices.map((index) => [index.name, ...countCells(index)])
    if (rows.length > 1) rows.push(['total', ...countCells(report.totals)])
    parts.push(renderTable(INDEX_COLUMNS, rows, columns))
  }
  const rebuilt = report.indices.flatMap(rebuiltLines)
  if (rebuilt.length > 0) parts.push(fitText(rebuilt.map((line) => `${line}\n`).join(''), columns))
  if (report.differences.length > 0) {
    const lines = report.differences.map(({ index, what }) => `  ${index}: ${what}\n`)
    parts.push(fitText(`Differences:\n${lines.join('')}`, columns))
  }
  const metadata = report.metadata === undefined ? [] : metadataLines(report.metadata)
  if (metadata.length > 0) {
    parts.push(fitText(`Metadata:\n${metadata.map((line) => `  ${line}\n`).join('')}`, columns))
  }
  const failures = report.steps.flatMap(({ title, failure }) => (failure === undefined ? [] : [{ title, ...failure }]))
  for (const { title, code, message, hint } of failures) {
    const advice = hint === undefined ? '' : `  Hint: ${hint}\n`
    parts.push(fitText(`${title}: ${message}\n  Code: ${code}\n${advice}`, columns))
  }
  return parts.join('\n')
}

const STEP_COLUMNS: readonly Column[] = [
  { title: 'STEP' },
  { title: 'RESULT' },
  { title: 'TOOK', align: 'right' },
  { title: 'SUMMARY' },
]

const INDEX_COLUMNS: readonly Column[] = [
  { title: 'INDEX' },
  ...['READ', 'ACKNOWLEDGED', 'REJECTED', 'LEFT ALONE', 'NO SOURCE', 'BYTES'].map((title) => ({
    title,
    align: 'right' as const,
  })),
]

function head({ name, phase, startedAt, finishedAt, message, totals }: Report): string {
  const lines = [`Workflow: ${name}`, `Phase:    ${phase}`]
  if (startedAt !== undefined) lines.push(`Started:  ${startedAt}`)
  if (startedAt !== undefined && finishedAt !== undefined) {
    const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000
    lines.push(`Finished: ${finishedAt}, after ${formatWholeSeconds(seconds)}`)
  }
  if (message !== undefined) lines.push(`Message:  ${message.split('\n', 1)[0]!}`)
  if (totals.read > 0) {
    lines.push(`Loaded:   ${formatCount(totals.acknowledged)} of ${counted(totals.read, 'document')} read`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** What the rebuilt sources of an index are worth, in the words of `workflow snapshot export`. */
function rebuiltLines({ name, rebuilt }: IndexReport): string[] {
  if (rebuilt === undefined) return []
  const sum = new RebuildReport()
  sum.add(rebuilt)
  const lines = sum.lines(name)
  if (rebuilt.resumed !== true) return lines
  return [
    ...lines,
    `  index ${JSON.stringify(name)} was loaded in several attempts: documents of earlier ones may be missing here`,
  ]
}

function stepRow({ title, phase, seconds, summary }: Report['steps'][number]): string[] {
  return [title, phase, took(seconds), summary ?? '']
}

function took(seconds: number | undefined): string {
  return seconds === undefined ? '-' : formatWholeSeconds(seconds)
}

function countCells({ read, acknowledged, rejected, skipped, sourceless, bytes }: DocumentTotals): string[] {
  return [...[read, acknowledged, rejected, skipped, sourceless].map(formatCount), formatBytes(bytes)]
}
