import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMANDS } from '../../../../src/cli/commands.ts'
import { runProgram } from '../../../../src/cli/program.ts'
import type { World } from '../../../../src/cli/world.ts'
import { systemClock } from '../../../../src/core/clock.ts'
import { currentPid } from '../../../../src/core/process.ts'
import { Journal, readJournal } from '../../../../src/engine/local/journal.ts'
import { workflowFolder } from '../../../../src/engine/local/workflow-folder.ts'
import { startFakeOpenSearch } from '../../engine/fake-opensearch.ts'
import { loadPlan } from '../../engine/load-world.ts'
import { fixedRandom } from '../../http/test-world.ts'
import { startPlaces } from '../mistakes/places.ts'
import { configuration } from '../mistakes/table.ts'
import { fakeWorld, pipe, runCli } from '../world.ts'

/** Everything that reading commands have something to say about, the same in every run of the tests but for addresses. */
export interface Scene {
  readonly world: Partial<World>
  /** The text with addresses and folders replaced by others of the same length. */
  normal(text: string): string
  close(): Promise<void>
}

const CHECKOUT = fileURLToPath(new URL('../../../../', import.meta.url))
/** An index of one shard with so few documents that nothing in a load can overtake anything. */
const ONE_BULK = 'types'
const SECONDS_BETWEEN = 75
/** Time goes on before these events. */
const BETWEEN: readonly string[] = ['step-ended', 'runner-ended']
const FIRST = Date.parse('2026-01-15T10:30:00Z')
const reason = 'failed to parse field [price] of type [long] in document, a text where a number is wanted'
const refused = { status: 400, error: { type: 'mapper_parsing_exception', reason } }

/** A saved configuration with a version before it, credentials, clusters, and a finished workflow with a reject. */
export async function openScene(): Promise<Scene> {
  const places = await startPlaces()
  const home = join(places.folder, 'state')
  const env = { WORKFLOW_HOME: home }
  const world: Partial<World> = { env, cwd: places.folder, clock: systemClock }
  const saved = async (text: string): Promise<void> => {
    await runCli(['configure', 'edit', '--stdin'], {
      ...world,
      stdin: pipe(text),
    })
  }
  const right = configuration(places, {
    sourceKeys: '# For now:\nauthConfig: { basic: { username: admin, password: hunter2 } }',
  })
  await saved(right.replace('logs-*', '*'))
  await saved(right)
  writeFileSync(
    join(places.folder, 'mistakes.yaml'),
    right
      .replace('"7.10.2"', '7.10')
      .replace('sourceCluster: prod', 'sourceCluster: pord')
      .replace('indices', 'indicies'),
  )
  for (const name of ['prod-login', 'a-credential-with-a-name-that-is-rather-long-for-a-terminal']) {
    const args = ['configure', 'credentials', 'create', name, '--username', 'admin']
    await runCli(args, { ...world, stdin: pipe('hunter2') })
  }
  let first: string | undefined
  const target = await startFakeOpenSearch({ refuse: ({ id }) => ((first ??= id) === id ? refused : undefined) })
  await finishedWorkflow(target.url, home, world)
  // A number of JSON may happen to be that of the port; in text, numbers of five digits have a comma.
  const portOf = (url: string): RegExp => new RegExp(`(?<!": ?)${new URL(url).port}`, 'g')
  return {
    world,
    normal: (text) =>
      [target.url, ...Object.values(places.url)]
        .reduce((sofar, url) => sofar.replaceAll(portOf(url), (port) => '9'.repeat(port.length)), text)
        .replaceAll(/(?!2026-01-15)\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z/g, '2026-01-10T09:00:00.000Z')
        .replaceAll(CHECKOUT, '/checkout/')
        .replaceAll(/"configDigest": "[0-9a-f]{64}"/g, '"configDigest": "<digest>"')
        .replaceAll(places.folder, `/tmp/mistakes-${'x'.repeat(6)}`),
    close: async () => {
      await target.close()
      await places.close()
    },
  }
}

/** Runs a load for good, then gives its events times that are the same each time. */
async function finishedWorkflow(target: string, home: string, world: Partial<World>): Promise<void> {
  const runners: Promise<number>[] = []
  const plan = join(home, 'plan.json')
  writeFileSync(plan, JSON.stringify({ ...loadPlan(target, [ONE_BULK]), sources: {} }))
  await runCli(['submit', '--plan', plan, '--wait'], {
    ...world,
    startDetached: (args) => {
      runners.push(runProgram(COMMANDS, args, fakeWorld({ ...world, random: fixedRandom() })))
      return Promise.resolve(currentPid())
    },
  })
  await Promise.all(runners)
  const { journal: path } = workflowFolder(home, 'migration-ababab')
  const events = readJournal(path, ['step-progress'])
  rmSync(path)
  const { journal } = Journal.open(path)
  let at = FIRST
  for (const event of events) {
    if (BETWEEN.includes(event.type)) at += SECONDS_BETWEEN * 1000
    const own = event.type === 'runner-started' ? { pid: 4242, host: 'console' } : {}
    journal.append({ ...event, ...own, at }, { durable: false })
  }
  journal.close()
}
