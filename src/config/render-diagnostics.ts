import { wrapWords } from '../core/fit-text.ts'
import { counted } from '../core/units.ts'
import type { Diagnostic } from './diagnostic.ts'

/** How findings are shown. */
export interface RenderOptions {
  /** What places begin with. Default: `configuration`. */
  readonly fileName?: string
  /** Sentences are broken and lines of the text are cut at this width. Default: neither. */
  readonly columns?: number
  /** Marks code and caret with colours of the terminal. Default: false. */
  readonly color?: boolean
}

/** Findings as people read them: place, words, the line with a caret under it, and what to do; at the end how many there are. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  if (diagnostics.length === 0) return ''
  const blocks = diagnostics.map((diagnostic) => renderOne(diagnostic, options))
  return `${blocks.join('\n')}\n${summary(diagnostics)}\n`
}

/** Columns before the source line: its number, and a bar between blanks. */
const GUTTER = 8

function renderOne(
  diagnostic: Diagnostic,
  { fileName = 'configuration', color = false, columns = Infinity }: RenderOptions,
): string {
  const { severity, code, message, hint, line, column, endColumn = column + 1 } = diagnostic
  const paint = (text: string): string => {
    if (!color) return text
    return `\u001b[${severity === 'error' ? '31' : '33'}m${text}\u001b[0m`
  }
  const gutter = line.toString().padStart(5)
  const blank = ' '.repeat(gutter.length)
  // A tab would move the caret; shown as an arrow it takes one column and can be seen.
  const source = diagnostic.sourceLine.replace(/\t/g, '→')
  const { shown, start, length } = around(source, column - 1, Math.max(1, endColumn - column), columns - GUTTER)
  const indent = `${blank}   `
  const lines = [
    wrapWords(`${fileName}:${line}:${column} ${paint(severity)} ${code}: ${message}`, columns, {
      first: '',
      further: '  ',
    }),
    `${gutter} | ${shown}`,
    `${blank} | ${' '.repeat(start)}${paint('^'.repeat(length))}`,
  ]
  if (hint !== undefined) lines.push(wrapWords(hint, columns, { first: indent, further: indent }))
  return `${lines.map((text) => text.trimEnd()).join('\n')}\n`
}

/** The part of a line that fits into `room` with the marked place in it; an ellipsis says where something is missing. */
function around(
  line: string,
  start: number,
  length: number,
  room: number,
): { readonly shown: string; readonly start: number; readonly length: number } {
  if (line.length <= room) return { shown: line, start, length }
  const from = start + length <= room - 1 ? 0 : Math.max(0, Math.min(start - Math.floor(room / 4), line.length - room))
  const part = line.slice(from, from + room)
  const cutAtEnd = from + room < line.length
  const shown = `${from > 0 ? '…' : part[0]!}${part.slice(1, cutAtEnd ? -1 : undefined)}${cutAtEnd ? '…' : ''}`
  return { shown, start: start - from, length: Math.min(length, room - (start - from)) }
}

function summary(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length
  const warnings = diagnostics.length - errors
  const parts = []
  if (errors > 0) parts.push(counted(errors, 'error'))
  if (warnings > 0) parts.push(counted(warnings, 'warning'))
  return parts.join(', ')
}
