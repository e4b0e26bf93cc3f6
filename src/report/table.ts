/** A column of a text table. */
export interface Column {
  readonly title: string
  /** Numbers are aligned right. Default: left. */
  readonly align?: 'left' | 'right'
}

/** Rows under their titles, columns two blanks apart, without trailing blanks; ends with a newline. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => Array.from(row[index] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, index) => {
        const cell = cells[index] ?? ''
        const pad = ' '.repeat(Math.max(0, widths[index]! - Array.from(cell).length))
        return column.align === 'right' ? pad + cell : cell + pad
      })
      .join('  ')
      .trimEnd()
  return [columns.map((column) => column.title), ...rows].map((cells) => `${line(cells)}\n`).join('')
}
