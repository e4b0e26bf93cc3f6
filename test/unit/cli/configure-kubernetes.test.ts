import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { secretRevealer } from '../../../src/cli/reveal-secret.ts'
import type { World } from '../../../src/cli/world.ts'
import { GOOD } from '../config/mistakes.ts'
import { startFakeApiServer, type FakeApiServer } from '../kubernetes/fake-api-server.ts'
import { writeKubeconfig } from '../kubernetes/kubeconfig.ts'
import { fakeWorld, pipe, runCli, type ProgramRun } from './world.ts'

const INLINE = GOOD.replace('passwordFromFile: /run/secrets/shop', 'password: hunter2 # for now')
const CONFIG_MAP = '/api/v1/namespaces/ma/configmaps/backfill-workflow-config'
const SECRETS = '/api/v1/namespaces/ma/secrets'

let server: FakeApiServer
let folder: string
let env: Record<string, string>
beforeEach(async () => {
  server = await startFakeApiServer()
  folder = mkdtempSync(join(tmpdir(), 'configure-kubernetes-'))
  env = { WORKFLOW_ENGINE: 'argo', KUBECONFIG: writeKubeconfig(folder, server.url), WORKFLOW_HOME: folder }
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

function configure(args: string, changes: Partial<World> = {}): Promise<ProgramRun> {
  return runCli(['configure', ...args.split(' ')], { env, cwd: folder, ...changes })
}

function withInput(text: string): Partial<World> {
  return { stdin: pipe(text) }
}

const save = (text: string): Promise<ProgramRun> => configure('edit --stdin', withInput(text))

function dataOf(path: string): Readonly<Record<string, string>> {
  return server.objects.get(path)?.['data'] as Readonly<Record<string, string>>
}

function secret(name: string): Readonly<Record<string, string>> {
  const values = Object.entries(dataOf(`${SECRETS}/${name}`))
  return Object.fromEntries(values.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]))
}

describe('the saved configuration on Kubernetes', () => {
  test('is in a ConfigMap of the namespace', async () => {
    const run = await save(GOOD)
    expect([run.exitCode, run.stderr]).toEqual([0, 'Saved as ConfigMap backfill-workflow-config in namespace ma\n'])
    expect(dataOf(CONFIG_MAP)).toEqual({ 'config.yaml': GOOD })
    expect((await configure('view --secrets')).stdout).toBe(GOOD)
  })

  test('begins with the sample', async () => {
    expect((await configure('sample --load')).exitCode).toBe(0)
    expect((await configure('validate')).exitCode).toBe(0)
  })

  test('is missing before anything was saved, and after it was cleared', async () => {
    expect(await configure('view')).toMatchObject({ exitCode: 2, code: 'CONFIG_MISSING' })
    await save(GOOD)
    expect((await configure('clear')).exitCode).toBe(0)
    expect(await configure('view')).toMatchObject({ exitCode: 2, code: 'CONFIG_MISSING' })
    expect((await configure('view --earlier 1 --secrets')).stdout).toBe(GOOD)
  })

  test('stays as it is when the new text has mistakes', async () => {
    await save(GOOD)
    expect(await save(INLINE.replace('migrations:', 'migration:'))).toMatchObject({ exitCode: 2 })
    expect(dataOf(CONFIG_MAP)).toEqual({ 'config.yaml': GOOD })
    expect([...server.objects.keys()].filter((path) => path.startsWith(SECRETS))).toEqual([])
  })

  test('has the last twenty versions, and what changed since', async () => {
    for (let number = 0; number <= 22; number++) await save(`${GOOD}# ${number}\n`)
    const { versions } = JSON.parse((await configure('history -o json')).stdout) as { versions: { number: number }[] }
    expect(versions.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, at) => 22 - at))
    expect((await configure('view --diff')).stdout).toMatch(/^-# 21\n\+# 22\n/m)
    expect((await configure('view --earlier 2')).code).toBe('USAGE')
  })

  test('is not lost when two save at one moment', async () => {
    const runs = await Promise.all([save(`${GOOD}# a\n`), save(`${GOOD}# b\n`), save(`${GOOD}# c\n`)])
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0])
    const texts = await Promise.all(
      ['--secrets', '--earlier 1 --secrets', '--earlier 2 --secrets'].map((args) => configure(`view ${args}`)),
    )
    expect(texts.map(({ stdout }) => stdout.at(-2)).toSorted()).toEqual(['a', 'b', 'c'])
  })
})

describe('passwords in a configuration that is saved on Kubernetes', () => {
  test('go into a Secret with the user name, and never into the ConfigMap', async () => {
    const run = await save(INLINE)
    expect(run.stderr).toContain('authConfig.basic.password is now in Secret source-shop\n')
    expect(secret('source-shop')).toEqual({ username: 'reader', password: 'hunter2' })
    const text = dataOf(CONFIG_MAP)['config.yaml']!
    expect(text).toContain('secretName: source-shop # for now')
    expect(text).not.toMatch(/hunter2|username:/)
    expect((await configure('validate')).exitCode).toBe(0)
    expect(JSON.stringify(server.objects.get(CONFIG_MAP))).not.toContain('hunter2')
  })

  test('do not change a Secret that a workflow may be using', async () => {
    await save(INLINE)
    await save(INLINE)
    await save(INLINE.replace('hunter2', 'hunter3'))
    expect(secret('source-shop')).toMatchObject({ password: 'hunter2' })
    expect(secret('source-shop-2')).toMatchObject({ password: 'hunter3' })
    expect(dataOf(CONFIG_MAP)['config.yaml']).toContain('secretName: source-shop-2')
  })

  test('are found again by their references', async () => {
    await save(INLINE)
    const reveal = secretRevealer(fakeWorld({ env, cwd: folder }))
    const ref = { kind: 'secret', name: 'source-shop', key: 'password' } as const
    expect((await reveal(ref)).reveal()).toBe('hunter2')
    expect((await reveal({ kind: 'file', path: '/run/workflow/secrets/source-shop/username' })).reveal()).toBe('reader')
    await configure('credentials update source-shop', withInput('changed\n'))
    expect((await reveal(ref)).reveal()).toBe('changed')
    await expect(reveal({ ...ref, key: 'apiKey' })).rejects.toThrow('it has no key apiKey')
    await expect(reveal({ ...ref, name: 'other' })).rejects.toThrow('Secret other in namespace ma: it does not exist')
  })
})

describe('configure credentials on Kubernetes', () => {
  test('create, update, list and delete Secrets', async () => {
    const created = await configure('credentials create shop --username admin', withInput('one\n'))
    expect([created.exitCode, created.stderr]).toEqual([0, 'Kept in Secret shop in namespace ma\n'])
    expect((await configure('credentials create shop', withInput('two'))).code).toBe('USAGE')
    expect((await configure('credentials update other', withInput('two'))).code).toBe('USAGE')
    expect((await configure('credentials update shop --key password', withInput('two'))).exitCode).toBe(0)
    expect(secret('shop')).toEqual({ username: 'admin', password: 'two' })
    expect((await configure('credentials list')).stdout).toBe('NAME  KEYS\nshop  password, username\n')
    expect((await configure('credentials delete shop')).exitCode).toBe(0)
    expect((await configure('credentials delete shop')).code).toBe('USAGE')
  })

  test('take values from the environment', async () => {
    const run = await configure('credentials create shop --from-env apiKey=SHOP_KEY', {
      env: { ...env, SHOP_KEY: 'abc' },
    })
    expect(run.exitCode).toBe(0)
    expect(secret('shop')).toEqual({ apiKey: 'abc' })
    expect((await configure('credentials create b --from-env apiKey=NONE')).stderr).toContain('NONE is not set')
    expect((await configure('credentials create b --from-env token=SHOP_KEY')).stderr).toContain("not 'token'")
  })

  test('leave Secrets of others alone', async () => {
    server.objects.set(`${SECRETS}/theirs`, { kind: 'Secret', metadata: { name: 'theirs', resourceVersion: '0' } })
    expect((await configure('credentials list')).stderr).toBe('No credentials are kept.\n')
    const run = await configure('credentials set theirs password', withInput('x'))
    expect([run.exitCode, run.stderr]).toEqual([2, expect.stringContaining('was not made by workflow configure')])
    expect((await configure('credentials delete theirs')).exitCode).toBe(2)
    expect(server.objects.has(`${SECRETS}/theirs`)).toBe(true)
  })
})

test('a pod of a workflow finds Secrets as files only', async () => {
  const reveal = secretRevealer(fakeWorld({ env: { ...env, WORKFLOW_SECRETS: folder }, cwd: folder }))
  await expect(reveal({ kind: 'secret', name: 'a', key: 'b' })).rejects.toThrow(join(folder, 'a', 'b'))
  expect(server.seen).toEqual([])
})
