import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { bootServer, type BootOptions, type ServerHandle } from './boot.ts'
import { chooseJdk, findJdks } from './jdk.ts'
import { type BootError, jdkMissing } from './messages.ts'
import { RECIPES, type ServerRecipe } from './recipes.ts'
import { rest } from './rest.ts'
import { startS3Server } from './s3/server.ts'
import { READER } from './security.ts'

const jdks = findJdks()
const chosen = process.env['BACKFILL_TEST_VERSIONS']?.split(/[\s,]+/).filter((version) => version !== '')

/** Without `BACKFILL_TEST_VERSIONS` all; else those that it names, such as `7.10.2,2.19.4`. */
function isChosen(recipe: ServerRecipe): boolean {
  return chosen === undefined || chosen.includes(recipe.version)
}

/** Why a server cannot run here, or undefined. */
function reasonToSkip(recipe: ServerRecipe): string | undefined {
  return chooseJdk(recipe.java, jdks) === undefined ? jdkMissing(recipe, recipe.java, jdks) : undefined
}

async function boot(options: BootOptions): Promise<ServerHandle> {
  const server = await bootServer(options)
  onTestFinished(() => server.stop())
  return server
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Line 7 and OpenSearch do without mapping types; earlier lines want one. */
function action(recipe: ServerRecipe): object {
  const typed = recipe.distribution === 'elasticsearch' && Number(recipe.version.split('.')[0]) < 7
  return { index: { _index: 'books', _id: '1', ...(typed ? { _type: 'book' } : {}) } }
}

for (const recipe of RECIPES.filter(isChosen)) {
  const reason = reasonToSkip(recipe)
  const name = `${recipe.distribution} ${recipe.version}`
  test.skipIf(reason !== undefined)(
    `${name} boots, indexes, takes a snapshot and ends${reason === undefined ? '' : ` [skipped: ${reason}]`}`,
    async () => {
      const server = await boot({ distribution: recipe.distribution, version: recipe.version })
      const client = rest(server)
      const root = await client.get<{ version: { number: string } }>('/')
      expect(root.version.number).toBe(recipe.version)
      expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)

      await client.bulk([action(recipe), { title: 'Emma' }])
      expect(await client.get('/books/_count')).toMatchObject({ count: 1 })

      await client.put('/_snapshot/here', { type: 'fs', settings: { location: server.repositoryFolder } })
      const { snapshot } = await client.put<{ snapshot: object }>('/_snapshot/here/first?wait_for_completion=true')
      expect(snapshot).toMatchObject({ state: 'SUCCESS', indices: ['books'] })
      expect(readdirSync(server.repositoryFolder)).toContain('indices')

      expect(isRunning(server.pid)).toBe(true)
      await server.stop()
      expect(isRunning(server.pid)).toBe(false)
      expect(existsSync(server.dataFolder)).toBe(false)
    },
  )
}

const usual = RECIPES.find(({ version }) => version === '7.10.2')!
const usualReason = isChosen(usual) ? reasonToSkip(usual) : 'not among BACKFILL_TEST_VERSIONS'

describe.skipIf(usualReason !== undefined)(
  `a server${usualReason === undefined ? '' : ` [skipped: ${usualReason}]`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'boot-test-'))
    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    test('keeps its documents and snapshots in folders that are given', async () => {
      const options = {
        distribution: 'elasticsearch',
        version: '7.10',
        dataFolder: join(folder, 'data'),
        repositoryFolder: join(folder, 'repository'),
        extraRepositoryFolders: [join(folder, 'second')],
        settings: { 'cluster.name': 'library' },
      } as const
      const first = await boot(options)
      await rest(first).bulk([{ index: { _index: 'books', _id: '1' } }, { title: 'Emma' }])
      await rest(first).put('/_snapshot/second', { type: 'fs', settings: { location: join(folder, 'second') } })
      await first.stop()

      const again = await boot(options)
      expect(await rest(again).get('/books/_doc/1')).toMatchObject({ _source: { title: 'Emma' } })
      expect(await rest(again).get('/')).toMatchObject({ cluster_name: 'library' })
      expect(again.repositoryFolder).toBe(join(folder, 'repository'))
      expect(existsSync(join(folder, 'repository'))).toBe(true)
    })

    test('refuses a port that is taken, and says so', async () => {
      const other = createServer()
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => void other.close())
      const { port } = other.address() as { port: number }
      await expect(bootServer({ distribution: 'elasticsearch', version: '7.10', port })).rejects.toThrow(
        `port ${port} on 127.0.0.1 is taken`,
      )
    })

    test('that refuses its settings leaves its log, with the last lines in the error', async () => {
      const failure = bootServer({
        distribution: 'elasticsearch',
        version: '7.10',
        settings: { 'no.such.setting': '1' },
      })
      const error = await failure.then(
        () => undefined,
        (reason: unknown) => reason as BootError,
      )
      expect(error?.message).toContain('boot elasticsearch 7.10.2: the server ended (exit code 1) before it answered')
      expect(error?.message).toContain('unknown setting [no.such.setting]')
      const logFile = /Log: (\S+),/.exec(error?.message ?? '')?.[1]
      expect(logFile !== undefined && existsSync(logFile)).toBe(true)
      rmSync(join(logFile!, '..'), { recursive: true })
    })

    test('that is not ready in time is ended, with what was seen in the error', async () => {
      const failure = bootServer({ distribution: 'elasticsearch', version: '7.10', timeoutSeconds: 0 })
      const error = await failure.then(
        () => undefined,
        (reason: unknown) => reason as BootError,
      )
      expect(error?.message).toContain('not ready after 0 s; last answer: ')
      rmSync(join(/Log: (\S+),/.exec(error!.message)![1]!, '..'), { recursive: true })
    })

    test('ends when the process that booted it is killed', async () => {
      const main = fileURLToPath(new URL('main.ts', import.meta.url))
      const parent = execFile(process.execPath, ['--import', 'tsx', main, 'elasticsearch', '7.10'])
      const output = await new Promise<string>((resolve, reject) => {
        let text = ''
        parent.stdout!.on('data', (chunk: string) => {
          text += chunk
          if (text.includes('Ctrl-C')) resolve(text)
        })
        parent.once('exit', (code) => reject(new Error(`main.ts ended with ${code}: ${text}`)))
      })
      const pid = Number(/\(process (\d+)\)/.exec(output)![1])
      const snapshots = /folder for snapshots (\S+)/.exec(output)![1]!
      expect(isRunning(pid)).toBe(true)
      parent.kill('SIGKILL')
      await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false)
      expect(existsSync(snapshots)).toBe(true) // nobody was left to remove it
      rmSync(join(snapshots, '..'), { recursive: true })
    })
  },
)

const secured = RECIPES.filter((recipe) => 'opensearch-security' in recipe.zippedPlugins && isChosen(recipe))
for (const recipe of secured) {
  test.skipIf(reasonToSkip(recipe) !== undefined)(
    `opensearch ${recipe.version} with security speaks HTTPS and refuses who has no rights`,
    async () => {
      const server = await boot({ distribution: 'opensearch', version: recipe.version, security: true, heap: '768m' })
      expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
      await rest(server).bulk([{ index: { _index: 'books', _id: '1' } }, { title: 'Emma' }])
      const reader = rest({ ...server, credentials: READER })
      expect(await reader.get('/books/_doc/1')).toMatchObject({ found: true })
      await expect(reader.delete('/books')).rejects.toMatchObject({ status: 403 })
      const nobody = rest({ ...server, credentials: { username: 'admin', password: 'wrong' } })
      await expect(nobody.get('/')).rejects.toMatchObject({ status: 401 })
    },
  )
}

const withS3 = RECIPES.filter(
  (recipe) => recipe.plugins.some(({ name }) => name === 'repository-s3') && isChosen(recipe),
)
for (const recipe of withS3) {
  test.skipIf(reasonToSkip(recipe) !== undefined)(
    `opensearch ${recipe.version} writes a snapshot to an S3 server`,
    async () => {
      const s3 = await startS3Server()
      onTestFinished(() => s3.stop())
      await s3.createBucket('snapshots')
      const server = await boot({ distribution: 'opensearch', version: recipe.version, s3 })
      const client = rest(server)
      await client.bulk([{ index: { _index: 'books', _id: '1' } }, { title: 'Emma' }])
      const settings = { bucket: 'snapshots', base_path: 'here', server_side_encryption_type: 'bucket_default' }
      await client.put('/_snapshot/there', { type: 's3', settings })
      const { snapshot } = await client.put<{ snapshot: object }>('/_snapshot/there/first?wait_for_completion=true')
      expect(snapshot).toMatchObject({ state: 'SUCCESS', indices: ['books'] })
      expect(server.log().join('\n')).not.toContain(s3.secretKey)
    },
  )
}
