import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { World } from '../../../src/cli/world.ts'
import { GOOD } from '../config/mistakes.ts'
import { pipe, runCli, type ProgramRun } from './world.ts'

const INLINE = GOOD.replace('passwordFromFile: /run/secrets/shop', 'password: hunter2 # for now')

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'configure-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function configure(args: string, changes: Partial<World> = {}): Promise<ProgramRun> {
  return runCli(['configure', ...args.split(' ')], { env: { WORKFLOW_HOME: home }, cwd: home, ...changes })
}

function withInput(text: string): Partial<World> {
  return { stdin: pipe(text) }
}

/** A terminal whose editor changes the file as given, or ends with an exit code. */
function withEditor(change: (text: string) => string | number): Partial<World> {
  return {
    stdin: { ...pipe(''), isTty: true },
    runInForeground: (_, args) => {
      const file = args.at(-1)!
      const result = change(readFileSync(file, 'utf8'))
      if (typeof result === 'number') return Promise.resolve(result)
      writeFileSync(file, result)
      return Promise.resolve(0)
    },
  }
}

const save = (text: string): Promise<ProgramRun> => configure('edit --stdin', withInput(text))
const saved = async (): Promise<string> => (await configure('view --secrets')).stdout

describe('configure sample', () => {
  test('prints a configuration that is valid', async () => {
    const { stdout } = await configure('sample')
    expect(stdout).toMatch(/^# yaml-language-server: \$schema=.*backfill\.schema\.json\n/)
    expect((await configure('validate -', withInput(stdout))).exitCode).toBe(0)
  })

  test('--load saves it beside the schema that editors look for', async () => {
    expect((await configure('sample --load')).exitCode).toBe(0)
    expect(await saved()).toMatch(/^# yaml-language-server: \$schema=backfill\.schema\.json\n/)
    expect(JSON.parse(readFileSync(join(home, 'backfill.schema.json'), 'utf8'))).toHaveProperty('then')
  })
})

describe('configure edit', () => {
  test('--stdin replaces the saved configuration', async () => {
    const run = await save(GOOD)
    expect([run.exitCode, run.stdout]).toEqual([0, ''])
    expect(await saved()).toBe(GOOD)
  })

  test('--stdin refuses a text with errors: exit code 2, each place named, nothing changed', async () => {
    await save(GOOD)
    const run = await save(GOOD.replace('indices', 'indicies').replace('"7.10.2"', '7.10'))
    expect([run.exitCode, run.code]).toEqual([2, 'CONFIG_INVALID'])
    expect(run.stderr).toContain('standard input:4:14 error CFG_UNQUOTED_VERSION')
    expect(run.stderr).toContain('standard input:16:9 error CFG_UNKNOWN_KEY')
    expect(await saved()).toBe(GOOD)
  })

  test('saves what the editor left, with its comments', async () => {
    await save(GOOD)
    const run = await configure(
      'edit',
      withEditor((text) => `# mine\n${text}`),
    )
    expect(run.exitCode).toBe(0)
    expect(await saved()).toBe(`# mine\n${GOOD}`)
  })

  test('begins with the sample when nothing is saved', async () => {
    await configure(
      'edit',
      withEditor((text) => text),
    )
    expect(await saved()).toContain('my-source')
  })

  test('keeps a text with errors as a draft, which the next edit goes on with', async () => {
    await save(GOOD)
    const first = await configure(
      'edit',
      withEditor((text) => text.replace('indices', 'indicies')),
    )
    expect([first.exitCode, first.code]).toEqual([2, 'CONFIG_INVALID'])
    expect(await saved()).toBe(GOOD)
    const second = await configure(
      'edit',
      withEditor((text) => text.replace('indicies: ["orders-*"]', 'indices: ["new-*"]')),
    )
    expect(second.stderr).toContain('Going on with the draft')
    expect(await saved()).toBe(GOOD.replace('orders-*', 'new-*'))
  })

  test('changes nothing when the editor fails', async () => {
    await save(GOOD)
    const run = await configure(
      'edit',
      withEditor(() => 1),
    )
    expect(run.exitCode).not.toBe(0)
    expect(await saved()).toBe(GOOD)
  })

  test('without a terminal asks for --stdin', async () => {
    expect(await configure('edit')).toMatchObject({ exitCode: 2, code: 'USAGE' })
  })
})

describe('configure view', () => {
  test('shows no secrets unless asked', async () => {
    await save(INLINE)
    expect((await configure('view')).stdout).toBe(INLINE.replace('hunter2', '*******'))
    expect((await configure('view --secrets')).stdout).toBe(INLINE)
  })

  test('without a saved configuration says how to get one', async () => {
    expect(await configure('view')).toMatchObject({ exitCode: 2, code: 'CONFIG_MISSING' })
  })
})

describe('configure validate', () => {
  test('a file with mistakes: exit code 2 and each place', async () => {
    writeFileSync(join(home, 'bad.yaml'), GOOD.replace('sourceCluster: shop', 'sourceCluster: shpo'))
    const run = await configure('validate bad.yaml')
    expect(run.exitCode).toBe(2)
    expect(run.stderr).toContain("bad.yaml:13:20 error CFG_UNKNOWN_SOURCE: there is no 'shpo' in sourceClusters")
  })

  test('findings as JSON', async () => {
    const run = await configure('validate - -o json', withInput(INLINE))
    expect(JSON.parse(run.stdout)).toMatchObject({
      schemaVersion: 1,
      valid: true,
      diagnostics: [{ code: 'CFG_INLINE_SECRET', line: 8, column: 19 }],
    })
    expect(run.stdout + run.stderr).not.toContain('hunter2')
  })

  test('a file that is not there', async () => {
    expect(await configure('validate nowhere.yaml')).toMatchObject({ exitCode: 2, code: 'CONFIG_MISSING' })
  })
})

test('configure convert writes the other form and says what changes', async () => {
  const there = await configure('convert -', withInput(GOOD))
  expect(there.stdout).toContain('snapshotMigrationConfigs:')
  expect(there.stderr).toContain("user name and password of 'shop' are to be put into a Secret 'shop-login'")
  const back = await configure('convert - -o json', withInput(there.stdout))
  expect(JSON.parse(back.stdout)).toMatchObject({ from: 'newer', to: 'page' })
})

test('configure clear removes the saved configuration', async () => {
  await save(GOOD)
  expect((await configure('clear')).stderr).toContain('The saved configuration is removed')
  expect((await configure('clear')).stderr).toBe('There is no saved configuration.\n')
})

describe('configure credentials', () => {
  test('a value from standard input is kept for its owner, listed and removed', async () => {
    const run = await configure('credentials set shop-login password', withInput('hunter2\n'))
    expect(run.stderr).not.toContain('hunter2')
    const file = join(home, 'credentials', 'shop-login', 'password')
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['hunter2', 0o600])
    const list = await configure('credentials list -o json')
    expect(JSON.parse(list.stdout)).toEqual({
      schemaVersion: 1,
      credentials: [{ name: 'shop-login', keys: ['password'] }],
    })
    expect((await configure('credentials remove shop-login')).exitCode).toBe(0)
    expect((await configure('credentials remove shop-login')).exitCode).toBe(2)
  })

  test('a terminal asks for the value and shows nothing of it', async () => {
    const run = await configure('credentials create shop-login --username admin', {
      stdin: { ...pipe(''), isTty: true, readHidden: () => Promise.resolve('hunter2') },
    })
    expect(run.stderr).toMatch(/^password \(not shown\): /)
    expect(run.stdout + run.stderr).not.toContain('hunter2')
    expect(readFileSync(join(home, 'credentials', 'shop-login', 'password'), 'utf8')).toBe('hunter2')
  })

  test.each(['../evil password', '.. password', 'a/b password', 'shop token'])('refuses %s', async (args) => {
    expect(await configure(`credentials set ${args}`, withInput('x'))).toMatchObject({ exitCode: 2, code: 'USAGE' })
  })

  test('move puts inline passwords into files and keeps every comment', async () => {
    await save(INLINE)
    const run = await configure('credentials move')
    expect(run.stdout + run.stderr).not.toContain('hunter2')
    const file = join(home, 'credentials', 'source-shop', 'password')
    expect(readFileSync(file, 'utf8')).toBe('hunter2')
    expect(await saved()).toBe(INLINE.replace('password: hunter2', `passwordFromFile: ${file}`))
    expect((await configure('credentials move')).stderr).toBe('No secret stands in the saved configuration.\n')
  })

  test('move serves an alias of two clusters at once', async () => {
    const shared = INLINE.replace('authConfig:\n', 'authConfig: &auth\n').replace(
      'https://search.example:9200\n',
      'https://search.example:9200\n    authConfig: *auth\n',
    )
    await save(shared)
    expect((await configure('credentials move')).exitCode).toBe(0)
    expect(await saved()).not.toContain('hunter2')
  })
})
