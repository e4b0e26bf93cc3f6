import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PlannedMigration } from '../../../src/plan/plan.ts'
import { cleanup } from '../../../src/steps/cleanup.ts'
import { createSnapshot } from '../../../src/steps/create-snapshot.ts'
import { registerSnapshot } from '../../../src/steps/register-snapshot.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest } from '../rest.ts'
import { planOf, StepWorld } from './world.ts'

const GROUP = {
  id: 'm1g1',
  patterns: ['*'],
  metadata: { enabled: false, existingIndex: 'keep' },
  backfill: { enabled: true, bulkBytes: 1024 * 1024, bulkDocs: 1000, onConflict: 'overwrite' },
  verify: 'counts',
} as const
const SNAPSHOT = 'migration-test-m1'

describe('snapshots of a run', () => {
  let server: ServerHandle
  /** A target that sees the folder of the source's snapshots. */
  let target: ServerHandle
  let world: StepWorld | undefined
  beforeAll(async () => {
    server = await bootServer({ distribution: 'elasticsearch', version: '7.10.2' })
    const extraRepositoryFolders = [server.repositoryFolder]
    target = await bootServer({ distribution: 'opensearch', version: '2.19', extraRepositoryFolders })
    const client = rest(server)
    await client.put('/books', { settings: { number_of_shards: 3, number_of_replicas: 0 } })
    const lines = Array.from({ length: 100 }, (_, n) => [{ index: { _index: 'books', _id: `${n}` } }, { n }])
    await client.bulk(lines.flat())
    // A shard that no node may hold: the index stays red and can only be left out of a snapshot.
    const settings = { number_of_shards: 1, number_of_replicas: 0, 'routing.allocation.require._name': 'nobody' }
    await client.put('/red?wait_for_active_shards=0', { settings })
  })
  afterEach(async () => {
    await world?.clusters.close()
    const client = rest(server)
    for (const repository of Object.keys(await client.get('/_snapshot'))) {
      const { snapshots } = await client.get<{ snapshots: { snapshot: string }[] }>(`/_snapshot/${repository}/_all`)
      for (const { snapshot } of snapshots) await client.delete(`/_snapshot/${repository}/${snapshot}`)
      await client.delete(`/_snapshot/${repository}`)
    }
    rmSync(join(server.repositoryFolder, 'index.latest'), { force: true })
  })
  afterAll(() => Promise.all([server.stop(), target.stop()]))

  function worldOf(indices: readonly string[], change: Partial<PlannedMigration['snapshot']> = {}): StepWorld {
    const groups = [{ ...GROUP, indices: indices.map((name) => ({ name, shards: 1 })) }]
    const snapshot = { create: true, indices, includeGlobalState: true, partial: 'fail', ...change }
    world = new StepWorld(planOf(server, server, { groups, snapshot: snapshot as PlannedMigration['snapshot'] }))
    return world
  }
  const snapshotsThere = async (): Promise<string[]> => {
    const { snapshots } = await rest(server).get<{ snapshots: { snapshot: string }[] }>('/_snapshot/moving/_all')
    return snapshots.map(({ snapshot }) => snapshot)
  }

  test('the repository is registered, the snapshot taken and counted, and Cleanup removes both, once or twice', async () => {
    const run = worldOf(['books'])
    expect(await run.run(createSnapshot, 'create-snapshot')).toMatchObject({ result: 'done' })
    expect(await snapshotsThere()).toEqual([SNAPSHOT])
    expect(await run.run(registerSnapshot, 'register-snapshot')).toMatchObject({
      data: { snapshot: SNAPSHOT, indices: { books: { documents: 100, shards: 3, missingShards: [] } } },
    })
    const changes = [...run.changes]
    expect(await run.run(cleanup, 'cleanup')).toMatchObject({ result: 'done', data: { kept: [] } })
    expect(await rest(server).get('/_snapshot')).toEqual({})
    expect(run.changes.size).toBe(0)
    // As after a crash between the removal and its record.
    for (const [id, change] of changes) run.changes.set(id, change)
    expect(await run.run(cleanup, 'cleanup')).toMatchObject({ result: 'done' })
  })

  test('the target registers it read-only when the plan says so, and Cleanup removes that, too', async () => {
    const groups = [{ ...GROUP, indices: [{ name: 'books', shards: 3 }] }]
    const snapshot = { create: true, indices: ['books'], includeGlobalState: true, partial: 'fail' } as const
    const plan = planOf(server, target, { groups, snapshot })
    const [migration] = plan.migrations
    const repository = { ...migration!.repository, registerOnTarget: true } as const
    world = new StepWorld({ ...plan, migrations: [{ ...migration!, repository }] })
    const run = world
    await run.run(createSnapshot, 'create-snapshot')
    await rest(target).put('/_snapshot/moving', { type: 'fs', settings: { location: target.repositoryFolder } })
    await expect(run.run(registerSnapshot, 'register-snapshot')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('it has a repository of this name already') as string,
    })
    await rest(target).delete('/_snapshot/moving')
    for (let attempt = 1; attempt <= 2; attempt++) {
      expect(await run.run(registerSnapshot, 'register-snapshot')).toMatchObject({ result: 'done' })
      expect(await rest(target).get('/_snapshot/moving')).toMatchObject({ moving: { settings: { readonly: 'true' } } })
    }
    const { snapshots } = await rest(target).get<{ snapshots: object[] }>('/_snapshot/moving/_all')
    expect(snapshots).toMatchObject([{ snapshot: SNAPSHOT, indices: ['books'] }])
    const cleaned = await run.run(cleanup, 'cleanup')
    expect(cleaned.summary).toContain('registration of repository moving on target target')
    expect(await rest(target).get('/_snapshot')).toEqual({})
  })

  test('run again, the step goes on with the snapshot it has taken', async () => {
    const run = worldOf(['books'])
    await run.run(createSnapshot, 'create-snapshot')
    const before = await rest(server).get(`/_snapshot/moving/${SNAPSHOT}`)
    await run.run(createSnapshot, 'create-snapshot')
    expect(await rest(server).get(`/_snapshot/moving/${SNAPSHOT}`)).toEqual(before)
  })

  test('a snapshot of that name by somebody else is neither used nor removed', async () => {
    const client = rest(server)
    const run = worldOf(['books'])
    await run.run(createSnapshot, 'create-snapshot')
    const other = worldOf(['books'])
    for (const [id, change] of run.changes) if (change.kind === 'repository-registered') other.changes.set(id, change)
    await expect(other.run(createSnapshot, 'create-snapshot')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await run.clusters.close()
    expect(await snapshotsThere()).toEqual([SNAPSHOT])
    expect([...other.changes.values()].map(({ kind }) => kind)).toEqual(['repository-registered'])
    await client.get(`/_snapshot/moving/${SNAPSHOT}`)
  })

  test('a repository that somebody else registers meanwhile is left as it is', async () => {
    const settings = { location: join(server.repositoryFolder, 'theirs') }
    await rest(server).put('/_snapshot/moving', { type: 'fs', settings })
    const run = worldOf(['books'])
    await expect(run.run(createSnapshot, 'create-snapshot')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('moving') as string,
    })
    expect(await rest(server).get('/_snapshot/moving')).toMatchObject({ moving: { settings } })
    expect(run.changes.size).toBe(0)
  })

  test('a red index fails the snapshot by name, and the next attempt takes a new one', async () => {
    const run = worldOf(['books', 'red'])
    await expect(run.run(createSnapshot, 'create-snapshot')).rejects.toMatchObject({
      code: 'SNAPSHOT_FAILED',
      message: expect.stringContaining('red') as string,
    })
    const client = rest(server)
    await client.put('/red/_settings', { 'index.routing.allocation.require._name': null })
    await client.get('/_cluster/health/red?wait_for_status=green')
    try {
      expect(await run.run(createSnapshot, 'create-snapshot')).toMatchObject({ result: 'done' })
    } finally {
      await client.delete('/red')
      const settings = { number_of_shards: 1, number_of_replicas: 0, 'routing.allocation.require._name': 'nobody' }
      await client.put('/red?wait_for_active_shards=0', { settings })
    }
  })

  test('with partial: accept the missing shard is named and the rest counted', async () => {
    const run = worldOf(['books', 'red'], { partial: 'accept' })
    expect(await run.run(createSnapshot, 'create-snapshot')).toMatchObject({
      result: 'done',
      summary: expect.stringContaining('1 shard missing') as string,
    })
    expect(await run.run(registerSnapshot, 'register-snapshot')).toMatchObject({
      data: { indices: { books: { documents: 100 }, red: { documents: 0, missingShards: [0] } } },
    })
  })

  test('a busy source is waited for', async () => {
    const client = rest(server)
    const allowSnapshots = (count: number | null): Promise<unknown> =>
      client.put('/_cluster/settings', { transient: { 'snapshot.max_concurrent_operations': count } })
    await allowSnapshots(1)
    const settings = { location: join(server.repositoryFolder, 'slow'), max_snapshot_bytes_per_sec: '10kb' }
    await client.put('/_snapshot/slow', { type: 'fs', settings })
    const text = 'x'.repeat(2000)
    const lines = Array.from({ length: 300 }, (_, n) => [
      { index: { _index: 'large', _id: `${n}` } },
      { text: `${text}${Math.sin(n)}`, more: Array.from({ length: 40 }, (_, k) => Math.cos(n * k)) },
    ])
    await client.bulk(lines.flat())
    await client.put('/_snapshot/slow/first?wait_for_completion=false', { indices: 'large' })
    const run = worldOf(['books'])
    const waits: string[] = []
    let ended: Promise<unknown> | undefined
    run.onProgress = ({ message }) => {
      waits.push(message)
      // In the end the other snapshot is out of the way.
      if (message.startsWith('waiting')) ended ??= allowSnapshots(null)
    }
    expect(await run.run(createSnapshot, 'create-snapshot')).toMatchObject({ result: 'done' })
    expect(waits[0]).toContain('waiting for another snapshot')
    await ended
    await client.delete('/_snapshot/slow/first')
    await client.delete('/large')
  })
})
