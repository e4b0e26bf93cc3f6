import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Plan, PlannedBackfill } from '../../../src/plan/plan.ts'
import { initialize } from '../../../src/steps/initialize.ts'
import { putBack } from '../../../src/steps/put-back.ts'
import { registerSnapshot } from '../../../src/steps/register-snapshot.ts'
import { restoreDocuments } from '../../../src/steps/restore-documents.ts'
import { verify, type VerifyLevel } from '../../../src/steps/verify.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest } from '../rest.ts'
import { planOf, StepWorld } from './world.ts'

const BACKFILL = { enabled: true, bulkBytes: 1024 * 1024, bulkDocs: 50, onConflict: 'overwrite' } as const
const BOOKS = 300
const SETTINGS = { number_of_shards: 1, number_of_replicas: 1, refresh_interval: '17s' }

/** Elasticsearch 5.6, the last version with several types in an index, into OpenSearch. */
describe('documents of a snapshot', () => {
  let source: ServerHandle
  let target: ServerHandle
  let world: StepWorld | undefined
  beforeAll(async () => {
    ;[source, target] = await Promise.all([
      bootServer({ distribution: 'elasticsearch', version: '5.6.16' }),
      bootServer({ distribution: 'opensearch', version: '2.19' }),
    ])
    const client = rest(source)
    const settings = { number_of_shards: 2, number_of_replicas: 0 }
    await client.put('/books', { settings, mappings: { book: { properties: { n: { type: 'integer' } } } } })
    await client.put('/people', { settings, mappings: { user: {}, post: {} } })
    const books = Array.from({ length: BOOKS }, (_, n) => [
      { index: { _index: 'books', _type: 'book', _id: `${n}` } },
      { n },
    ])
    const people = Array.from({ length: 20 }, (_, n) => [
      { index: { _index: 'people', _type: 'user', _id: `${n}` } },
      { name: `user ${n}` },
      // Every fourth post has the id of a user.
      { index: { _index: 'people', _type: 'post', _id: n % 4 === 0 ? `${n}` : `post-${n}` } },
      { title: `post ${n}` },
    ])
    await client.bulk([...books.flat(), ...people.flat()])
    await client.put('/_snapshot/kept', { type: 'fs', settings: { location: join(source.repositoryFolder, 'kept') } })
    await client.put('/_snapshot/kept/nightly?wait_for_completion=true')
  })
  beforeEach(async () => {
    for (const index of ['books', 'people']) {
      await rest(target).delete(`/${index}?ignore_unavailable=true`)
      await rest(target).put(`/${index}`, { settings: SETTINGS })
    }
  })
  afterEach(() => world?.clusters.close())
  afterAll(() => Promise.all([source.stop(), target.stop()]))

  function open(index: string, backfill: Partial<PlannedBackfill> = {}, level: VerifyLevel = 'counts'): StepWorld {
    const plan: Plan = planOf(source, target, {
      repository: { name: 'kept', register: false, type: 'fs', uri: join(source.repositoryFolder, 'kept') },
      snapshot: { create: false, name: 'nightly', partial: 'fail' },
      groups: [
        {
          id: 'm1g1',
          patterns: [index],
          indices: [{ name: index, shards: 2 }],
          metadata: { enabled: true, existingIndex: 'keep' },
          backfill: { ...BACKFILL, ...backfill },
          verify: level,
        },
      ],
    })
    const step = { id: 'initialize', kind: 'initialize', title: 'Initialize', dependsOn: [] } as const
    world = new StepWorld({ ...plan, steps: [step, ...plan.steps] })
    return world
  }
  const settingsOf = async (index: string): Promise<{ refresh_interval?: string; number_of_replicas: string }> => {
    const found = await rest(target).get<
      Record<string, { settings: { index: { refresh_interval?: string; number_of_replicas: string } } }>
    >(`/${index}/_settings`)
    return found[index]!.settings.index
  }
  const loaded = async (
    index: string,
    backfill: Partial<PlannedBackfill> = {},
    level: VerifyLevel = 'counts',
  ): Promise<StepWorld> => {
    const run = open(index, backfill, level)
    await run.run(initialize, 'initialize')
    await run.run(registerSnapshot, 'register-snapshot')
    await run.run(restoreDocuments, 'restore-documents')
    return run
  }

  test('are loaded and verified; run again, nothing is sent again', async () => {
    const run = await loaded('books')
    expect(run.outputs.get('m1g1/restore-documents')).toMatchObject({
      result: 'done',
      data: { indices: { books: { read: BOOKS, acknowledged: BOOKS, rejected: 0 } } },
    })
    expect(await run.run(verify, 'verify')).toMatchObject({ result: 'done', data: { differences: [] } })
    const total = async (): Promise<unknown> => rest(target).get('/books/_stats/indexing?filter_path=_all.total')
    const before = await total()
    expect(await run.run(restoreDocuments, 'restore-documents')).toEqual(run.outputs.get('m1g1/restore-documents'))
    expect(await total()).toEqual(before)
  })

  test('are changed on the way as the group wants, and compared with what they became', async () => {
    const run = await loaded(
      'books',
      { transform: { rename: { n: 'number' }, remove: [], set: { moved: true } } },
      'full',
    )
    const { _source } = await rest(target).get<{ _source: Record<string, unknown> }>('/books/_doc/17')
    expect(_source).toMatchObject({ number: 17, moved: true })
    expect(_source).not.toHaveProperty('n')
    expect(await run.run(verify, 'verify')).toMatchObject({
      result: 'done',
      data: { comparisons: [{ same: BOOKS, different: 0, missing: 0 }] },
    })
  })

  test('are loaded without refreshes and replicas, which come back as they were', async () => {
    const run = open('books', { replicasDuringLoad: 'off' })
    const during: unknown[] = []
    run.beforeItem = async () => {
      during.push(await settingsOf('books'))
    }
    await run.run(registerSnapshot, 'register-snapshot')
    await run.run(restoreDocuments, 'restore-documents')
    expect(during[0]).toMatchObject({ refresh_interval: '-1', number_of_replicas: '0' })
    expect(await settingsOf('books')).toMatchObject({ refresh_interval: '17s', number_of_replicas: '1' })
    expect(run.changes.size).toBe(0)
  })

  test('do not go through the pipelines of the index once more; documents written afterwards do', async () => {
    const mark = { processors: [{ set: { field: 'marked', value: true } }] }
    for (const id of ['default', 'final']) await rest(target).put(`/_ingest/pipeline/${id}`, mark)
    const pipelines = { default_pipeline: 'default', final_pipeline: 'final' }
    await rest(target).put('/books/_settings', { index: pipelines })
    const run = open('books', {}, 'full')
    const during: unknown[] = []
    run.beforeItem = async () => {
      during.push(await settingsOf('books'))
    }
    await run.run(initialize, 'initialize')
    await run.run(registerSnapshot, 'register-snapshot')
    await run.run(restoreDocuments, 'restore-documents')
    expect(during[0]).toMatchObject({ default_pipeline: '_none', final_pipeline: '_none' })
    expect(await settingsOf('books')).toMatchObject(pipelines)
    expect(await run.run(verify, 'verify')).toMatchObject({ data: { comparisons: [{ same: BOOKS, different: 0 }] } })
    await rest(target).put('/books/_doc/later?refresh=true', { n: -1 })
    const marked = await rest(target).post<{ count: number }>('/books/_count', {
      query: { exists: { field: 'marked' } },
    })
    expect(marked.count).toBe(1)
  })

  test('when the load fails, the settings wait in the journal and are put back from there', async () => {
    await rest(target).put('/books/_settings', { 'index.refresh_interval': null })
    const run = open('books')
    await run.run(registerSnapshot, 'register-snapshot')
    run.beforeItem = () => Promise.reject(new Error('a crash'))
    await expect(run.run(restoreDocuments, 'restore-documents')).rejects.toThrow('a crash')
    expect((await settingsOf('books')).refresh_interval).toBe('-1')
    // A second attempt must not take the changed values for the earlier ones.
    await expect(run.run(restoreDocuments, 'restore-documents')).rejects.toThrow()
    expect([...run.changes.values()]).toMatchObject([
      { kind: 'index-settings', subject: 'books', previous: { 'index.refresh_interval': null } },
    ])
    const step = { id: 'cleanup', kind: 'cleanup', title: 'Cleanup', dependsOn: [] } as const
    const input = { plan: planOf(source, target, {}), step, workflow: 'migration-test', outputs: new Map() }
    expect(await putBack(run.context(input))).toEqual(['settings of books'])
    expect((await settingsOf('books')).refresh_interval).toBeUndefined()
    expect(await putBack(run.context(input))).toEqual([])
  })

  test('settings of an index that is gone meanwhile are settled', async () => {
    const run = open('books')
    await run.run(registerSnapshot, 'register-snapshot')
    run.beforeItem = () => Promise.reject(new Error('a crash'))
    await expect(run.run(restoreDocuments, 'restore-documents')).rejects.toThrow('a crash')
    await rest(target).delete('/books')
    const step = { id: 'cleanup', kind: 'cleanup', title: 'Cleanup', dependsOn: [] } as const
    const input = { plan: planOf(source, target, {}), step, workflow: 'migration-test', outputs: new Map() }
    expect(await putBack(run.context(input))).toEqual(['settings of books'])
    expect(run.changes.size).toBe(0)
  })

  test('of two types under one id the first is loaded, the other recorded, and the counts agree', async () => {
    const run = await loaded('people')
    expect(run.outputs.get('m1g1/restore-documents')).toMatchObject({
      result: 'rejects',
      data: { indices: { people: { read: 40, acknowledged: 35, rejected: 5 } } },
    })
    expect(run.rejects.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual([0, 4, 8, 12, 16])
    expect(run.rejects.every((reject) => reject.class === 'duplicate-id' && reject.source !== undefined)).toBe(true)
    expect(await run.run(verify, 'verify')).toMatchObject({ result: 'done', data: { differences: [] } })
  })

  test('that are missing in the target, or too many, are differences', async () => {
    const run = await loaded('books')
    await rest(target).delete('/books/_doc/17')
    expect(await run.run(verify, 'verify')).toMatchObject({
      result: 'differences',
      summary: expect.stringContaining(`${BOOKS - 1} in the target`) as string,
    })
    await rest(target).put('/books/_doc/17', { n: 17 })
    await rest(target).put('/books/_doc/more', { n: 1 })
    expect(await run.run(verify, 'verify')).toMatchObject({
      result: 'differences',
      data: {
        differences: [{ index: 'books', what: expect.stringContaining(`${BOOKS + 1} in the target`) as string }],
      },
    })
  })

  test('that the target held before are left alone when they are to be skipped, and counted', async () => {
    await rest(target).put('/books/_doc/17?refresh=true', { n: 1700 })
    const run = await loaded('books', { onConflict: 'skip' })
    expect(run.outputs.get('m1g1/restore-documents')).toMatchObject({
      data: { indices: { books: { acknowledged: BOOKS - 1, skipped: 1 } } },
    })
    expect(await rest(target).get('/books/_doc/17')).toMatchObject({ _source: { n: 1700 } })
    expect(await run.run(verify, 'verify')).toMatchObject({ result: 'done' })
  })
})
