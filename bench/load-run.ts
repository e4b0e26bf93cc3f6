import { readFileSync } from 'node:fs'
import { systemClock } from '../src/core/clock.ts'
import { systemRandom } from '../src/core/random.ts'
import { inlineStarter } from '../src/engine/load/inline-loader.ts'
import { openLoadPool } from '../src/engine/load/load-pool.ts'
import { readJournal } from '../src/engine/local/journal.ts'
import { threadStarter } from '../src/engine/load/load-thread.ts'
import { rejectFiles } from '../src/engine/local/reject-file.ts'
import { runWorkflow } from '../src/engine/local/runner.ts'
import { createWorkflowFolder, workflowFolder } from '../src/engine/local/workflow-folder.ts'
import { STEPS } from '../src/steps/all-steps.ts'
import { connectClusters } from '../src/steps/clusters.ts'
import { putBack } from '../src/steps/put-back.ts'
import { standInPlan } from './stand-in-plan.ts'

/** What one load took, by its own measure. */
export interface LoadRun {
  readonly outcome: string
  /** Of the step Restore Documents: reading, sending, and the reconcile at the end. */
  readonly loadSeconds: number
  /** Milliseconds since 1970. */
  readonly loadStartedAt: number
  /** Of the whole run, from Initialize to Cleanup. */
  readonly seconds: number
  /** User and system time of the process from its start, all threads. */
  readonly cpuSeconds: number
  readonly peakRssBytes: number
}

const [repository, snapshot, index, port, home, parallelism] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
]
const started = performance.now()
const endpoint = `http://127.0.0.1:${port}`
const plan = standInPlan({ repository, snapshot, index, endpoint, parallelism: Number(parallelism) })
const folder = workflowFolder(home, 'migration-bench')
createWorkflowFolder(folder, plan)
const reveal = (): Promise<never> => Promise.reject(new Error('no secrets here'))
const { signal } = new AbortController()
const world = { clock: systemClock, random: systemRandom, reveal }
const clusters = connectClusters(plan, reveal, systemClock, systemRandom, signal)
const outcome = await runWorkflow(folder, {
  ...world,
  signal,
  steps: STEPS,
  clusters,
  loadItems: openLoadPool({
    parallelism: plan.parallelism,
    rejects: rejectFiles(folder.rejects),
    start: threadStarter(new URL('./load-thread.js', import.meta.url)),
    startSmall: inlineStarter(world),
  }),
  putBack,
})
await clusters.close()
const seconds = (performance.now() - started) / 1000
const at = (type: string): number => {
  const found = readJournal(folder.journal).find(
    (event) => event.type === type && 'step' in event && event.step === 'm1g1/restore-documents',
  )
  if (found === undefined) throw new Error(`no ${type}: ${readFileSync(folder.journal, 'utf8').slice(-3000)}`)
  return found.at
}
const { user, system } = process.cpuUsage()
const result: LoadRun = {
  outcome,
  loadStartedAt: at('step-started'),
  loadSeconds: (at('step-ended') - at('step-started')) / 1000,
  seconds,
  cpuSeconds: (user + system) / 1e6,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
}
console.log(JSON.stringify(result))
