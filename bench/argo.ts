/**
 * Milliseconds from `workflow submit` in the migration console to the first document in the target, the pods on the way to it, and
 * milliseconds of `workflow status` inside the console's pod while the load goes on and after it, beside those of a program that does
 * nothing: on a real Kubernetes with Argo Workflows, between real clusters.
 * Needs what the group `kubernetes` of the tests needs. `--requeue 10s` has Argo's controller look at a workflow as seldom as it does by
 * default. Run it with: npm run bench:argo -- [--statuses 10] [--requeue 1s]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { loadShop } from '../scripts/demo/load-shop.ts'
import { buildImage } from '../scripts/image/build-image.ts'
import { pageConfiguration } from '../test/e2e/configuration.ts'
import { openConsole, type Console } from '../test/kubernetes/console.ts'
import { bootExposed } from '../test/kubernetes/servers.ts'
import { REQUEUE_VARIABLE } from '../test/servers/kubernetes/argo.ts'
import { bootKubernetes } from '../test/servers/kubernetes/boot-kubernetes.ts'
import { rest, type RestTarget } from '../test/servers/rest.ts'

const { values } = parseArgs({
  options: { statuses: { type: 'string', default: '10' }, requeue: { type: 'string', default: '1s' } },
})
process.env[REQUEUE_VARIABLE] = values.requeue

const INDEX = 'feedback'
const POLL_MS = 50
/** Slow enough that the load goes on while `status` is asked for. */
const GROUP = `      - indices: ["${INDEX}"]
        documentBackfill:
          bulkDocs: 5
`
/** As in the chart's own values; tests give it less. */
const CONSOLE_RESOURCES = { requests: { cpu: '100m', memory: '256Mi' } }
const SLOW = '    requestsPerSecond: 5\n'

interface Pod {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string }
  readonly status: {
    readonly containerStatuses?: readonly {
      readonly name: string
      readonly state?: { readonly terminated?: { readonly startedAt: string; readonly finishedAt: string } }
    }[]
  }
}

async function main(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'bench-argo-'))
  const cluster = await bootKubernetes()
  const servers = await bootExposed(cluster.hostAddress)
  try {
    const archive = join(work, 'image.tar')
    buildImage(archive)
    await cluster.importImage(archive)
    await loadShop(rest(servers.source), { indices: [INDEX] })
    const values = { console: { resources: CONSOLE_RESOURCES } }
    const console = await openConsole(cluster, 'bench', { snapshots: servers.snapshots, values })
    const { source, target } = servers.seen
    await console.home.configure(
      pageConfiguration(source, target, { source: servers.repository, groups: GROUP, target: SLOW }),
    )
    const submitted = performance.now()
    const run = await console.home.run(['submit'])
    if (run.code !== 0) throw new Error(run.stderr)
    say('submit', [performance.now() - submitted])
    await firstDocument(servers.target)
    say('first document after', [performance.now() - submitted])
    say('status during the load', times(console, 'workflow status'))
    await console.home.until(({ alive }) => !alive)
    sayPods(console)
    say('status after the end', times(console, 'workflow status'))
    say('a program that does nothing', times(console, 'node -e 0'))
  } finally {
    await servers.close()
    await cluster.stop()
    rmSync(work, { recursive: true, force: true })
  }
}

/** Waits until the target has a document of the index. */
async function firstDocument(target: RestTarget): Promise<void> {
  for (;;) {
    try {
      await rest(target).post(`/${INDEX}/_refresh`)
      if ((await rest(target).get<{ count: number }>(`/${INDEX}/_count`)).count > 0) return
    } catch {
      // The index is not there yet.
    }
    await delay(POLL_MS)
  }
}

/** Milliseconds of each of some calls of a command, measured by the shell of the pod. */
function times(console: Console, command: string): readonly number[] {
  const one = `s=$(date +%s%N); ${command} > /dev/null 2>&1; echo $((($(date +%s%N) - s) / 1000))`
  const script = `for n in $(seq ${values.statuses}); do ${one}; done`
  const lines = console.kubectl(['exec', 'deployment/migration-console', '--', 'bash', '-c', script]).trim().split('\n')
  return lines.map((line) => Number(line) / 1000)
}

/** When each pod was made, began and ended, in seconds after the Workflow was made: the clock of Kubernetes has no more. */
function sayPods(console: Console): void {
  const at = (time: string): number => Date.parse(time) / 1000
  const get = (kind: string): string => console.kubectl(['get', kind, '-l', 'app.kubernetes.io/part-of', '-o', 'json'])
  const { items: workflows } = JSON.parse(get('workflows')) as { items: { metadata: { creationTimestamp: string } }[] }
  const start = at(workflows[0]!.metadata.creationTimestamp)
  const { items: pods } = JSON.parse(get('pods')) as { items: Pod[] }
  const lines = pods.flatMap(({ metadata, status }) => {
    const main = status.containerStatuses?.find(({ name }) => name === 'main')?.state?.terminated
    if (main === undefined) return []
    const [made, began, ended] = [metadata.creationTimestamp, main.startedAt, main.finishedAt].map(at)
    return [
      { made: made!, text: `pod ${metadata.name}: ${made! - start} s, ${began! - start} s, ${ended! - start} s\n` },
    ]
  })
  process.stdout.write('pods: made, began, ended after the Workflow was made\n')
  for (const { text } of lines.toSorted((a, b) => a.made - b.made)) process.stdout.write(text)
}

function say(what: string, ms: readonly number[]): void {
  const sorted = ms.toSorted((a, b) => a - b)
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((n) => Math.round(sorted[n]!))
  const range = sorted.length === 1 ? '' : ` (${least} to ${most})`
  process.stdout.write(`${what}: ${median} ms${range}\n`)
}

await main()
