import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { getDataStream } from '../../../src/cluster/data-streams.ts'
import { countDocuments, createIndex, getIndex, indexExists, refresh } from '../../../src/cluster/indices.ts'
import { ClusterWorkIndex, workIndexName } from '../../../src/coordination/cluster-work-index.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { Failure } from '../../../src/core/failure.ts'
import { systemRandom } from '../../../src/core/random.ts'
import { readRejectIndex, rejectIndexName } from '../../../src/engine/argo/reject-index.ts'
import { openLoadPool } from '../../../src/engine/load/load-pool.ts'
import type { StartLoader } from '../../../src/engine/load/load-thread.ts'
import { rejectFilePath, rejectFiles } from '../../../src/engine/local/reject-file.ts'
import type { PlannedBackfill } from '../../../src/plan/plan.ts'
import { connectOne } from '../../../src/steps/clusters.ts'
import { restoreDocuments } from '../../../src/steps/restore-documents.ts'
import { loadPlan, loadStep, temporaryFolder } from '../../unit/engine/load-world.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { calm } from '../cluster/connect.ts'
import { rest } from '../rest.ts'
import { inline, PodWorld } from './pod-world.ts'

/** Indices of the fixture whose documents a target takes without a mapping, in 9 slices. */
const DOCUMENTS = new Map([
  ['many', 1094],
  ['deletes', 107],
  ['sorted', 37],
  ['журнал-ü-2024.01', 1],
])
const ALL = 1239
/** Two indices behind a data stream, and how many documents each has. */
const WITH_STREAM = fileURLToPath(new URL('../../fixtures/os-2.11.1/repo', import.meta.url))
const STREAM = 'events-app'
const GENERATIONS = [
  ['.ds-events-app-000001', 8],
  ['.ds-events-app-000002', 6],
] as const
const RESTORE = 'm1g1/restore-documents'

describe.each(['2.19.4', '3.8.0'])('steps in pods, into OpenSearch %s', (version) => {
  let server: ServerHandle
  let cluster: Cluster

  beforeAll(async () => {
    server = await bootServer({ distribution: 'opensearch', version })
    const planned = { endpoint: server.url, auth: { kind: 'none' }, tls: { verify: true } } as const
    cluster = await connectOne(planned, () => Promise.reject(new Error()), systemClock, systemRandom, calm)
  })
  afterAll(async () => {
    await cluster.http.close()
    await server.stop()
  })

  async function begin(run: string, indices: readonly string[], backfill: Partial<PlannedBackfill> = {}) {
    for (const index of indices) {
      await cluster.http.request(
        { method: 'DELETE', path: `/${encodeURIComponent(index)}`, deadlineMs: 60_000, idempotent: true },
        calm,
      )
    }
    const world = await PodWorld.open(run, loadPlan(server.url, indices, { bulkDocs: 20, ...backfill }))
    expect(await world.pod('initialize')).toBe('ended')
    expect(await world.pod('m1/register-snapshot')).toBe('ended')
    return world
  }

  async function counted(index: string): Promise<number> {
    await refresh(cluster, index, calm)
    return countDocuments(cluster, index, calm)
  }

  test('plan, workers side by side, reconcile and Cleanup bring every document over and leave nothing behind', async () => {
    const world = await begin('whole', [...DOCUMENTS.keys()])
    await createIndex(cluster, 'many', { settings: { index: { refresh_interval: '7s' } } }, {}, calm)
    expect(await world.pod(RESTORE, 'plan')).toBe('ended')
    expect(world.workers).toBe(1)
    const during = await getIndex(cluster, 'many', calm)
    expect(during?.settings['index']).toMatchObject({ refresh_interval: '-1' })
    const workers = Array.from({ length: 4 }, (_, worker) => world.pod(RESTORE, 'work', { worker }))
    expect(await Promise.all(workers)).toEqual(['ended', 'ended', 'ended', 'ended'])
    expect(await world.pod(RESTORE, 'reconcile')).toBe('ended')
    for (const [index, documents] of DOCUMENTS) expect(await counted(index)).toBe(documents)
    const after = await getIndex(cluster, 'many', calm)
    expect(after?.settings['index']).toMatchObject({ refresh_interval: '7s' })

    const step = (await world.state()).steps.get(RESTORE)!
    expect(step).toMatchObject({
      phase: 'ended',
      progress: { documents: { done: ALL, total: ALL } },
      output: { result: 'done', data: { indices: { many: { acknowledged: 1094 }, deletes: { acknowledged: 107 } } } },
    })
    expect(world.published.at(-1)?.documents).toEqual({ done: ALL, total: ALL })

    expect(await world.pod('cleanup')).toBe('ended')
    expect(await indexExists(cluster, workIndexName('whole'), calm)).toBe(false)
    expect(await indexExists(cluster, rejectIndexName('whole'), calm)).toBe(false)
    expect((await world.state()).openChanges.size).toBe(0)
    // Argo may run a pod again whose end it did not see.
    expect(await world.pod(RESTORE, 'reconcile')).toBe('ended')
    expect(await world.pod('cleanup')).toBe('ended')
  })

  test('a stop gives leases back and settings, and the next attempt goes on from the recorded positions', async () => {
    const world = await begin('stopped', ['many'])
    await createIndex(cluster, 'many', {}, {}, calm)
    expect(await world.pod(RESTORE, 'plan')).toBe('ended')
    const stop = new AbortController()
    const start = afterAdvances(5, () => stop.abort(new Failure('ABORTED', 'SIGTERM', { op: 'run', subject: 'it' })))
    expect(await world.pod(RESTORE, 'work', { signal: stop.signal, start })).toBe('stopped')
    const { items, counts } = await totalsOf('stopped')
    expect(items.leased).toBe(0)
    expect(items.pending).toBeGreaterThan(0)
    expect(counts.acknowledged).toBeGreaterThan(0)
    expect(counts.acknowledged).toBe(await counted('many'))

    expect(await world.pod('cleanup')).toBe('ended')
    expect((await getIndex(cluster, 'many', calm))?.settings['index']).not.toHaveProperty('refresh_interval')
    expect(await indexExists(cluster, workIndexName('stopped'), calm)).toBe(true)
    expect((await world.state()).steps.get('cleanup')).toBeUndefined()

    expect(await world.pod(RESTORE, 'plan')).toBe('ended')
    expect((await totalsOf('stopped')).counts).toEqual(counts)
    expect((await getIndex(cluster, 'many', calm))?.settings['index']).toMatchObject({ refresh_interval: '-1' })
    expect(await world.pod(RESTORE, 'work')).toBe('ended')
    expect(await world.pod(RESTORE, 'reconcile')).toBe('ended')
    expect(await counted('many')).toBe(1094)
    expect(await world.pod('cleanup')).toBe('ended')
    expect((await getIndex(cluster, 'many', calm))?.settings['index']).not.toHaveProperty('refresh_interval')
    expect(await indexExists(cluster, workIndexName('stopped'), calm)).toBe(false)
  })

  test('rejects are the same lines as those of the local engine, once each, and Cleanup keeps them', async () => {
    const strict = { mappings: { properties: { n: { type: 'ip' } } } }
    const world = await begin('refused', ['many'])
    await createIndex(cluster, 'many', strict, {}, calm)
    expect(await world.pod(RESTORE, 'plan')).toBe('ended')
    const stop = new AbortController()
    const start = afterAdvances(3, () => stop.abort(new Failure('ABORTED', 'SIGTERM', { op: 'run', subject: 'it' })))
    expect(await world.pod(RESTORE, 'work', { signal: stop.signal, start })).toBe('stopped')
    expect(await world.pod(RESTORE, 'work')).toBe('ended')
    expect(await world.pod(RESTORE, 'reconcile')).toBe('ended')
    const output = (await world.state()).steps.get(RESTORE)?.output
    const lines: string[] = []
    for await (const line of readRejectIndex(cluster, 'refused', RESTORE, calm)) lines.push(line)
    expect(output?.result).toBe('rejects')
    expect(lines.length).toBeGreaterThan(0)

    await cluster.http.request({ method: 'DELETE', path: '/many', deadlineMs: 60_000, idempotent: true }, calm)
    await createIndex(cluster, 'many', strict, {}, calm)
    const local = await loadStep(loadPlan(server.url, ['many'], { bulkDocs: 20, refreshDuringLoad: 'keep' }), [])
    const folder = temporaryFolder()
    const pool = openLoadPool({ parallelism: 2, rejects: rejectFiles(folder), start: inline })
    const context = { ...local.context, loadItems: () => pool(local.input, local.context) }
    expect(await restoreDocuments(local.input, context)).toEqual(output)
    const expected = readFileSync(rejectFilePath(folder, RESTORE), 'utf8').trimEnd().split('\n')
    expect(lines.toSorted()).toEqual(expected.toSorted())

    expect(await world.pod('cleanup')).toBe('ended')
    expect(await indexExists(cluster, rejectIndexName('refused'), calm)).toBe(true)
    expect(world.printed.join('\n')).toContain('Kept: rejects in workflow-rejects-refused')
  })

  test('too many rejects of all workers together fail the step for good', async () => {
    const world = await begin('limited', ['many'], { maxRejects: 10 })
    await createIndex(cluster, 'many', { mappings: { properties: { n: { type: 'ip' } } } }, {}, calm)
    expect(await world.pod(RESTORE, 'plan')).toBe('ended')
    expect(await world.pod(RESTORE, 'work')).toBe('failed')
    const step = (await world.state()).steps.get(RESTORE)!
    expect(step).toMatchObject({ phase: 'failed', failure: { code: 'DOCUMENTS_REJECTED' } })
    expect((await totalsOf('limited')).items).toMatchObject({ leased: 0 })
  })

  test('generations of a data stream get an index each, whichever pod is the one that plans them', async () => {
    const template = { index_patterns: [`${STREAM}*`], data_stream: {}, priority: 500 }
    await rest(server).put(`/_index_template/${STREAM}`, template)
    await rest(server).put(`/_data_stream/${STREAM}`)
    const plan = loadPlan(
      server.url,
      GENERATIONS.map(([name]) => name),
      { bulkDocs: 2 },
      WITH_STREAM,
    )
    const [migration] = plan.migrations
    const [group] = migration!.groups
    const indices = group!.indices.map((index) => ({ ...index, stream: STREAM }))
    const world = await PodWorld.open('streamed', {
      ...plan,
      migrations: [{ ...migration!, groups: [{ ...group!, indices }] }],
    })
    expect(await world.pod('initialize')).toBe('ended')
    expect(await world.pod('m1/register-snapshot')).toBe('ended')
    expect(await world.pod(RESTORE, 'plan')).toBe('ended')
    const workers = Array.from({ length: 3 }, (_, worker) => world.pod(RESTORE, 'work', { worker }))
    expect(await Promise.all(workers)).toEqual(['ended', 'ended', 'ended'])
    expect(await world.pod(RESTORE, 'reconcile')).toBe('ended')
    const stream = (await getDataStream(cluster, STREAM, calm))!
    const counts = await Promise.all(stream.indices.map(counted))
    expect(counts).toEqual(GENERATIONS.map(([, documents]) => documents))
    expect(await world.pod('cleanup')).toBe('ended')
    expect(await indexExists(cluster, workIndexName('streamed'), calm)).toBe(false)
  })

  test('a target that is gone for a while is a temporary end, a step that the plan does not have a final one', async () => {
    const world = await PodWorld.open('away', loadPlan('http://127.0.0.1:9', ['plain']))
    expect(await world.pod('m1/register-snapshot')).toBe('ended')
    expect(await world.pod(RESTORE, 'plan')).toBe('temporary')
    expect((await world.state()).steps.get(RESTORE)).toMatchObject({
      phase: 'running',
      failure: { code: 'CLUSTER_UNREACHABLE', retryable: true },
    })
    await expect(world.pod('m9/verify')).rejects.toMatchObject({ code: 'USAGE' })
  })

  async function totalsOf(run: string) {
    const index = new ClusterWorkIndex(cluster, { load: () => Promise.reject(new Error()) }, run, calm)
    await index.refresh()
    const { items, counts } = await index.totals(RESTORE)
    return { items, counts }
  }
})

/** Loads in this process, and does something after a number of recorded positions. */
function afterAdvances(count: number, action: () => void): StartLoader {
  let left = count
  return (task) => {
    const loader = inline(task)
    return {
      post: (message) => loader.post(message),
      next: async () => {
        const message = await loader.next()
        if (message.type === 'advance' && --left === 0) action()
        return message
      },
    }
  }
}
