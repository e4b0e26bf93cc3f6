/** One line of a run's log. */
export interface LogLine {
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string
  readonly level: 'info' | 'warning' | 'error'
  /** Id of the step that it belongs to; absent for the run itself. */
  readonly step?: string
  readonly message: string
}

/** A log line as people read it; further lines of a message are indented; ends with a newline. */
export function renderLogLine({ at, level, step, message }: LogLine): string {
  const head = [at, level.toUpperCase().padEnd(7), ...(step === undefined ? [] : [`[${step}]`])].join(' ')
  return `${head} ${message.trimEnd().replaceAll('\n', '\n    ')}\n`
}
