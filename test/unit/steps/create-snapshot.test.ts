import { expect, test } from 'vitest'
import { openCluster } from '../../../src/cluster/cluster.ts'
import type { HttpClient } from '../../../src/http/http-client.ts'
import { createSnapshot } from '../../../src/steps/create-snapshot.ts'
import type { StepContext } from '../../../src/steps/step.ts'
import { VirtualClock } from '../blob/virtual-clock.ts'
import { calm, fakeWorld, FS_REPOSITORY, plan, smallConfig } from '../plan/planning.ts'

/** Creates a snapshot on a source that takes so long for it; gives when its end was noticed and how often it was asked for. */
async function snapshotOf(ms: number): Promise<{ readonly noticedAt: number; readonly questions: number }> {
  const made = await plan(smallConfig(FS_REPOSITORY), fakeWorld({ indices: [{ index: 'logs-1' }] }))
  const clock = new VirtualClock({ hurried: true })
  let startedAt: number | undefined
  let questions = 0
  const answer = (method: string, path: string): unknown => {
    if (path === '/') return { cluster_name: 'test', cluster_uuid: 'u', version: { number: '7.10.2' } }
    if (method === 'PUT' && path.split('/').length === 4) startedAt = clock.now()
    if (method === 'PUT') return { acknowledged: true, accepted: true }
    if (startedAt === undefined) return undefined
    if (path.endsWith('/_status')) {
      return { snapshots: [{ state: 'STARTED', shards_stats: { done: 0, failed: 0, total: 1 }, stats: {} }] }
    }
    questions++
    const state = clock.now() - startedAt < ms ? 'IN_PROGRESS' : 'SUCCESS'
    return { snapshots: [{ snapshot: 'one', state, shards: { total: 1, failed: 0, successful: 1 } }] }
  }
  const http: HttpClient = {
    endpoint: 'http://source.example:9200',
    request: ({ method, path }) => {
      const found = answer(method, path)
      const body = found ?? { error: { type: 'snapshot_missing_exception', reason: 'missing' } }
      return Promise.resolve({
        status: found === undefined ? 404 : 200,
        headers: {},
        body: Buffer.from(JSON.stringify(body)),
      })
    },
    close: () => Promise.resolve(),
  }
  const source = await openCluster(http, calm)
  const context: Partial<StepContext> = {
    clock,
    signal: calm,
    clusters: {
      source: () => Promise.resolve(source),
      target: () => Promise.reject(new Error('no target here')),
      close: () => Promise.resolve(),
    },
    log: () => undefined,
    progress: () => undefined,
    recordChange: () => Promise.resolve(),
    openChanges: () => [],
  }
  const step = made.steps.find(({ kind }) => kind === 'create-snapshot')!
  const input = { plan: made, step, workflow: 'migration-abc123', outputs: new Map() }
  // The step uses no more of its context than this.
  await createSnapshot(input, context as StepContext)
  return { noticedAt: clock.now(), questions }
}

test('the end of a short snapshot is noticed soon, and a long one is asked for once a second', async () => {
  expect((await snapshotOf(120)).noticedAt).toBe(150)
  const hour = await snapshotOf(3_600_000)
  expect(hour.noticedAt).toBeLessThanOrEqual(3_601_000)
  expect(hour.questions).toBeLessThan(3650)
})
