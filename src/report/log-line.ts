import { wrapWords } from '../core/fit-text.ts'

/** One line of a run's log. */
export interface LogLine {
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string
  readonly level: 'info' | 'warning' | 'error'
  /** Id of the step that it belongs to; absent for the run itself. */
  readonly step?: string
  readonly message: string
}

const INDENT = '    '

/** A log line as people read it, broken at `columns`; further lines of it are indented; ends with a newline. */
export function renderLogLine({ at, level, step, message }: LogLine, columns: number = Infinity): string {
  const head = [at, level.toUpperCase().padEnd(7), ...(step === undefined ? [] : [`[${step}]`])].join(' ')
  const lines = `${head} ${message.trimEnd()}`.split('\n').map((line, at) => {
    const first = at === 0 ? '' : INDENT
    return columns === Infinity ? first + line : wrapWords(line, columns, { first, further: INDENT })
  })
  return `${lines.join('\n')}\n`
}
