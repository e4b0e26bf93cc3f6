/**
 * Start of the built program: `--help` and `status` as whole processes, in turns with the smallest program that Node.js can run.
 * Run it with: npm run bench:cli -- [--runs 30]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pageConfiguration } from '../test/e2e/configuration.ts'
import { homeAt } from '../test/e2e/home.ts'
import { PROGRAM } from '../test/e2e/program.ts'
import { bundle } from './bundle.ts'
import { childRun, type ChildRun } from './child-run.ts'
import { printFigures, type Figure } from './figures.ts'
import { standInPlan } from './stand-in-plan.ts'
import { startStandIn } from './stand-in.ts'

/** Finished workflows in the state folder: `status` without a name has to find the newest. */
const WORKFLOWS = 5

const { values } = parseArgs({ options: { runs: { type: 'string', default: '30' } } })
const runs = Number(values.runs)

interface Case {
  readonly name: string
  readonly args: readonly string[]
  /** Milliseconds. */
  readonly goal?: number
}
const CASES: readonly Case[] = [
  { name: 'node -e 0', args: ['-e', '0'] },
  { name: '--help', args: [PROGRAM, '--help'], goal: 150 },
  { name: 'status', args: [PROGRAM, 'status'], goal: 250 },
  { name: 'status -o json', args: [PROGRAM, 'status', '-o', 'json'], goal: 250 },
]

/** Makes a state folder by real runs: a snapshot of a real server into a stand-in target. */
async function fillHome(path: string): Promise<void> {
  const home = homeAt(path)
  const [source, target] = [{ url: 'http://127.0.0.1:9200' }, { url: 'http://127.0.0.1:9201' }]
  await home.configure(pageConfiguration(source, target))
  const folder = bundle({ 'stand-in-target': 'bench/stand-in-target.ts' })
  const repository = fileURLToPath(new URL('../test/fixtures/es-7.10.2/repo', import.meta.url))
  for (let n = 0; n < WORKFLOWS; n++) {
    const standIn = await startStandIn(folder)
    try {
      const { endpoint } = standIn
      const plan = standInPlan({ repository, snapshot: 'snap-1', index: 'best', endpoint, parallelism: 2 })
      const file = join(path, 'plan.json')
      writeFileSync(file, JSON.stringify(plan))
      const { code, stderr } = await home.run(['submit', '--plan', file, '--fresh', '--wait'])
      if (code !== 0) throw new Error(`submit ended with ${code}: ${stderr}`)
    } finally {
      standIn.stop()
    }
  }
}

const folder = mkdtempSync(join(tmpdir(), 'bench-cli-'))
try {
  await fillHome(folder)
  const results = new Map<Case, ChildRun[]>(CASES.map((one) => [one, []]))
  for (let n = 0; n < runs; n++) {
    // There and back again, so that what the machine does meanwhile falls on all alike.
    for (const one of n % 2 === 0 ? CASES : CASES.toReversed()) {
      results.get(one)!.push(childRun(process.execPath, one.args, { WORKFLOW_HOME: folder, NO_COLOR: '1' }))
    }
  }
  const [floor] = CASES
  const figures = CASES.flatMap((one): Figure[] => {
    const { name: of, goal } = one
    const wall = results.get(one)!.map(({ seconds }) => seconds * 1000)
    const cpu = results.get(one)!.map(({ cpuSeconds }) => cpuSeconds * 1000)
    const ratios = results.get(one)!.map(({ seconds }, n) => seconds / results.get(floor!)![n]!.seconds)
    return [
      { of, measure: 'wall clock, ms', values: wall, ...(goal === undefined ? {} : { goal }) },
      { of, measure: 'CPU, ms', values: cpu },
      ...(one === floor ? [] : [{ of, measure: 'times node -e 0', values: ratios, decimals: 2 }]),
    ]
  })
  printFigures('cli', figures)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
