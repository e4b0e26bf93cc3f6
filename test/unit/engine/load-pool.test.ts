import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { NO_COUNTS, type SliceRef } from '../../../src/coordination/work-store.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { Failure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import { inlineStarter } from '../../../src/engine/load/inline-loader.ts'
import type { FromLoader } from '../../../src/engine/load/load-messages.ts'
import { packFailure } from '../../../src/engine/load/load-messages.ts'
import { openLoadPool } from '../../../src/engine/load/load-pool.ts'
import { threadStarter, type StartLoader } from '../../../src/engine/load/load-thread.ts'
import { rejectFilePath, rejectFiles } from '../../../src/engine/local/reject-file.ts'
import { restoreDocuments, type RestoreDocumentsData } from '../../../src/steps/restore-documents.ts'
import { listFixtures } from '../../fixtures/load.ts'
import { fixedRandom } from '../http/test-world.ts'
import { startFakeOpenSearch, type FakeOpenSearch } from './fake-opensearch.ts'
import { loadPlan, loadStep, temporaryFolder, type LoadStep } from './load-world.ts'

const inline = inlineStarter({
  reveal: () => Promise.resolve(new Secret('')),
  clock: systemClock,
  random: fixedRandom(),
})

let target: FakeOpenSearch
afterEach(() => target.close())

/** Runs the real Restore Documents step with the pool as its loader. */
async function restore(world: LoadStep, start: StartLoader, rejects = temporaryFolder()) {
  const loadItems = openLoadPool({ parallelism: world.input.plan.parallelism, rejects: rejectFiles(rejects), start })
  const context = { ...world.context, loadItems: () => loadItems(world.input, world.context) }
  return restoreDocuments(world.input, context)
}

function expectedDocuments(index: string): Map<string, unknown> {
  const fixture = listFixtures().find(({ name }) => name === 'es-7.10.2')!
  const snapshot = fixture.repositories
    .find(({ name }) => name === 'repo')!
    .snapshots.find(({ name }) => name === 'snap-1')!
  const documents = snapshot.indices.find(({ name }) => name === index)!.expected()
  return new Map(documents.map(({ id, source }) => [`${index}/${id}`, JSON.parse(source!) as unknown]))
}

describe.each([
  ['in the runner itself', inline],
  ['in threads', threadStarter(new URL('source-thread.js', import.meta.url))],
])('a load %s', (_name, start) => {
  test('brings every document of the snapshot into the target and accounts for it', async () => {
    target = await startFakeOpenSearch()
    const world = await loadStep(loadPlan(target.url, ['many', 'plain']), [])
    const output = await restore(world, start)
    const expected = new Map([...expectedDocuments('many'), ...expectedDocuments('plain')])
    expect(parsed(target.documents)).toEqual(expected)
    expect(output).toMatchObject({
      result: 'done',
      data: { indices: { many: { read: 1094, acknowledged: 1094 }, plain: { read: 83, acknowledged: 83 } } },
    })
    expect(world.progress.at(-1)).toMatchObject({ message: '', documents: { done: 1177, total: 1177 }, rejected: 0 })
  })

  test('puts sources together as asked, and the output says what that was worth', async () => {
    target = await startFakeOpenSearch()
    const { path } = listFixtures().find(({ name }) => name === 'es-9.5.3')!.repositories[0]!
    const world = await loadStep(loadPlan(target.url, ['nosource', 'plain'], { sourceless: 'rebuild' }, path), [])
    const output = await restore(world, start)
    const { read } = (output.data as RestoreDocumentsData).indices['nosource']!
    expect(read).toBeGreaterThan(0)
    expect(output).toMatchObject({ result: 'done', data: { indices: { nosource: { acknowledged: read } } } })
    expect((output.data as RestoreDocumentsData).rebuilt).toEqual({
      nosource: { rebuilt: 0, recovered: read, fields: [] },
    })
  })

  test('after a stop what was sent is recorded, the items are given back, and a new load sends only the rest', async () => {
    const stop = new AbortController()
    target = await startFakeOpenSearch({
      before: (bulk) => {
        if (bulk === 5) stop.abort(new Failure('ABORTED', 'stop', { op: 'run', subject: 'it' }))
      },
    })
    const plan = loadPlan(target.url, ['many'])
    const world = await loadStep(plan, [], stop.signal)
    await expect(restore(world, start)).rejects.toMatchObject({ code: 'ABORTED' })
    const total = await world.context.work.totals()
    expect(total.items.pending).toBeGreaterThan(0)
    expect(total.items).toEqual({ pending: total.items.pending, leased: 0, done: 0, failed: 0 })
    expect(total.counts.acknowledged).toBe(target.documents.size)
    expect(total.counts.acknowledged).toBeGreaterThan(0)

    const before = target.bulks.length
    const again: LoadStep = { ...world, context: { ...world.context, signal: new AbortController().signal } }
    await restore(again, start)
    expect(parsed(target.documents)).toEqual(expectedDocuments('many'))
    const sentAgain = target.bulks.slice(before).flat().length
    expect(sentAgain).toBe(1094 - total.counts.acknowledged)
  })
})

describe('a load with rejects', () => {
  test('records rejects before the position that passes them', async () => {
    const refused = { status: 400, error: { type: 'mapper_parsing_exception', reason: 'no' } }
    target = await startFakeOpenSearch({ refuse: ({ id }) => (id.endsWith('7') ? refused : undefined) })
    const rejects = temporaryFolder()
    const world = await loadStep(loadPlan(target.url, ['many']), [])
    const file = rejectFilePath(rejects, world.input.step.id)
    const { work } = world.context
    const seen: number[] = []
    const checked: LoadStep = {
      ...world,
      context: {
        ...world.context,
        work: {
          plan: (slices) => work.plan(slices),
          claim: (owner) => work.claim(owner),
          items: () => work.items(),
          totals: () => work.totals(),
          finish: (item, owner, outcome) => work.finish(item, owner, outcome),
          advance: (item, owner, position, counts) => {
            seen.push(counts.rejected)
            if (counts.rejected > 0) expect(linesOf(file).length).toBeGreaterThanOrEqual(counts.rejected)
            return work.advance(item, owner, position, counts)
          },
        },
      },
    }
    const output = await restore(checked, inline, rejects)
    const expected = new Map([...expectedDocuments('many')].filter(([key]) => key.endsWith('7')))
    expect(output.result).toBe('rejects')
    expect(Math.max(...seen)).toBeGreaterThan(0)
    expect(new Map(linesOf(file).map(({ _source, id }) => [`many/${id}`, _source]))).toEqual(expected)
  })

  test('stops with the limit of rejects in its failure', async () => {
    const refused = { status: 400, error: { type: 'mapper_parsing_exception', reason: 'no' } }
    target = await startFakeOpenSearch({ refuse: () => refused })
    const world = await loadStep(loadPlan(target.url, ['many'], { maxRejects: 60 }), [])
    await expect(restore(world, inline)).rejects.toMatchObject({
      code: 'DOCUMENTS_REJECTED',
      message: expect.stringContaining('at most 60 accepted') as unknown,
    })
    expect(target.bulks.length).toBeLessThan(1094 / 50)
  })
})

const slice = (n: number): SliceRef => ({
  index: 'i',
  shard: 0,
  segment: '_0',
  firstChunk: n,
  endChunk: n + 1,
  bytes: 10,
})
const done: FromLoader = {
  type: 'done',
  checksum: 1,
  counts: { ...NO_COUNTS, read: 1, acknowledged: 1 },
}

/** Loaders that do with each item what `script` says, by the number of the call. */
function scripted(script: (call: number) => FromLoader | 'die') {
  const started: number[] = []
  let calls = 0
  const start: StartLoader = () => {
    started.push(calls)
    const waiting: Awaited<ReturnType<ReturnType<StartLoader>['next']>>[] = []
    let dead = false
    return {
      post: (message) => {
        if (message.type === 'end') dead = true
        if (message.type !== 'load') return
        const answer = script(++calls)
        if (answer === 'die') dead = true
        else waiting.push(answer)
      },
      next: () => Promise.resolve(waiting.shift() ?? (dead ? { type: 'ended', reason: 'out of memory' } : never())),
    }
  }
  return { start, started, calls: () => calls }
}

function never(): never {
  throw new Error('nobody answers')
}

function failed(retryable: boolean): FromLoader {
  const failure = new Failure('CLUSTER_UNREACHABLE', 'gone', { op: 'load', subject: 'x', retryable })
  return { type: 'failed', failure: packFailure(failure) }
}

describe('a pool of loaders', () => {
  async function load(slices: number, script: (call: number) => FromLoader | 'die', parallelism = 1) {
    target = await startFakeOpenSearch()
    const world = await loadStep(
      { ...loadPlan(target.url, ['i']), parallelism },
      Array.from({ length: slices }, (_, n) => slice(n)),
    )
    const loaders = scripted(script)
    const pool = openLoadPool({ parallelism, rejects: rejectFiles(temporaryFolder()), start: loaders.start })
    const outcome = await pool(world.input, world.context).then(
      () => undefined,
      (error: unknown) => error,
    )
    const total = await world.context.work.totals()
    return { outcome, items: total.items, loaders, world }
  }

  test('replaces a loader that dies, and its item is loaded by the next one', async () => {
    const { outcome, items, loaders, world } = await load(3, (call) => (call === 2 ? 'die' : done))
    expect(outcome).toBeUndefined()
    expect(items).toEqual({ pending: 0, leased: 0, done: 3, failed: 0 })
    expect(loaders.started).toHaveLength(2)
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'work-failed', reason: expect.stringContaining('out of memory') as unknown }),
    )
  })

  test('tries an item again after a failure that may pass', async () => {
    const { outcome, items, loaders } = await load(2, (call) => (call === 1 ? failed(true) : done))
    expect(outcome).toBeUndefined()
    expect(items.done).toBe(2)
    expect(loaders.calls()).toBe(3)
  })

  test('ends with a failure that will not pass, and leaves the other items for later', async () => {
    const { outcome, items } = await load(3, (call) => (call === 2 ? failed(false) : done))
    expect(outcome).toMatchObject({ code: 'CLUSTER_UNREACHABLE' })
    expect(items).toEqual({ pending: 2, leased: 0, done: 1, failed: 0 })
  })

  test('gives up for now when everything fails, so that the step is tried again after a pause', async () => {
    const { outcome, loaders } = await load(20, () => failed(true), 2)
    expect(outcome).toMatchObject({ code: 'CLUSTER_UNREACHABLE', retryable: true })
    expect(loaders.calls()).toBeLessThan(10)
  })

  test('gives every place that comes free to the group with the highest priority', async () => {
    target = await startFakeOpenSearch()
    const steps = await Promise.all(
      [0, 3, 1].map((priority) => {
        const plan = loadPlan(target.url, ['i'])
        const migrations = plan.migrations.map((migration) => ({
          ...migration,
          groups: migration.groups.map((group) => ({ ...group, priority })),
        }))
        return loadStep({ ...plan, migrations }, [slice(0), slice(1), slice(2)])
      }),
    )
    const order: number[] = []
    const pool = openLoadPool({
      parallelism: 1,
      rejects: rejectFiles(temporaryFolder()),
      start: scripted(() => done).start,
    })
    await Promise.all(
      steps.map(({ input, context }) => {
        const { priority } = input.plan.migrations[0]!.groups[0]!
        const { work } = context
        const claim: typeof work.claim = async (owner) => {
          const item = await work.claim(owner)
          if (item !== undefined) order.push(priority!)
          return item
        }
        const watched = {
          plan: work.plan.bind(work),
          advance: work.advance.bind(work),
          finish: work.finish.bind(work),
          items: work.items.bind(work),
          totals: work.totals.bind(work),
          claim,
        }
        return pool(input, { ...context, work: watched })
      }),
    )
    // The first place was free before the others had come.
    expect(order).toEqual([0, 3, 3, 3, 1, 1, 1, 0, 0])
  })

  test('starts no more loaders than there are items', async () => {
    const { loaders } = await load(2, () => done, 8)
    expect(loaders.started).toHaveLength(2)
  })
})

test('a thread that cannot even start fails its item with the reason', async () => {
  target = await startFakeOpenSearch()
  const missing = pathToFileURL(join(temporaryFolder(), 'missing.js'))
  const world = await loadStep(loadPlan(target.url, ['i']), [slice(0)])
  const pool = openLoadPool({ parallelism: 1, rejects: rejectFiles(temporaryFolder()), start: threadStarter(missing) })
  await expect(pool(world.input, world.context)).rejects.toThrow('its loader died')
})

function parsed(documents: ReadonlyMap<string, string>): Map<string, unknown> {
  return new Map([...documents].map(([key, source]) => [key, JSON.parse(source) as unknown]))
}

function linesOf(path: string): { readonly id: string; readonly _source: unknown }[] {
  const text = readFileSync(path, 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; _source: unknown })
}
