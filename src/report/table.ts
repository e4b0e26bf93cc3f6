import { wrapWords } from '../core/fit-text.ts'
import { textWidth } from '../core/text-width.ts'

/** A column of a text table. */
export interface Column {
  readonly title: string
  /** Numbers are aligned right. Default: left. */
  readonly align?: 'left' | 'right'
}

const GAP = '  '
/** Below this, a column of sentences is harder to read than entries one below the other. */
const LEAST_SENTENCE = 24

/**
 * Rows under their titles, columns two blanks apart, without trailing blanks; ends with a newline. Where that is wider than
 * `columns`, the last column is broken between words; where that does not do, each row becomes an entry of its own, with a line
 * for each cell.
 */
export function renderTable(
  titles: readonly Column[],
  rows: readonly (readonly string[])[],
  columns: number = Infinity,
): string {
  const widths = titles.map((column, at) =>
    Math.max(column.title.length, ...rows.map((row) => textWidth(row[at] ?? ''))),
  )
  const total = widths.reduce((sum, width) => sum + width, GAP.length * (titles.length - 1))
  if (total <= columns) return asTable(titles, rows, widths)
  const before = total - widths.at(-1)!
  const isSentence = titles.at(-1)!.align !== 'right'
  if (!isSentence || columns - before < LEAST_SENTENCE) return asEntries(titles, rows, columns)
  const hang = ' '.repeat(before)
  const room = columns - before
  const broken = rows.map((row) => [
    ...row.slice(0, titles.length - 1),
    wrapWords(row[titles.length - 1] ?? '', room, { first: '', further: '' }).replaceAll('\n', `\n${hang}`),
  ])
  return asTable(titles, broken, [...widths.slice(0, -1), 0])
}

function asTable(titles: readonly Column[], rows: readonly (readonly string[])[], widths: readonly number[]): string {
  const line = (cells: readonly string[]): string =>
    titles
      .map((column, at) => {
        const cell = cells[at] ?? ''
        const pad = ' '.repeat(Math.max(0, widths[at]! - textWidth(cell)))
        return column.align === 'right' ? pad + cell : cell + pad
      })
      .join(GAP)
      .trimEnd()
  return [titles.map((column) => column.title), ...rows].map((cells) => `${line(cells)}\n`).join('')
}

/** The first cell, and under it each other one that is not empty behind its title. */
function asEntries(titles: readonly Column[], rows: readonly (readonly string[])[], columns: number): string {
  const width = Math.max(...titles.slice(1).map(({ title }) => title.length))
  const further = ' '.repeat(width + 4)
  return rows
    .map((row) => {
      const lines = titles.slice(1).flatMap(({ title }, at) => {
        const cell = row[at + 1] ?? ''
        return cell === '' ? [] : [wrapWords(cell, columns, { first: `  ${title.padEnd(width)}  `, further })]
      })
      const number = titles[0]!.align === 'right' ? `${titles[0]!.title} ` : ''
      return `${[`${number}${row[0] ?? ''}`, ...lines].join('\n')}\n`
    })
    .join('')
}
