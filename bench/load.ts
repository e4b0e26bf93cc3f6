/**
 * Speed of a whole load without a real target: the runner and its threads read a snapshot that a real server wrote and send it
 * to a stand-in, a process of its own that checks the framing of every body and folds a digest. A run whose digest is not that
 * of the generated documents is void. Run it with: npm run bench:load -- [--runs 5] [--index NAME] [--parallelism 2]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { crc32 } from 'node:zlib'
import { PROGRAM_ENTRIES } from '../scripts/bundle.ts'
import { bundle } from './bundle.ts'
import { spread } from './figures.ts'
import type { LoadRun } from './load-run.ts'
import { numbersBelow } from './log-lines.ts'
import { BENCH_INDICES, benchRepository, type BenchIndex } from './reader-data.ts'
import { BENCH_SNAPSHOT } from './written-snapshot.ts'
import { startStandIn } from './stand-in.ts'
import type { Received } from './stand-in-target.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    index: { type: 'string', multiple: true },
    parallelism: { type: 'string', default: '2' },
    'cpu-profile': { type: 'string' },
  },
})

/** What the target must have received, from the generator of the data and not from the snapshot. */
function expectedOf({
  documents,
  documentBytes,
  line: make,
}: BenchIndex): Pick<Received, 'sourceDigest' | 'sourceBytes'> {
  const below = numbersBelow(documentBytes)
  let sourceDigest = 0
  let sourceBytes = 0
  for (let doc = 0; doc < documents; doc++) {
    const line = Buffer.from(make(below, documentBytes))
    sourceDigest = (sourceDigest + crc32(line)) % 2 ** 53
    sourceBytes += line.length
  }
  return { sourceDigest, sourceBytes }
}

interface Measured {
  readonly run: LoadRun
  readonly received: Received
}

async function runOnce(repository: string, { name }: BenchIndex): Promise<Measured> {
  const home = mkdtempSync(join(tmpdir(), 'bench-load-'))
  const target = await startStandIn(folder)
  try {
    const profile = values['cpu-profile'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values['cpu-profile']}`]
    const args = [
      ...profile,
      join(folder, 'load-run.js'),
      repository,
      BENCH_SNAPSHOT,
      name,
      String(target.port),
      home,
      values.parallelism,
    ]
    const output = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    return { run: JSON.parse(output) as LoadRun, received: await target.received() }
  } finally {
    target.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

function requireValid({ run, received }: Measured, index: BenchIndex, expected: ReturnType<typeof expectedOf>): void {
  const { faults, documents, sourceBytes, sourceDigest } = received
  if (faults.length > 0) throw new Error(`${index.name}: the run is void: ${faults[0]!}`)
  const found = { documents, sourceDigest, sourceBytes }
  const wanted = { documents: index.documents, ...expected }
  if (run.outcome !== 'finished' || JSON.stringify(found) !== JSON.stringify(wanted)) {
    const both = `${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`
    throw new Error(`${index.name}: the run is void: ${run.outcome}, ${both}`)
  }
}

const repository = await benchRepository((text) => console.error(text))
const folder = bundle({
  'load-run': 'bench/load-run.ts',
  'load-thread': PROGRAM_ENTRIES['load-thread'],
  'stand-in-target': 'bench/stand-in-target.ts',
})
for (const index of BENCH_INDICES) {
  if (values.index !== undefined && !values.index.includes(index.name)) continue
  const expected = expectedOf(index)
  const results: Measured[] = []
  for (let n = 0; n < Number(values.runs); n++) {
    const measured = await runOnce(repository, index)
    requireValid(measured, index, expected)
    if (measured.received.actionDigest !== (results[0] ?? measured).received.actionDigest) {
      throw new Error(`${index.name}: the run is void: its action lines differ from those of the first run`)
    }
    results.push(measured)
  }
  const { sourceBytes } = expected
  const of = (value: (measured: Measured) => number, decimals: number): string => spread(results.map(value), decimals)
  console.log(`${index.name}: ${index.documents} documents, ${(sourceBytes / 1e6).toFixed(0)} MB of source`)
  console.log(`  MB/s              ${of(({ run }) => sourceBytes / run.loadSeconds / 1e6, 0)}`)
  console.log(`  CPU seconds/GB    ${of(({ run }) => (run.cpuSeconds / sourceBytes) * 1e9, 2)}`)
  console.log(`  peak RSS, MB      ${of(({ run }) => run.peakRssBytes / 1e6, 0)}`)
  console.log(`  first document, s ${of(({ run, received }) => (received.firstAt - run.loadStartedAt) / 1000, 2)}`)
  console.log(`  whole run, s      ${of(({ run }) => run.seconds, 1)}`)
}
