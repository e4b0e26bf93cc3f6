import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadShop } from '../../scripts/demo/load-shop.ts'
import type { RunView } from '../../src/report/run-view.ts'
import type { ServerHandle } from '../servers/boot.ts'
import { rest } from '../servers/rest.ts'
import { bootPair } from './boot-pair.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt, type Home } from './home.ts'
import { wipe } from './target-state.ts'

/** Small requests at a slow pace, so that there is time to interrupt. */
const SLOW_TARGET = '    requestsPerSecond: 40\n'
const SMALL_BULKS = '        documentBackfill:\n          bulkDocs: 100\n'
const ORDERS = ['orders-2023', 'orders-2024']
const ORDERS_DOCUMENTS = 15_000

describe('a migration that does not run through', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-interruptions-'))
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    ;[source, target] = await bootPair()
    await loadShop(rest(source), { indices: [...ORDERS, 'feedback'] })
  })
  beforeEach(() => wipe(target))
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  /** Submits the orders at a slow pace and returns when a part of them has arrived. */
  async function loading(home: Home): Promise<RunView> {
    const groups = `      - indices: ["orders-*"]\n${SMALL_BULKS}`
    await home.configure(pageConfiguration(source, target, { groups, target: SLOW_TARGET }))
    const { code, stderr } = await home.run(['submit'])
    expect(code, stderr).toBe(0)
    const view = await home.until((seen) => !seen.alive || documentsDone(seen) > 1000)
    expect(view.alive, JSON.stringify(view)).toBe(true)
    return view
  }

  async function expectAllOrders(): Promise<void> {
    expect(await compareDocuments(source, target, ORDERS)).toEqual({ equal: ORDERS_DOCUMENTS, differences: [] })
    expect(await refreshIntervals(target)).toEqual(['10s', '10s'])
    expect(await rest(source).get('/_snapshot')).toEqual({})
  }

  test('killed with SIGKILL, it goes on with resume, and every document is there', async () => {
    const home = homeAt(join(work, 'killed'))
    const { name } = await loading(home)
    const pid = home.runnerPid(name)!
    process.kill(pid, 'SIGKILL')
    const dead = await home.until((view) => !view.alive)
    expect(dead.phase).not.toBe('Succeeded')

    const resumed = await home.run(['resume'])
    expect(resumed.code, resumed.stderr).toBe(0)
    const view = await home.until((seen) => !seen.alive)
    expect(view.phase, JSON.stringify(view)).toBe('Succeeded')
    expect(view.name).toBe(name)
    await expectAllOrders()
  })

  test('stopped, it leaves the clusters in order, and the same submit goes on', async () => {
    const home = homeAt(join(work, 'stopped'))
    const { name } = await loading(home)
    const stop = await home.run(['stop', '--wait'])
    expect(stop.code, stop.stderr).toBe(0)
    const stopped = await home.view()
    expect(stopped.phase).toBe('Stopped')
    const { progress, indices } = stopped.steps.find(({ kind }) => kind === 'restore-documents')!
    expect(indices!.map(({ index }) => index).toSorted()).toEqual(ORDERS)
    const read = indices!.flatMap(({ shards }) => shards.map(({ documents }) => documents.done))
    expect(read.reduce((sum, done) => sum + done, 0)).toBe(progress!.documents!.done)
    expect(home.runnerPid(name)).toBeUndefined()
    expect(await refreshIntervals(target)).toEqual(['10s', '10s'])

    const again = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(again.code, again.stderr).toBe(0)
    expect(again.stdout).toBe(`${name}\n`)
    await expectAllOrders()
  })

  test('with documents that the target refuses, it ends with 3 and keeps each with its reason', async () => {
    const home = homeAt(join(work, 'rejects'))
    const relation = { type: 'join', relations: { question: 'answer' } }
    const properties = { relation, stars: { type: 'boolean' } }
    await rest(target).put('/feedback', { settings: { number_of_replicas: 0 }, mappings: { properties } })
    const groups = '      - indices: ["feedback"]\n        metadataMigration:\n          existingIndex: keep\n'
    await home.configure(pageConfiguration(source, target, { groups }))
    const submitted = await home.run(['submit', '--wait', '--timeout', '300'])
    expect(submitted.code, submitted.stderr).toBe(3)
    expect((await home.run(['status'])).stdout).toContain('⚠ Restore Documents (Finished with rejects)')

    const { stdout } = await home.run(['rejects', '-o', 'json'])
    const rejects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { index: string; id: string; reason: string; _source: { stars: number } })
    expect(rejects).toHaveLength(2500)
    expect(new Set(rejects.map(({ id }) => id)).size).toBe(2500)
    expect(rejects.every(({ id, index }) => index === 'feedback' && id.startsWith('A-'))).toBe(true)
    expect(rejects[0]!.reason).toContain('stars')
    expect(rejects[0]!._source.stars).toBeGreaterThan(0)
    expect(await rest(target).get('/feedback/_count')).toMatchObject({ count: 1000 })
  })

  test('whose target is gone, it changes nothing and says which cluster does not answer', async () => {
    const home = homeAt(join(work, 'unreachable'))
    await home.configure(pageConfiguration(source, { url: 'http://127.0.0.1:9' }))
    const submitted = await home.run(['submit', '--wait'])
    expect(submitted.code).toBe(1)
    expect(submitted.stderr).toContain('CLUSTER_UNREACHABLE')
    expect(submitted.stderr).toContain('127.0.0.1:9')
    expect(await rest(source).get('/_snapshot')).toEqual({})
  })
})

function documentsDone({ steps }: RunView): number {
  return steps.find(({ kind }) => kind === 'restore-documents')?.progress?.documents?.done ?? 0
}

async function refreshIntervals(server: ServerHandle): Promise<(string | undefined)[]> {
  const settings =
    await rest(server).get<Record<string, { settings: { index: { refresh_interval?: string } } }>>(
      '/orders-*/_settings',
    )
  return Object.values(settings).map(({ settings: { index } }) => index.refresh_interval)
}
