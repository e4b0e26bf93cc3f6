import { logLine } from './log-lines.ts'

/** A {@link logLine} that servers take for a date where it has one: the generator knows a day 0, which they refuse. */
export function datedLogLine(below: (limit: number) => number, bytes: number): string {
  return logLine(below, bytes).replace('-00T', '-28T')
}
