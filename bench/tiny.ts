/**
 * A tiny migration between real servers, 500 documents from Elasticsearch 7.10.2 to OpenSearch 2.19 by `workflow submit --wait` with
 * the page's minimal configuration. What the servers take themselves is measured by proxies in front of them and taken off.
 * Run it with: npm run bench:tiny -- [--runs 7] [--gaps]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pageConfiguration } from '../test/e2e/configuration.ts'
import { homeAt } from '../test/e2e/home.ts'
import { PROGRAM } from '../test/e2e/program.ts'
import { wipe } from '../test/e2e/target-state.ts'
import { bootServer } from '../test/servers/boot.ts'
import { rest, type RestTarget } from '../test/servers/rest.ts'
import { familyRun } from './family-run.ts'
import { printFigures } from './figures.ts'
import { logLine, numbersBelow } from './log-lines.ts'
import { clock, startRecordingProxy, together, type Interval } from './recording-proxy.ts'

const INDICES = 5
const DOCUMENTS = 500
const GOAL_SECONDS = 3
const GAPS_SHOWN = 12

const { values } = parseArgs({ options: { runs: { type: 'string', default: '7' }, gaps: { type: 'boolean' } } })

interface TinyRun {
  readonly seconds: number
  /** In which at least one server was at work for the run. */
  readonly serverSeconds: number
  /** Of the command and of the runner. */
  readonly cpuSeconds: number
}

async function fill(source: RestTarget): Promise<void> {
  const below = numbersBelow(500)
  const lines = Array.from({ length: DOCUMENTS }, (_, doc) => [
    JSON.stringify({ index: { _index: `logs-${doc % INDICES}` } }),
    logLine(below, 1024),
  ])
  await rest(source).bulk(lines.flat())
}

async function runOnce(home: string, source: RestTarget, target: RestTarget): Promise<TinyRun> {
  const [from, to] = await Promise.all([startRecordingProxy(source.url), startRecordingProxy(target.url)])
  try {
    await homeAt(home).configure(pageConfiguration(from, to))
    const startedAt = clock()
    const run = await familyRun(process.execPath, [PROGRAM, 'submit', '--wait'], { WORKFLOW_HOME: home })
    const endedAt = clock()
    const atWork = together([...from.intervals, ...to.intervals])
    if (values.gaps === true) showGaps(atWork, startedAt, endedAt)
    const serverSeconds = atWork.reduce((total, interval) => total + interval.to - interval.from, 0) / 1000
    const { count } = await rest(target).get<{ count: number }>('/logs-*/_count')
    if (count !== DOCUMENTS) throw new Error(`the run is void: ${count} documents in the target`)
    return { ...run, serverSeconds }
  } finally {
    await Promise.all([from.stop(), to.stop()])
  }
}

/** The longest times in which no server had anything to do, for whoever wants to shorten them. */
function showGaps(atWork: readonly Interval[], startedAt: number, endedAt: number): void {
  const points = [...atWork, { what: 'the end', from: endedAt, to: endedAt }]
  const gaps = points.map((next, n) => {
    const { what, to } = points[n - 1] ?? { what: 'the start', to: startedAt }
    return { ms: next.from - to, at: to - startedAt, before: what, after: next.what }
  })
  for (const { ms, at, before, after } of gaps.toSorted((a, b) => b.ms - a.ms).slice(0, GAPS_SHOWN)) {
    console.error(
      `${ms.toFixed(0).padStart(6)} ms after ${at.toFixed(0).padStart(5)} ms, between ${before} and ${after}`,
    )
  }
}

const folder = mkdtempSync(join(tmpdir(), 'bench-tiny-'))
const [source, target] = await Promise.all([
  bootServer({ distribution: 'elasticsearch', version: '7.10.2' }),
  bootServer({ distribution: 'opensearch', version: '2.19', heap: '768m' }),
])
try {
  await fill(source)
  const results: TinyRun[] = []
  // The first run warms up the servers and is not counted.
  for (let n = 0; n <= Number(values.runs); n++) {
    await wipe(target)
    const run = await runOnce(join(folder, `home-${n}`), source, target)
    if (n > 0) results.push(run)
  }
  const figure = (measure: string, value: (run: TinyRun) => number) => ({
    ...{ of: '500 documents', measure, values: results.map(value), decimals: 2 },
  })
  printFigures('tiny', [
    figure('wall clock, s', ({ seconds }) => seconds),
    figure('servers at work, s', ({ serverSeconds }) => serverSeconds),
    { ...figure('without the servers, s', (run) => run.seconds - run.serverSeconds), goal: GOAL_SECONDS },
    figure('CPU of the program, s', ({ cpuSeconds }) => cpuSeconds),
  ])
} finally {
  await Promise.all([source.stop(), target.stop()])
  rmSync(folder, { recursive: true, force: true })
}
