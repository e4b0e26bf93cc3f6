import { availableParallelism, loadavg } from 'node:os'

/** What several runs of one thing gave in one measure. */
export interface Figure {
  /** What was measured, such as `--help`. */
  readonly of: string
  /** What of it, with its unit, such as `wall clock, ms`. */
  readonly measure: string
  readonly values: readonly number[]
  /** Decimals shown to people. Default: 0. */
  readonly decimals?: number
  /** The goal is a median of at most this. */
  readonly goal?: number
}

/**
 * Prints the figures of a benchmark: a line of JSON for each, for programs, then a table for people. Both say how busy the
 * machine was in the last minute, since that is part of every figure.
 */
export function printFigures(bench: string, figures: readonly Figure[]): void {
  const machine = { node: process.version, cores: availableParallelism(), load: Number(loadavg()[0]!.toFixed(1)) }
  for (const { of, measure, values, goal } of figures) {
    const { median, least, most } = summary(values.map((value) => Number(value.toPrecision(5))))
    console.log(JSON.stringify({ bench, of, measure, median, least, most, runs: values.length, goal, ...machine }))
  }
  const rows = figures.map(({ of, measure, values, decimals = 0, goal }) => [
    of,
    measure,
    spread(values, decimals),
    goal === undefined ? '' : `${goal} ${summary(values).median <= goal ? 'met' : 'missed'}`,
  ])
  const head = [bench, 'measure', 'median (least to most)', 'goal']
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]!.length), title.length),
  )
  console.log(`\nNode ${machine.node} on ${machine.cores} cores, load of the last minute ${machine.load}`)
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
  }
}

/** Median, least and most as text, with so many decimals. */
export function spread(values: readonly number[], decimals: number): string {
  const { median, least, most } = summary(values)
  return `${median.toFixed(decimals)} (${least.toFixed(decimals)} to ${most.toFixed(decimals)})`
}

function summary(values: readonly number[]): {
  readonly median: number
  readonly least: number
  readonly most: number
} {
  const sorted = values.toSorted((a, b) => a - b)
  if (sorted.length === 0) throw new Error('no runs')
  return { median: sorted[sorted.length >> 1]!, least: sorted[0]!, most: sorted.at(-1)! }
}
