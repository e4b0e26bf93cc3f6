import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { compareDocuments } from '../test/e2e/compare.ts'
import { PROGRAM } from '../test/e2e/program.ts'
import { bootServer, type BootOptions, type ServerHandle } from '../test/servers/boot.ts'
import { BootError } from '../test/servers/messages.ts'
import { rest } from '../test/servers/rest.ts'
import { beginLifetime, Interrupted, type Lifetime } from './demo/lifetime.ts'
import { loadShop } from './demo/load-shop.ts'
import { orAborted, say, stage, watched } from './demo/screen.ts'
import { SHOP_CONTENT } from './demo/shop-documents.ts'

const USAGE = `make demo: moves a small shop from a real Elasticsearch 7.10.2 to a real OpenSearch 2.19 on this machine.

  KEEP=1 make demo           keeps both clusters up until Ctrl-C
  SOURCE_PORT=N TARGET_PORT=N  ports of the two clusters; free ones if left out
`
const STAGES = 6

/** The page's minimal configuration for these two clusters. */
const configuration = (source: string, target: string): string => `sourceClusters:
  shop-old:
    endpoint: ${source}
    version: "7.10.2"

targetClusters:
  shop-new:
    endpoint: ${target}

migrations:
  - sourceCluster: shop-old
    targetCluster: shop-new
    snapshotMigrations:
      - indices: ["*"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: true
`

/** Runs the demo; returns the exit code. Everything it starts ends with `lifetime`. */
async function demo(lifetime: Lifetime): Promise<number> {
  const { signal } = lifetime
  const startedAt = Date.now()

  stage(1, STAGES, 'Two clusters on this machine (the first run assembles them, which takes some minutes)')
  const [source, target] = await bootBoth(lifetime)

  stage(2, STAGES, 'Sample data in the source: a small shop')
  const documents = await watched(
    'loading',
    loadShop(rest(source), {
      report: (index, count) => say(`      ${index.padEnd(16)} ${count.toLocaleString('en').padStart(7)} documents`),
    }),
    (count) => `${count.toLocaleString('en')} documents in ${SHOP_CONTENT.length} indices, with templates and aliases`,
    signal,
  )

  stage(3, STAGES, 'The configuration: the minimal one of the manual, with two endpoints')
  const text = configuration(source.url, target.url)
  say(text.replace(/^(?=.)/gm, '      '))
  await workflow(lifetime, ['configure', 'edit', '--stdin'], text)

  stage(4, STAGES, 'The migration')
  await workflow(lifetime, ['submit', '--wait', '--timeout', '3600'])
  say()
  await workflow(lifetime, ['status'])

  stage(5, STAGES, 'Every document of both clusters, compared over their search interfaces')
  const names = SHOP_CONTENT.map(({ index }) => index)
  const { equal, differences } = await watched(
    'comparing',
    compareDocuments(source, target, names),
    (result) => `${result.equal.toLocaleString('en')} of ${documents.toLocaleString('en')} documents are equal`,
    signal,
  )
  for (const line of differences) say(`      ${line}`)
  const complete = equal === documents && differences.length === 0

  stage(6, STAGES, complete ? 'Done' : 'The clusters differ')
  say(await moved(target))
  say(`      Took ${Math.round((Date.now() - startedAt) / 1000)} s.`)
  if (process.env['KEEP'] === '1') await keep(lifetime, source, target)
  else say('      KEEP=1 make demo keeps both clusters up, so that you can look around.')
  return complete ? 0 : 1
}

async function bootBoth({ signal }: Lifetime): Promise<readonly [ServerHandle, ServerHandle]> {
  const boot = async (role: string, options: BootOptions, port = ''): Promise<ServerHandle> => {
    const server = await bootServer({ ...options, ...(port === '' ? {} : { port: portNumber(port) }) })
    say(`      ${role}  ${server.distribution} ${server.version} at ${server.url}`)
    return server
  }
  const { SOURCE_PORT, TARGET_PORT } = process.env
  const both = Promise.all([
    boot('source', { distribution: 'elasticsearch', version: '7.10.2' }, SOURCE_PORT),
    boot('target', { distribution: 'opensearch', version: '2.19' }, TARGET_PORT),
  ])
  return watched('booting', both, () => 'both answer', signal)
}

/** Shows a call of the program as one would type it, and runs it with its output on the screen. Anything but 0 ends the demo. */
async function workflow({ folder, signal }: Lifetime, args: readonly string[], stdin?: string): Promise<void> {
  const home = join(folder, 'workflow-home')
  mkdirSync(home, { recursive: true })
  say(`      $ workflow ${args.join(' ')}${stdin === undefined ? '' : ' < configuration.yaml'}`)
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, WORKFLOW_HOME: home },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'inherit', 'inherit'],
  })
  child.stdin?.end(stdin)
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const code = await orAborted(ended, signal)
  if (code !== 0)
    throw new Interrupted(`workflow ${args[0] ?? ''} ended with ${code === null ? 'a signal' : `exit code ${code}`}`, 1)
}

/** What the target holds now, as a table of its own. */
async function moved(target: ServerHandle): Promise<string> {
  const client = rest(target)
  const indices = await client.get<{ index: string; pri: string }[]>('/_cat/indices?format=json&h=index,pri&s=index')
  const aliases = await client.get<{ alias: string; index: string }[]>(
    '/_cat/aliases?format=json&h=alias,index&s=alias',
  )
  const templates = await client.get<{ name: string }[]>('/_cat/templates?format=json&h=name&s=name')
  const own = <T>(entries: readonly T[], name: (entry: T) => string): T[] =>
    entries.filter((entry) => !name(entry).startsWith('.'))
  const names = [...new Set(own(aliases, ({ alias }) => alias).map(({ alias }) => alias))]
  const rows: string[] = []
  for (const { index, pri } of own(indices, (row) => row.index)) {
    const { count } = await client.get<{ count: number }>(`/${index}/_count`)
    rows.push(
      `        ${index.padEnd(16)} ${count.toLocaleString('en').padStart(7)} documents in ${pri} shard${pri === '1' ? '' : 's'}`,
    )
  }
  return [
    '      The target has:',
    ...rows,
    `      aliases: ${names.join(', ')}`,
    `      templates: ${own(templates, ({ name }) => name)
      .map(({ name }) => name)
      .join(', ')}`,
  ].join('\n')
}

async function keep(lifetime: Lifetime, source: ServerHandle, target: ServerHandle): Promise<void> {
  say(`
      Both clusters stay up until Ctrl-C. To look at both sides, in another terminal:
        curl '${source.url}/_cat/indices?v'
        curl '${target.url}/_cat/indices?v'
        curl '${target.url}/orders-open/_search?pretty&size=1'
        curl '${target.url}/feedback/_search?pretty&q=relation:answer&size=1'
        WORKFLOW_HOME=${join(lifetime.folder, 'workflow-home')} bin/workflow status`)
  await orAborted(new Promise<never>(() => undefined), lifetime.signal).catch(() => undefined)
}

function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new BootError(`read port: ${text} is not a port; give a number from 1 to 65535.`)
}

/** Cleans up and returns the exit code; the folder stays when its logs may explain what went wrong. */
async function ended(lifetime: Lifetime, exitCode: number, keepFolder: boolean, reason?: string): Promise<number> {
  if (reason !== undefined) process.stderr.write(`\nmake demo: ${reason}\n`)
  say('      Ending everything that the demo started …')
  await lifetime.end(keepFolder)
  if (keepFolder) say(`      The logs stay in ${lifetime.folder}.`)
  return exitCode
}

if (process.argv.includes('--help')) {
  process.stdout.write(USAGE)
} else {
  const lifetime = beginLifetime()
  process.exit(
    await demo(lifetime).then(
      async (exitCode) => ended(lifetime, exitCode, false),
      async (error: unknown) => {
        if (error instanceof Interrupted) return ended(lifetime, error.exitCode, false, error.message)
        const text = error instanceof BootError ? error.message : ((error as Error).stack ?? String(error))
        return ended(lifetime, 1, true, text)
      },
    ),
  )
}
