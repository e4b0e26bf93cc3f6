import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cached, cacheFolder } from '../../servers/cache.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-test-'))
  vi.stubEnv('BACKFILL_TEST_CACHE', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

test('the cache is where the environment says', () => {
  expect(cacheFolder({ BACKFILL_TEST_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a')
  expect(cacheFolder({ XDG_CACHE_HOME: '/b' })).toBe('/b/backfill-workflow-tests')
  expect(cacheFolder({})).toMatch(/\/\.cache\/backfill-workflow-tests$/)
})

test('a folder is built once, even when asked for twice at once', async () => {
  let builds = 0
  const build = async (draft: string): Promise<void> => {
    builds++
    writeFileSync(join(draft, 'file'), 'content')
  }
  const [first, second] = await Promise.all([cached('server-1', build), cached('server-1', build)])
  expect(first).toBe(join(folder, 'server-1'))
  expect(second).toBe(first)
  expect(builds).toBe(1)
  expect(readFileSync(join(first, 'file'), 'utf8')).toBe('content')
  expect(readdirSync(folder)).toEqual(['server-1'])
})

test('a build that fails leaves nothing behind, and the next one works', async () => {
  const fails = cached('server-1', async (draft) => {
    writeFileSync(join(draft, 'half'), '')
    throw new Error('no network')
  })
  await expect(fails).rejects.toThrow('no network')
  expect(readdirSync(folder)).toEqual([])
  await cached('server-1', async () => undefined)
  expect(existsSync(join(folder, 'server-1'))).toBe(true)
})

test('data that a server has to be built for does not wait for itself', async () => {
  const build = async (): Promise<void> => {
    await cached('server-1', async () => undefined)
  }
  await cached('data-1', build, 'data')
  expect(readdirSync(folder).sort()).toEqual(['data-1', 'server-1'])
})

test('the lock of a process that is gone does not count', async () => {
  const beyondAnyProcess = 2 ** 30
  writeFileSync(join(folder, 'build.lock'), `${beyondAnyProcess}@${hostname()}`)
  await cached('server-1', async () => undefined)
  expect(readdirSync(folder)).toEqual(['server-1'])
})
