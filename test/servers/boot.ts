import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { classArchive } from './class-archive.ts'
import { classPath, serverHome } from './home.ts'
import { chooseJdk, findJdks } from './jdk.ts'
import { BootError, bootTimeout, diedWhileBooting, jdkMissing, portTaken } from './messages.ts'
import { freePorts, isFree } from './ports.ts'
import { type Distribution, recipeOf, type ServerRecipe } from './recipes.ts'
import { rest, RestError, type RestTarget } from './rest.ts'
import { type Credentials, prepareSecurity } from './security.ts'
import { type ServerProcess, startProcess } from './server-process.ts'

export interface BootOptions {
  readonly distribution: Distribution
  /** A full version such as `7.10.2`, or the beginning of one such as `7.10`. */
  readonly version: string
  /** Heap of the JVM; default `512m`. */
  readonly heap?: string
  /** Port of the HTTP interface; default: a free one. */
  readonly port?: number
  /** More settings, as in the configuration file of the server. */
  readonly settings?: Readonly<Record<string, string>>
  /** HTTPS and basic auth, where the version has the security plugin; default false. */
  readonly security?: boolean
  /** An S3 service for repositories of type `s3`, where the version has that plugin. Secrets go to the keystore. */
  readonly s3?: { readonly endpoint: string; readonly accessKey: string; readonly secretKey: string }
  /** Folder for snapshots that outlives the server; default: a temporary one. */
  readonly repositoryFolder?: string
  /** More folders that the server may use as repositories. */
  readonly extraRepositoryFolders?: readonly string[]
  /** Folder of the indices that outlives the server; default: a temporary one. */
  readonly dataFolder?: string
  /** Default 240 s; a loaded machine of two cores takes half a minute. */
  readonly timeoutSeconds?: number
}

/** A server that answers. Stop it, or it ends with this process. */
export interface ServerHandle extends RestTarget {
  readonly distribution: Distribution
  /** The full version. */
  readonly version: string
  /** Without a slash at the end, on 127.0.0.1. */
  readonly url: string
  readonly credentials?: Credentials
  /** PEM file of the certificate authority of an HTTPS server. */
  readonly caFile?: string
  /** A folder in `path.repo`: the `location` of an `fs` repository. */
  readonly repositoryFolder: string
  readonly dataFolder: string
  readonly pid: number
  /** The last lines of the log. */
  log(): string[]
  /** Ends the server and removes its temporary folders. May be called again. */
  stop(): Promise<void>
}

const PORT_ATTEMPTS = 3
const POLL_MS = 200
const PORT_IN_USE = /Address already in use|BindException|BindHttpException|BindTransportException/

/** Boots a real server of one node and returns when it answers. Throws `BootError`. */
export async function bootServer(options: BootOptions): Promise<ServerHandle> {
  const recipe = recipeOf(options.distribution, options.version)
  const javaHome = javaHomeFor(recipe)
  if (options.port !== undefined && !(await isFree(options.port))) {
    throw new BootError(portTaken(recipe, options.port))
  }
  const home = await serverHome(recipe, javaHome)
  for (let attempt = 1; ; attempt++) {
    try {
      return await bootOnce(recipe, { home, javaHome }, options)
    } catch (error) {
      if (!(error instanceof PortLost)) throw error
      // Another program took the port between the kernel's choice and the boot.
      if (options.port !== undefined) throw new BootError(portTaken(recipe, options.port), { cause: error })
      if (attempt === PORT_ATTEMPTS) throw error
    }
  }
}

/** The home of the JDK that runs this server; throws `BootError` if there is none. */
export function javaHomeFor(recipe: ServerRecipe): string {
  const found = findJdks()
  const jdk = chooseJdk(recipe.java, found)
  if (jdk === undefined) throw new BootError(jdkMissing(recipe, recipe.java, found))
  return jdk.home
}

class PortLost extends BootError {}

interface Installation {
  readonly home: string
  readonly javaHome: string
}

async function bootOnce(recipe: ServerRecipe, installed: Installation, options: BootOptions): Promise<ServerHandle> {
  const folder = mkdtempSync(join(tmpdir(), `${recipe.distribution}-${recipe.version}-`))
  const inFolder = (name: string): string => made(join(folder, name))
  const dataFolder = made(options.dataFolder === undefined ? join(folder, 'data') : resolve(options.dataFolder))
  const repositoryFolder = made(resolve(options.repositoryFolder ?? join(folder, 'repository')))
  const repositories = [repositoryFolder, ...(options.extraRepositoryFolders ?? []).map((path) => made(resolve(path)))]
  const configuration = inFolder('home/config')
  linkInstallation(installed.home, join(folder, 'home'), options.security === true)
  const security = options.security === true ? await prepareSecurity(recipe, installed.home, configuration) : undefined
  const [httpPort, transportPort] = await freePorts(2)
  const port = options.port ?? httpPort!
  const settings = {
    'path.home': join(folder, 'home'),
    'path.data': dataFolder,
    'path.logs': inFolder('logs'),
    ...Object.fromEntries(repositories.map((path, index) => [`path.repo.${index}`, path])),
    'cluster.name': `test-${recipe.distribution}-${recipe.version}`,
    'node.name': 'node-1',
    'network.host': '127.0.0.1',
    'http.port': `${port}`,
    [transportPortSetting(recipe)]: `${transportPort!}`,
    ...recipe.settings,
    ...security?.settings,
    ...s3Settings(options.s3),
    ...options.settings,
  }
  const logFile = join(folder, 'server.log')
  const temporary = inFolder('tmp')
  const archive = classArchive(installed.home, installed.javaHome, temporary)
  const server = startProcess(
    join(installed.javaHome, 'bin', 'java'),
    [...archive.flags, ...javaArguments(recipe, installed.home, configuration, temporary, options.heap ?? '512m')],
    { cwd: folder, logFile, settings: Object.entries(settings).map(([key, value]) => `${key}=${value}`) },
  )
  const target: RestTarget =
    security === undefined
      ? { url: `http://127.0.0.1:${port}` }
      : { url: `https://127.0.0.1:${port}`, credentials: security.credentials, caFile: security.caFile }
  await untilReady(recipe, server, target, logFile, options.timeoutSeconds ?? 240)
  const removeFolder = removedAtExit(server, folder)
  return {
    ...target,
    distribution: recipe.distribution,
    version: recipe.version,
    repositoryFolder,
    dataFolder,
    pid: server.pid,
    log: () => server.log(),
    stop: async () => {
      await server.stop()
      archive.keep(server.ended())
      removeFolder()
    },
  }
}

/** Removes the temporary folder when called; if this process exits before that, ends the server first. */
function removedAtExit(server: ServerProcess, folder: string): () => void {
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  const killAndRemove = (): void => {
    server.kill()
    remove()
  }
  process.once('exit', killAndRemove)
  return () => {
    process.off('exit', killAndRemove)
    remove()
  }
}

function made(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return folder
}

/** Each server has a home of its own that points into the assembled one: so plugins can be chosen per boot. */
function linkInstallation(home: string, own: string, withSecurity: boolean): void {
  symlinkSync(join(home, 'modules'), join(own, 'modules'))
  const plugins = made(join(own, 'plugins'))
  for (const name of readdirSync(join(home, 'plugins'))) {
    if (name !== 'opensearch-security' || withSecurity) symlinkSync(join(home, 'plugins', name), join(plugins, name))
  }
}

function transportPortSetting(recipe: ServerRecipe): string {
  const oldName = recipe.distribution === 'elasticsearch' && Number(recipe.version.split('.')[0]) < 7
  return oldName ? 'transport.tcp.port' : 'transport.port'
}

function s3Settings(s3: BootOptions['s3']): Record<string, string> {
  if (s3 === undefined) return {}
  return {
    's3.client.default.endpoint': s3.endpoint,
    's3.client.default.protocol': s3.endpoint.startsWith('https:') ? 'https' : 'http',
    's3.client.default.path_style_access': 'true',
    's3.client.default.region': 'us-east-1',
    'secure:s3.client.default.access_key': s3.accessKey,
    'secure:s3.client.default.secret_key': s3.secretKey,
  }
}

function javaArguments(
  recipe: ServerRecipe,
  home: string,
  configuration: string,
  temporary: string,
  heap: string,
): string[] {
  return [
    `-Xms${heap}`,
    `-Xmx${heap}`,
    '-XX:+UseSerialGC',
    // A server that lives for a minute or two is busy with its second compiler longer than the code that it makes is used.
    '-XX:TieredStopAtLevel=1',
    `-Djava.io.tmpdir=${temporary}`,
    '-Djava.awt.headless=true',
    '-Dfile.encoding=UTF-8',
    '-Djna.nosys=true',
    `-Dlog4j.configurationFile=${join(home, 'launcher', 'log4j2.properties')}`,
    `-Dlog4j.configuration=file:${join(home, 'launcher', 'log4j.properties')}`,
    '-Dlog4j.shutdownHookEnabled=false',
    '-Dlog4j2.disable.jmx=true',
    '-Dlog4j2.formatMsgNoLookups=true',
    '-Dio.netty.noUnsafe=true',
    '-Dio.netty.noKeySetOptimization=true',
    '-Dio.netty.recycler.maxCapacityPerThread=0',
    '-Dio.netty.allocator.numDirectArenas=0',
    ...recipe.jvmFlags.map((flag) => flag.replace('@home@', home).replace('@configuration@', configuration)),
    ...['-cp', classPath(home), recipe.launcher, configuration],
  ]
}

/** Polls until the server names its version and its indices are there; stops it and throws when it ends or takes too long. */
async function untilReady(
  recipe: ServerRecipe,
  server: ServerProcess,
  target: RestTarget,
  logFile: string,
  timeoutSeconds: number,
): Promise<void> {
  const giveUpAt = Date.now() + timeoutSeconds * 1000
  let lastAnswer = 'none'
  for (;;) {
    const ended = server.ended()
    if (ended !== undefined) {
      const lastLines = server.log()
      const message = diedWhileBooting(recipe, ended, { logFile, lastLines })
      throw PORT_IN_USE.test(lastLines.join('\n')) ? new PortLost(message) : new BootError(message)
    }
    if (Date.now() > giveUpAt) {
      await server.stop()
      throw new BootError(bootTimeout(recipe, timeoutSeconds, lastAnswer, { logFile, lastLines: server.log() }))
    }
    lastAnswer = await probe(target, recipe.version)
    if (lastAnswer === 'ready') return
    await delay(POLL_MS)
  }
}

async function probe(target: RestTarget, version: string): Promise<string> {
  try {
    const client = rest(target)
    await client.get('/_cluster/health?wait_for_status=yellow&timeout=2s')
    const root = await client.get<{ version?: { number?: string } }>('/')
    return root.version?.number === version ? 'ready' : `version ${root.version?.number ?? 'unknown'}`
  } catch (error) {
    return error instanceof RestError ? `status ${error.status}` : (error as Error).message
  }
}
