import { parseArgs } from 'node:util'
import { bootServer } from './boot.ts'
import { bootKubernetes } from './kubernetes/boot-kubernetes.ts'
import { reasonWithoutKubernetes } from './kubernetes/requirements.ts'
import { BootError } from './messages.ts'
import { RECIPES, type Distribution } from './recipes.ts'

const USAGE = `npm run server -- <elasticsearch|opensearch> <version> [options]

Boots a real server of one node on 127.0.0.1 and keeps it until Ctrl-C.

  --port N        port of the HTTP interface; a free one if left out
  --repo DIR      folder for snapshots; a temporary one if left out (may be given again for more folders)
  --data DIR      folder of the indices, kept; a temporary one if left out
  --heap SIZE     heap of the JVM; 512m if left out
  --set KEY=VALUE a setting of the server (may be given again)
  --security      HTTPS and basic auth (OpenSearch)

npm run server -- kubernetes boots Kubernetes with Argo Workflows instead.

Versions: ${RECIPES.map((recipe) => `${recipe.distribution} ${recipe.version}`).join(', ')}
`

/** Boots the server that the arguments ask for and ends it on SIGINT, SIGTERM or SIGHUP; returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      repo: { type: 'string', multiple: true },
      data: { type: 'string' },
      heap: { type: 'string' },
      set: { type: 'string', multiple: true },
      security: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [distribution, version] = positionals
  if (values.help === true) {
    process.stdout.write(USAGE)
    return 0
  }
  if (distribution === 'kubernetes' && positionals.length === 1) return keepKubernetes()
  if (!isDistribution(distribution) || version === undefined || positionals.length > 2) {
    process.stderr.write(USAGE)
    return 2
  }
  const [repositoryFolder, ...extraRepositoryFolders] = values.repo ?? []
  const server = await bootServer({
    distribution,
    version,
    extraRepositoryFolders,
    settings: Object.fromEntries((values.set ?? []).map(keyAndValue)),
    security: values.security === true,
    ...(values.port === undefined ? {} : { port: portNumber(values.port) }),
    ...(values.heap === undefined ? {} : { heap: values.heap }),
    ...(values.data === undefined ? {} : { dataFolder: values.data }),
    ...(repositoryFolder === undefined ? {} : { repositoryFolder }),
  })
  const { credentials, caFile } = server
  const lines = [
    `${server.distribution} ${server.version} answers at ${server.url} (process ${server.pid})`,
    ...(credentials === undefined ? [] : [`user ${credentials.username}, password ${credentials.password}`]),
    ...(caFile === undefined ? [] : [`certificate authority ${caFile}`]),
    `folder for snapshots ${server.repositoryFolder}`,
    'Ctrl-C ends it.',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  await endRequested()
  await server.stop()
  return 0
}

/** Boots a Kubernetes cluster and keeps it until it is to end; returns the exit code. */
async function keepKubernetes(): Promise<number> {
  const reason = reasonWithoutKubernetes()
  if (reason !== undefined) throw new BootError(`boot Kubernetes: ${reason}`)
  const cluster = await bootKubernetes()
  const lines = [
    `export KUBECONFIG=${cluster.kubeconfig}`,
    `kubectl is ${cluster.binaries}/kubeall kubectl; logs are in ${cluster.logs}`,
    `pods reach this machine at ${cluster.hostAddress}, also named ${cluster.hostName}`,
    'Ctrl-C ends it.',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  await endRequested()
  await cluster.stop()
  return 0
}

async function endRequested(): Promise<void> {
  const idle = setInterval(() => undefined, 60_000)
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
  clearInterval(idle)
}

function isDistribution(name: string | undefined): name is Distribution {
  return name === 'elasticsearch' || name === 'opensearch'
}

function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new BootError(`read --port: ${text} is not a port; give a number from 1 to 65535.`)
}

function keyAndValue(text: string): readonly [string, string] {
  const equals = text.indexOf('=')
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)]
  throw new BootError(`read --set: ${text} has no equals sign; give KEY=VALUE.`)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  const known = error instanceof BootError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true
  if (!known) throw error
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
