/**
 * Speed of the reader alone: documents of segments that a real server wrote, one thread, nothing sent. Every run is a process
 * of its own. Run it with: npm run bench:reader -- [--runs 5] [--index NAME]; with --synthetic it measures indices whose
 * sources are rebuilt, in turns with one that stores the sources of the same documents.
 */
import { buildSync } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { spread } from './figures.ts'
import { BENCH_INDICES, benchRepository } from './reader-data.ts'
import { BENCH_SNAPSHOT } from './written-snapshot.ts'
import type { ReaderRun } from './reader-run.ts'
import { TWIN_INDICES, twinRepository } from './twin-data.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    index: { type: 'string', multiple: true },
    synthetic: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
const isChosen = ({ name }: { readonly name: string }): boolean => values.index?.includes(name) ?? true

/** The program of one run, bundled as the released program is, so that no loader takes time or memory. */
function bundledRun(): string {
  const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
  const outfile = path('../node_modules/.cache/bench/reader-run.mjs')
  const entryPoints = [path('reader-run.ts')]
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  return outfile
}

function runOnce(repository: string, index: string): ReaderRun {
  const output = execFileSync(process.execPath, [program, repository, BENCH_SNAPSHOT, index], { encoding: 'utf8' })
  return JSON.parse(output) as ReaderRun
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}

function show(name: string, results: readonly ReaderRun[]): void {
  const [first] = results
  if (results.some(({ check, documents }) => check !== first!.check || documents !== first!.documents)) {
    throw new Error(`${name}: runs differ in what they read`)
  }
  const { documents, sourceBytes, readBytes, fdtBytes, reads } = first!
  const row = (title: string, of: (run: ReaderRun) => number, decimals: number): void =>
    console.log(`  ${title.padEnd(16)}${spread(results.map(of), decimals)}`)
  console.log(`${name}: ${documents} documents, ${(sourceBytes / 1e6).toFixed(0)} MB of source`)
  row('MB/s', (run) => sourceBytes / run.seconds / 1e6, 0)
  row('CPU seconds/GB', (run) => (run.cpuSeconds / sourceBytes) * 1e9, 2)
  row('peak RSS, MB', (run) => run.peakRssBytes / 1e6, 0)
  console.log(
    `  bytes read      ${(readBytes / fdtBytes).toFixed(4)} of .fdt (${(fdtBytes / 1e6).toFixed(0)} MB), ${reads} reads`,
  )
}

/** How often the time of the first index each of the others takes, of runs in turns. */
function showRatios(names: readonly string[], results: ReadonlyMap<string, readonly ReaderRun[]>): void {
  const [base, ...others] = names
  for (const name of others) {
    const ratio = (of: (run: ReaderRun) => number): number =>
      median(results.get(name)!.map(of)) / median(results.get(base!)!.map(of))
    const [wall, cpu] = [ratio(({ seconds }) => seconds), ratio(({ cpuSeconds }) => cpuSeconds)]
    console.log(`${name} takes ${wall.toFixed(1)} times as long as ${base!}, ${cpu.toFixed(1)} times its CPU time`)
  }
}

const repository = await (values.synthetic ? twinRepository : benchRepository)((text) => console.error(text))
const program = bundledRun()
const names = (values.synthetic ? TWIN_INDICES : BENCH_INDICES).filter(isChosen).map(({ name }) => name)
const results = new Map<string, ReaderRun[]>(names.map((name) => [name, []]))
if (values.synthetic) {
  // In turns, so that what else the machine does weighs on all of them alike.
  for (let run = 0; run < runs; run++) for (const name of names) results.get(name)!.push(runOnce(repository, name))
} else {
  for (const name of names) for (let run = 0; run < runs; run++) results.get(name)!.push(runOnce(repository, name))
}
for (const name of names) show(name, results.get(name)!)
if (values.synthetic) showRatios(names, results)
