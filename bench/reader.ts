/**
 * Speed of the reader alone: documents of segments that a real server wrote, one thread, nothing sent. Every run is a process
 * of its own. Run it with: npm run bench:reader -- [--runs 5] [--index NAME]
 */
import { buildSync } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BENCH_INDICES, BENCH_SNAPSHOT, benchRepository } from './reader-data.ts'
import type { ReaderRun } from './reader-run.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, index: { type: 'string', multiple: true } },
})
const runs = Number(values.runs)

/** The program of one run, bundled as the released program is, so that no loader takes time or memory. */
function bundledRun(): string {
  const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
  const outfile = path('../node_modules/.cache/bench/reader-run.mjs')
  const entryPoints = [path('reader-run.ts')]
  buildSync({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' })
  return outfile
}

/** Median, least and most, with so many decimals. */
function spread(numbers: readonly number[], decimals: number): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const text = (value: number | undefined): string => value!.toFixed(decimals)
  return `${text(sorted[sorted.length >> 1])} (${text(sorted[0])} to ${text(sorted.at(-1))})`
}

const repository = await benchRepository((text) => console.error(text))
const program = bundledRun()
for (const { name } of BENCH_INDICES) {
  if (values.index !== undefined && !values.index.includes(name)) continue
  const results = Array.from({ length: runs }, () => {
    const output = execFileSync(process.execPath, [program, repository, BENCH_SNAPSHOT, name], { encoding: 'utf8' })
    return JSON.parse(output) as ReaderRun
  })
  const [first] = results
  if (results.some(({ check, documents }) => check !== first!.check || documents !== first!.documents)) {
    throw new Error(`${name}: runs differ in what they read`)
  }
  const { documents, sourceBytes, readBytes, fdtBytes, reads } = first!
  console.log(`${name}: ${documents} documents, ${(sourceBytes / 1e6).toFixed(0)} MB of source`)
  console.log(
    `  MB/s            ${spread(
      results.map((run) => sourceBytes / run.seconds / 1e6),
      0,
    )}`,
  )
  console.log(
    `  CPU seconds/GB  ${spread(
      results.map((run) => (run.cpuSeconds / sourceBytes) * 1e9),
      2,
    )}`,
  )
  console.log(
    `  peak RSS, MB    ${spread(
      results.map((run) => run.peakRssBytes / 1e6),
      0,
    )}`,
  )
  console.log(
    `  bytes read      ${(readBytes / fdtBytes).toFixed(4)} of .fdt (${(fdtBytes / 1e6).toFixed(0)} MB), ${reads} reads`,
  )
}
