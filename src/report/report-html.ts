import { counted, formatBytes, formatCount, formatDuration } from '../core/units.ts'
import { RebuildReport } from '../source/rebuild/rebuild-report.ts'
import { metadataLines } from './metadata-account.ts'
import type { DocumentTotals, Report, StepReport } from './report.ts'

/** The account of a run as a page that needs nothing but itself: no script, no font, no address of another place; pure. */
export function renderReportHtml(report: Report): string {
  const { name, phase, indices, differences, metadata, steps } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(name)}: ${escape(phase)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escape(name)}</h1>
${facts(report)}
<h2>Steps</h2>
${table(['Step', 'Result', 'Took', 'Summary'], steps.map(stepCells))}
${indices.length === 0 ? '' : `<h2>Documents</h2>\n${table(['Index', ...COUNTED], documentRows(report), 'number')}\n`}${section(
    'Rebuilt sources',
    indices.flatMap(({ name: index, rebuilt }) => {
      if (rebuilt === undefined) return []
      const sum = new RebuildReport()
      sum.add(rebuilt)
      return sum.lines(index)
    }),
  )}${section(
    'Differences',
    differences.map(({ index, what }) => `${index}: ${what}`),
  )}${section('Metadata', metadata === undefined ? [] : metadataLines(metadata))}${section('Failures', steps.flatMap(failureLines))}</body>
</html>
`
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f24; background: #fff }
table { border-collapse: collapse; width: 100%; margin-bottom: 1rem }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d7dce1; vertical-align: top }
.number { text-align: right; font-variant-numeric: tabular-nums }
dt { float: left; clear: left; width: 8rem; color: #57606a }
dd { margin: 0 0 0 8rem }
li { white-space: pre-wrap }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117 } th, td { border-color: #30363d } dt { color: #9da7b1 } }
`

const COUNTED = ['Read', 'Acknowledged', 'Rejected', 'Left alone', 'No source', 'Bytes']

function facts({ phase, startedAt, finishedAt, message, totals }: Report): string {
  const rows: (readonly [string, string])[] = [['Phase', phase]]
  if (startedAt !== undefined) rows.push(['Started', startedAt])
  if (startedAt !== undefined && finishedAt !== undefined) {
    rows.push(['Finished', `${finishedAt}, after ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`])
  }
  if (message !== undefined) rows.push(['Message', message])
  if (totals.read > 0) {
    rows.push(['Loaded', `${formatCount(totals.acknowledged)} of ${counted(totals.read, 'document')} read`])
  }
  return `<dl>\n${rows.map(([term, text]) => `<dt>${term}</dt><dd>${escape(text)}</dd>\n`).join('')}</dl>`
}

function stepCells({ title, phase, seconds, summary }: StepReport): string[] {
  return [
    title,
    phase,
    seconds === undefined ? '' : seconds === 0 ? '<1s' : formatDuration(seconds * 1000),
    summary ?? '',
  ]
}

function documentRows({ indices, totals }: Report): string[][] {
  const rows = indices.map((index) => [index.name, ...countCells(index)])
  return rows.length > 1 ? [...rows, ['total', ...countCells(totals)]] : rows
}

function countCells({ read, acknowledged, rejected, skipped, sourceless, bytes }: DocumentTotals): string[] {
  return [...[read, acknowledged, rejected, skipped, sourceless].map(formatCount), formatBytes(bytes)]
}

function failureLines({ title, failure }: StepReport): string[] {
  if (failure === undefined) return []
  const { code, message, hint } = failure
  return [`${title}: ${message}\nCode: ${code}${hint === undefined ? '' : `\nHint: ${hint}`}`]
}

/** All columns but the first have the class `cells`, where there is one. */
function table(titles: readonly string[], rows: readonly (readonly string[])[], cells?: string): string {
  const aligned = (column: number): string => (cells !== undefined && column >= 1 ? ` class="${cells}"` : '')
  const line = (tag: string, texts: readonly string[]): string =>
    `<tr>${texts.map((cell, n) => `<${tag}${aligned(n)}>${escape(cell)}</${tag}>`).join('')}</tr>\n`
  return `<table>\n${line('th', titles)}${rows.map((texts) => line('td', texts)).join('')}</table>`
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  return `<h2>${title}</h2>\n<ul>\n${lines.map((line) => `<li>${escape(line)}</li>\n`).join('')}</ul>\n`
}

/** Names and reasons come from clusters: nothing of them may become markup. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
