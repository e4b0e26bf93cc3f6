import { fitText, wrapWords } from '../core/fit-text.ts'
import { counted } from '../core/units.ts'
import type { Finding, FindingLevel } from '../doctor/finding.ts'

/** How findings are rendered. */
export interface FindingsTextOptions {
  readonly color: boolean
  /** Sentences are broken at this width. Default: not at all. */
  readonly columns?: number
}

const MARKS: Readonly<Record<FindingLevel, string>> = { ok: '✓', warning: '⚠', problem: '✗' }
const COLORS: Readonly<Record<FindingLevel, string>> = { ok: '32', warning: '33', problem: '31' }

/** Narrower than this, sentences begin under the name of their check. */
const BESIDE_COLUMNS = 72

/** Findings grouped by what they are about, with a remedy under each that is not ok, and the totals; ends with a newline. */
export function renderFindings(findings: readonly Finding[], options: FindingsTextOptions): string {
  const { columns = Infinity } = options
  const bySubject = new Map<string, Finding[]>()
  for (const finding of findings) bySubject.set(finding.subject, [...(bySubject.get(finding.subject) ?? []), finding])
  const width = Math.max(0, ...findings.map((finding) => finding.id.length))
  const groups = [...bySubject].map(([subject, found]) => {
    const lines = found.map((finding) => renderFinding(finding, width, options))
    return `${fitText(subject, columns)}\n${lines.join('')}`
  })
  return [...groups, `${fitText(summary(findings), columns)}\n`].join('\n')
}

function renderFinding(finding: Finding, width: number, { color, columns = Infinity }: FindingsTextOptions): string {
  const { id, level, message, remedy } = finding
  const mark = color ? `\u001b[${COLORS[level]}m${MARKS[level]}\u001b[0m` : MARKS[level]
  const beside = columns >= BESIDE_COLUMNS
  const further = ' '.repeat(beside ? width + 6 : 4)
  const head = beside ? `  ${mark} ${id.padEnd(width)}  ` : `  ${mark} ${id}\n${further}`
  const lines = [head + wrapWords(message, columns, { first: further, further }).slice(further.length)]
  if (remedy !== undefined) lines.push(wrapWords(remedy, columns, { first: `${further}→ `, further: `${further}  ` }))
  return lines.map((line) => `${line}\n`).join('')
}

function summary(findings: readonly Finding[]): string {
  const count = (level: FindingLevel): number => findings.filter((finding) => finding.level === level).length
  const [problems, warnings] = [count('problem'), count('warning')]
  const advice = problems === 0 ? '' : '; solve the problems before workflow submit'
  return `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}, ${count('ok')} ok${advice}`
}
