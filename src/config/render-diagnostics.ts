import type { Diagnostic } from './diagnostic.ts'

/** How findings are shown. */
export interface RenderOptions {
  /** What places begin with. Default: `configuration`. */
  readonly fileName?: string
  /** Marks code and caret with colours of the terminal. Default: false. */
  readonly color?: boolean
}

/** Findings as people read them: place, words, the line with a caret under it, and what to do; at the end how many there are. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  if (diagnostics.length === 0) return ''
  const blocks = diagnostics.map((diagnostic) => renderOne(diagnostic, options))
  return `${blocks.join('\n')}\n${summary(diagnostics)}\n`
}

function renderOne(diagnostic: Diagnostic, { fileName = 'configuration', color = false }: RenderOptions): string {
  const { severity, code, message, hint, line, column, endColumn = column + 1 } = diagnostic
  const paint = (text: string): string => {
    if (!color) return text
    return `\u001b[${severity === 'error' ? '31' : '33'}m${text}\u001b[0m`
  }
  const gutter = line.toString().padStart(5)
  const blank = ' '.repeat(gutter.length)
  // A tab would move the caret; shown as an arrow it takes one column and can be seen.
  const shown = diagnostic.sourceLine.replace(/\t/g, '→')
  const caret = `${' '.repeat(column - 1)}${paint('^'.repeat(Math.max(1, endColumn - column)))}`
  const lines = [
    `${fileName}:${line}:${column} ${paint(severity)} ${code}: ${message}`,
    `${gutter} | ${shown}`,
    `${blank} | ${caret}`,
  ]
  if (hint !== undefined) lines.push(`${blank}   ${hint}`)
  return `${lines.map((text) => text.trimEnd()).join('\n')}\n`
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length
  const warnings = diagnostics.length - errors
  const parts = []
  if (errors > 0) parts.push(errors === 1 ? '1 error' : `${errors} errors`)
  if (warnings > 0) parts.push(warnings === 1 ? '1 warning' : `${warnings} warnings`)
  return parts.join(', ')
}
