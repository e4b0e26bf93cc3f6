/**
 * A plan for 10,000 indices by the built program, as a whole process: from a snapshot that is still to be taken, which asks the
 * source, and from an existing one, which reads the repository. Run it with: npm run bench:plan -- [--runs 5]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PROGRAM } from '../test/e2e/program.ts'
import type { Plan } from '../src/plan/plan.ts'
import { familyRun } from './family-run.ts'
import type { ChildRun } from './child-run.ts'
import { printFigures } from './figures.ts'
import { PLAN_SNAPSHOT, planConfiguration, planData } from './plan-data.ts'
import { startReplayedCluster } from './replayed-cluster.ts'

const INDICES = 10_000
const GOAL_SECONDS = 5
const CASES = [
  { name: 'snapshot to be taken', snapshot: undefined, full: false },
  { name: 'existing snapshot', snapshot: PLAN_SNAPSHOT, full: false },
  { name: 'existing snapshot, target has all', snapshot: PLAN_SNAPSHOT, full: true },
] as const

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' }, 'cpu-profile': { type: 'string' } } })
const profile = values['cpu-profile'] === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values['cpu-profile']}`]

const data = await planData((text) => console.error(text))
const folder = mkdtempSync(join(tmpdir(), 'bench-plan-'))
const [source, target, fullTarget] = await Promise.all(
  [data.source, data.target, data.fullTarget].map(startReplayedCluster),
)
try {
  const results = new Map<string, ChildRun[]>(CASES.map(({ name }) => [name, []]))
  for (let n = 0; n < Number(values.runs); n++) {
    for (const { name, snapshot, full } of n % 2 === 0 ? CASES : CASES.toReversed()) {
      const file = join(folder, 'config.yaml')
      writeFileSync(file, planConfiguration(source!, full ? fullTarget! : target!, data.repository, snapshot))
      const args = [...profile, PROGRAM, 'plan', '-f', file, '-o', 'json']
      const run = await familyRun(process.execPath, args, { WORKFLOW_HOME: folder })
      const made = JSON.parse(run.stdout) as Plan
      const planned = made.migrations[0]!.groups[0]!.indices.length
      const foretold = made.migrations[0]!.objects?.filter(({ kind }) => kind === 'index').length
      if (planned !== INDICES || foretold !== INDICES)
        throw new Error(`the run is void: ${planned} indices, ${made.warnings.join('; ')}`)
      results.get(name)!.push(run)
    }
  }
  printFigures(
    'plan',
    [...results].flatMap(([of, runs]) => [
      { of, measure: 'wall clock, s', values: runs.map(({ seconds }) => seconds), decimals: 2, goal: GOAL_SECONDS },
      { of, measure: 'CPU, s', values: runs.map(({ cpuSeconds }) => cpuSeconds), decimals: 2 },
    ]),
  )
} finally {
  await Promise.all([source, target, fullTarget].map((cluster) => cluster!.stop()))
  rmSync(folder, { recursive: true, force: true })
}
