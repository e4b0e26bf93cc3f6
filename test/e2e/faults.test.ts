import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunView } from '../../src/report/run-view.ts'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { rest, type RestTarget } from '../servers/rest.ts'
import { startFaultyProxy, type FaultyProxy } from '../servers/s3/faulty-proxy.ts'
import { startS3Server, type S3Server } from '../servers/s3/server.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt, type Home } from './home.ts'
import { wipe } from './target-state.ts'

const INDEX = 'events'
const DOCUMENTS = 20_000
const BULK_DOCS = 100
const KILLS = 20
const BULKS_A_LIFE = 6
/** Bodies on their way at once: four for each worker, one worker for each core. */
const MOST_IN_FLIGHT = 4 * availableParallelism()
const SLOW = '    requestsPerSecond: 8\n'
const GROUPS = `      - indices: ["${INDEX}"]\n        documentBackfill:\n          bulkDocs: ${BULK_DOCS}\n`
const SNAPSHOT = '    snapshotRepo:\n      repoName: kept\n    existingSnapshot: nightly\n'

/** Faults of the parts around a migration; whatever they are, no document is lost and none is counted twice. */
describe('a migration among faults', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-faults-'))
  const dataFolder = join(work, 'target-data')
  let source: ServerHandle
  let target: ServerHandle
  beforeAll(async () => {
    mkdirSync(dataFolder)
    ;[source, target] = await Promise.all([
      bootServer({
        distribution: 'elasticsearch',
        version: '7.10.2',
        repositoryFolder: join(work, 'buckets', 'snapshots'),
      }),
      bootTarget(),
    ])
    await fill(source)
  })
  beforeEach(() => wipe(target))
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  function bootTarget(port?: number): Promise<ServerHandle> {
    const options = { distribution: 'opensearch', version: '2.19', heap: '768m', dataFolder } as const
    return bootServer({ ...options, ...(port === undefined ? {} : { port }) })
  }

  /** Submits and returns when the first documents have arrived. */
  async function loading(home: Home, into: RestTarget, pace = SLOW): Promise<RunView> {
    await home.configure(pageConfiguration(source, into, { groups: GROUPS, source: SNAPSHOT, target: pace }))
    const { code, stderr } = await home.run(['submit'])
    expect(code, stderr).toBe(0)
    const view = await home.until((seen) => !seen.alive || loaded(seen) > 0)
    expect(view.alive, JSON.stringify(view)).toBe(true)
    return view
  }

  /** Every document is there as it was, was counted once, and settings are as they were. */
  async function expectAll(home: Home): Promise<void> {
    const view = await home.until((seen) => !seen.alive)
    expect(view.phase, JSON.stringify(view)).toBe('Succeeded')
    expect(await compareDocuments(source, target, [INDEX])).toEqual({ equal: DOCUMENTS, differences: [] })
    const restored = view.steps.find(({ kind }) => kind === 'restore-documents')!
    expect(restored.progress?.documents).toEqual({ done: DOCUMENTS, total: DOCUMENTS })
    expect(await refreshInterval(target)).toBe('7s')
  }

  test(`killed with SIGKILL ${KILLS} times in one load, it repeats at most the bulks in flight`, async () => {
    const proxy = await startFaultyProxy(target.url)
    try {
      // Each runner hears of a few bulks; the target takes the next ones as well, but their answers never arrive.
      let left = BULKS_A_LIFE
      proxy.plan(({ url }) => (url.startsWith('/_bulk') && left-- <= 0 ? { kind: 'stall', afterBytes: 1 } : undefined))
      const home = homeAt(join(work, 'killed'))
      let view = await loading(home, { url: proxy.endpoint }, '')
      for (let kill = 1; kill <= KILLS; kill++) {
        expect(view.alive, JSON.stringify(view)).toBe(true)
        process.kill(home.runnerPid(view.name)!, 'SIGKILL')
        await home.until((seen) => !seen.alive)
        left = kill === KILLS ? Infinity : BULKS_A_LIFE
        const { code, stderr } = await home.run(['resume'])
        expect(code, stderr).toBe(0)
        const before = loaded(view)
        if (kill < KILLS) view = await home.until((seen) => !seen.alive || loaded(seen) > before)
      }
      await expectAll(home)
      const repeated = (await indexed(target)) - DOCUMENTS
      expect(repeated).toBeGreaterThan(0)
      expect(repeated).toBeLessThanOrEqual(KILLS * MOST_IN_FLIGHT * BULK_DOCS)
    } finally {
      await proxy.stop()
    }
  })

  test('waits for a target that is gone for half a minute', async () => {
    const home = homeAt(join(work, 'target-gone'))
    await loading(home, target)
    const { port } = new URL(target.url)
    await target.stop()
    const goneAt = performance.now()
    let waiting: RunView | undefined
    await home.until((view) => {
      if (message(view).startsWith('waiting')) waiting = view
      return !view.alive || performance.now() - goneAt > 30_000
    })
    expect(waiting, 'a view that says what is waited for').toBeDefined()
    target = await bootTarget(Number(port))
    await expectAll(home)
  })

  test('a target that answers 429, 503 and not at all in between gets every document', async () => {
    const proxy: FaultyProxy = await startFaultyProxy(target.url)
    try {
      let bulks = 0
      proxy.plan(({ url }) => {
        if (!url.startsWith('/_bulk')) return undefined
        switch (++bulks % 7) {
          case 1:
            return { kind: 'answer', status: 429, body: overloaded(429) }
          case 3:
            return { kind: 'answer', status: 503, body: overloaded(503), headers: { 'retry-after': '1' } }
          case 5:
            return { kind: 'reset' }
          case 6:
            // The target took the bulk, but nobody hears of it.
            return { kind: 'cut', afterBytes: 10 }
          default:
            return undefined
        }
      })
      const home = homeAt(join(work, 'target-faulty'))
      await loading(home, { url: proxy.endpoint }, '')
      await expectAll(home)
      expect(bulks).toBeGreaterThan(DOCUMENTS / BULK_DOCS)
    } finally {
      await proxy.stop()
    }
  })

  test('a repository in S3 that answers 503 and cuts bodies is read whole', async () => {
    const s3: S3Server = await startS3Server({ folder: join(work, 'buckets') })
    const proxy = await startFaultyProxy(s3.endpoint)
    try {
      let reads = 0
      proxy.plan(({ range }) => {
        if (range === undefined) return undefined
        reads++
        if (reads % 5 === 1) return { kind: 'answer', status: 503, body: SLOW_DOWN }
        return reads % 5 === 3 ? { kind: 'cut', afterBytes: 7 } : undefined
      })
      const keys = { AWS_ACCESS_KEY_ID: s3.accessKey, AWS_SECRET_ACCESS_KEY: s3.secretKey }
      const home = homeAt(join(work, 's3-faulty'), keys)
      const repository = `    snapshotRepo:
      s3RepoPathUri: s3://snapshots/kept
      aws_region: ${s3.region}
      endpoint: ${proxy.endpoint}
    existingSnapshot: nightly
`
      await home.configure(pageConfiguration(source, target, { groups: GROUPS, source: repository }))
      const { code, stderr } = await home.run(['submit', '--wait', '--timeout', '300'])
      expect(code, stderr).toBe(0)
      await expectAll(home)
      expect(reads).toBeGreaterThan(10)
    } finally {
      await proxy.stop()
      await s3.stop()
    }
  })

  const noMount = reasonNotToMount(work)
  test.skipIf(noMount !== undefined)(
    `goes on after its state folder was full${noMount === undefined ? '' : ` [skipped: ${noMount}]`}`,
    async () => {
      const folder = join(work, 'small-disk')
      mkdirSync(folder)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
      try {
        const home = homeAt(join(folder, 'home'))
        await loading(home, target)
        fillDisk(join(folder, 'ballast'))
        const failed = await home.until((view) => !view.alive)
        expect(failed.phase).not.toBe('Succeeded')
        rmSync(join(folder, 'ballast'))
        const { code, stderr } = await home.run(['resume'])
        expect(code, stderr).toBe(0)
        await expectAll(home)
      } finally {
        execFileSync('umount', ['-l', folder])
      }
    },
  )

  test('stopped and resumed again and again, it repeats nothing', async () => {
    const home = homeAt(join(work, 'stopped'))
    await loading(home, target)
    let stops = 0
    for (let alive = true; alive && stops < 3; stops++) {
      const stop = await home.run(['stop', '--wait'])
      expect(stop.code, stop.stderr).toBe(0)
      expect(await refreshInterval(target)).toBe('7s')
      const before = loaded(await home.view())
      expect(before).toBeLessThan(DOCUMENTS)
      const { code, stderr } = await home.run(['resume'])
      expect(code, stderr).toBe(0)
      // On a slow machine the rest may have been loaded before anybody looks.
      alive = (await home.until((seen) => !seen.alive || loaded(seen) > before)).alive
    }
    expect(stops).toBeGreaterThan(0)
    await expectAll(home)
    expect(await indexed(target)).toBe(DOCUMENTS)
  })
})

async function fill(source: ServerHandle): Promise<void> {
  const client = rest(source)
  await client.put(`/${INDEX}`, {
    settings: { number_of_shards: 3, number_of_replicas: 0, refresh_interval: '7s' },
    mappings: { properties: { n: { type: 'integer' } } },
  })
  for (let from = 0; from < DOCUMENTS; from += 5000) {
    const lines = Array.from({ length: 5000 }, (_, k) => [
      { index: { _index: INDEX, _id: `event-${from + k}` } },
      { n: from + k, text: `event number ${from + k} `.repeat(1 + (k % 9)) },
    ])
    await client.bulk(lines.flat())
  }
  await client.put('/_snapshot/kept', { type: 'fs', settings: { location: join(source.repositoryFolder, 'kept') } })
  await client.put('/_snapshot/kept/nightly?wait_for_completion=true')
}

function loaded({ steps }: RunView): number {
  return steps.find(({ kind }) => kind === 'restore-documents')?.progress?.documents?.done ?? 0
}

function message({ steps }: RunView): string {
  return steps.find(({ kind }) => kind === 'restore-documents')?.progress?.message ?? ''
}

/** Index operations that the target has executed: documents and repetitions. */
async function indexed(server: RestTarget): Promise<number> {
  const stats = await rest(server).get<{ _all: { primaries: { indexing: { index_total: number } } } }>(
    `/${INDEX}/_stats/indexing`,
  )
  return stats._all.primaries.indexing.index_total
}

async function refreshInterval(server: RestTarget): Promise<string | undefined> {
  const found = await rest(server).get<Record<string, { settings: { index: { refresh_interval?: string } } }>>(
    `/${INDEX}/_settings`,
  )
  return found[INDEX]?.settings.index.refresh_interval
}

function overloaded(status: number): string {
  const error = { type: 'rejected_execution_exception', reason: 'queue is full' }
  return JSON.stringify({ error, status })
}

const SLOW_DOWN =
  '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>'

/** Why no small file system can be had here, or undefined. */
function reasonNotToMount(work: string): string | undefined {
  const probe = join(work, 'probe')
  mkdirSync(probe)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe], { stdio: 'pipe' })
    execFileSync('umount', [probe], { stdio: 'pipe' })
    return undefined
  } catch {
    return 'a small file system can be mounted by root only'
  }
}

/** Writes until nothing more fits. */
function fillDisk(file: string): void {
  for (let piece = 64 * 1024; piece >= 1; piece = Math.floor(piece / 2)) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(piece), { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}
