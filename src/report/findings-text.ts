import type { Finding, FindingLevel } from '../doctor/finding.ts'

/** How findings are rendered. */
export interface FindingsTextOptions {
  readonly color: boolean
}

const MARKS: Readonly<Record<FindingLevel, string>> = { ok: '✓', warning: '⚠', problem: '✗' }
const COLORS: Readonly<Record<FindingLevel, string>> = { ok: '32', warning: '33', problem: '31' }

/** Findings grouped by what they are about, with a remedy under each that is not ok, and the totals; ends with a newline. */
export function renderFindings(findings: readonly Finding[], { color }: FindingsTextOptions): string {
  const bySubject = new Map<string, Finding[]>()
  for (const finding of findings) bySubject.set(finding.subject, [...(bySubject.get(finding.subject) ?? []), finding])
  const width = Math.max(0, ...findings.map((finding) => finding.id.length))
  const groups = [...bySubject].map(([subject, found]) => {
    const lines = found.map((finding) => renderFinding(finding, width, color))
    return `${subject}\n${lines.join('')}`
  })
  return [...groups, `${summary(findings)}\n`].join('\n')
}

function renderFinding({ id, level, message, remedy }: Finding, width: number, color: boolean): string {
  const mark = color ? `\u001b[${COLORS[level]}m${MARKS[level]}\u001b[0m` : MARKS[level]
  const line = `  ${mark} ${id.padEnd(width)}  ${message}\n`
  return remedy === undefined ? line : `${line}${' '.repeat(width + 6)}→ ${remedy}\n`
}

function summary(findings: readonly Finding[]): string {
  const count = (level: FindingLevel): number => findings.filter((finding) => finding.level === level).length
  const [problems, warnings] = [count('problem'), count('warning')]
  const text = (value: number, one: string): string => `${value} ${one}${value === 1 ? '' : 's'}`
  const advice = problems === 0 ? '' : '; solve the problems before workflow submit'
  return `${text(problems, 'problem')}, ${text(warnings, 'warning')}, ${count('ok')} ok${advice}`
}
