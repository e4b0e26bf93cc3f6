import { describe, expect, test } from 'vitest'
import type { BlobStore } from '../../../src/blob/blob-store.ts'
import { locationIn } from '../../../src/blob/location.ts'
import { APPROVAL_GATES } from '../../../src/config/config.ts'
import { renderPlan } from '../../../src/report/plan-text.ts'
import { memoryStore } from '../repository/memory-store.ts'
import { smallRepository } from '../repository/small-repository.ts'
import { configOf, failureOf, fakeWorld, FS_REPOSITORY, plan, smallConfig, SOURCE, TARGET } from './planning.ts'

const THREE = { indices: [{ index: 'logs-1', pri: 5 }, { index: 'logs-2' }, { index: 'shop' }, { index: '.system' }] }

describe('a plan', () => {
  test('names clusters, repository, indices and steps', async () => {
    const made = await plan(smallConfig(FS_REPOSITORY), fakeWorld(THREE))
    expect(made.sources).toEqual({
      prod: {
        endpoint: SOURCE,
        auth: { kind: 'none' },
        tls: { verify: true },
        distribution: 'elasticsearch',
        version: '7.10.2',
      },
    })
    expect(made.targets['new']).toMatchObject({ endpoint: TARGET, distribution: 'opensearch', version: '2.19.4' })
    const [migration] = made.migrations
    expect(migration!.repository).toEqual({
      name: 'backfill-workflow',
      register: true,
      type: 'fs',
      uri: '/snapshots',
      sourcePath: '/snapshots',
      origin: 'source',
    })
    expect(migration!.snapshot).toMatchObject({ create: true, indices: ['logs-1', 'logs-2'] })
    expect(migration!.groups[0]!.indices).toEqual([
      { name: 'logs-1', shards: 5, documents: 10, bytes: 1000 },
      { name: 'logs-2', shards: 1, documents: 10, bytes: 1000 },
    ])
    expect(made.steps.map((step) => step.id)).toEqual([
      'initialize',
      'm1/create-snapshot',
      'm1/register-snapshot',
      'm1g1/migrate-metadata',
      'm1g1/restore-documents',
      'm1g1/verify',
      'cleanup',
    ])
    expect(made.warnings).toEqual([])
    expect(made.parallelism).toBe(4)
  })

  test('is the same for the same answers, survives JSON, and asks only', async () => {
    const [first, second] = [fakeWorld(THREE), fakeWorld(THREE)]
    const made = await plan(smallConfig(FS_REPOSITORY), first)
    expect(await plan(smallConfig(FS_REPOSITORY), second)).toEqual(made)
    expect(JSON.parse(JSON.stringify(made))).toEqual(made)
    expect(first.source.requests.every((request) => request.startsWith('GET '))).toBe(true)
  })

  test('comes after every step that it depends on, for several groups and migrations', async () => {
    const config = configOf(`sourceClusters:
  prod: { endpoint: "${SOURCE}", snapshotRepo: { fsRepoPath: /snapshots } }
targetClusters:
  new: { endpoint: "${TARGET}" }
migrations:
  - sourceCluster: prod
    targetCluster: new
    snapshotMigrations:
      - indices: ["logs-1"]
      - indices: ["logs-2"]
  - sourceCluster: prod
    targetCluster: new
    snapshotMigrations:
      - indices: ["shop"]
`)
    const made = await plan(config, fakeWorld(THREE))
    const seen = new Set<string>()
    for (const step of made.steps) {
      for (const id of step.dependsOn) expect(seen, step.id).toContain(id)
      seen.add(step.id)
    }
    expect(made.migrations.map(({ repository: { name, register } }) => ({ name, register }))).toEqual([
      { name: 'backfill-workflow', register: true },
      { name: 'backfill-workflow', register: true },
    ])
    expect(made.steps.at(-1)!.dependsOn).toEqual(['m1g1/verify', 'm1g2/verify', 'm2g1/verify'])
  })

  test('holds secrets only as references', async () => {
    const world = fakeWorld(THREE, {}, undefined, { configFile: '/etc/migration.yaml' })
    const inline = 'authConfig:\n  basic:\n    username: admin\n    password: hunter2'
    const made = await plan(smallConfig(`${FS_REPOSITORY}\n${inline}`), world)
    expect(JSON.stringify(made)).not.toContain('hunter2')
    expect(made.sources['prod']!.auth).toEqual({
      kind: 'basic',
      username: {
        kind: 'config',
        path: ['sourceClusters', 'prod', 'authConfig', 'basic', 'username'],
        file: '/etc/migration.yaml',
      },
      password: {
        kind: 'config',
        path: ['sourceClusters', 'prod', 'authConfig', 'basic', 'password'],
        file: '/etc/migration.yaml',
      },
    })
  })

  test('has a digest that a new password leaves alone and a new value changes', async () => {
    const digest = async (source: string, group?: string): Promise<string> =>
      (await plan(smallConfig(`${FS_REPOSITORY}\n${source}`, group), fakeWorld(THREE))).configDigest
    const basic = (password: string): string => `authConfig:\n  basic:\n    username: a\n    password: ${password}`
    const setting = (value: number): string =>
      `indices: ["logs-*"]\nmetadataMigration:\n  settings:\n    set: { value: ${value} }`
    expect(await digest(basic('one'))).toBe(await digest(basic('two')))
    expect(await digest('', setting(1))).not.toBe(await digest('', setting(2)))
    expect(await digest('', 'indices: ["logs-1"]')).not.toBe(await digest(''))
  })

  test('carries gates, priority and wishes', async () => {
    const group = [
      'indices: ["logs-*"]',
      `approval: [${APPROVAL_GATES.join(', ')}]`,
      'priority: 3',
      'documentBackfill:',
      '  workers: 2',
      '  compression: gzip',
      'metadataMigration:',
      '  settings: { remove: [index.refresh_interval] }',
    ].join('\n')
    const made = await plan(smallConfig(FS_REPOSITORY, group), fakeWorld(THREE))
    const gated = made.steps.flatMap((step) => (step.approval === true ? [step.kind] : []))
    expect(gated).toEqual(APPROVAL_GATES)
    expect(made.migrations[0]!.groups[0]).toMatchObject({
      priority: 3,
      metadata: { settings: { remove: ['index.refresh_interval'], set: {} } },
      backfill: { workers: 2, compression: 'gzip' },
    })
  })

  test('says what happens to documents and to the target during a load', async () => {
    const transform = '{ remove: [secret], rename: { a: b }, set: { moved: true } }'
    const group = `indices: ["logs-*"]\ndocumentBackfill:\n  transform: ${transform}\n  replicasDuringLoad: off\n  refreshDuringLoad: keep`
    const made = await plan(smallConfig(FS_REPOSITORY, group), fakeWorld(THREE))
    expect(made.migrations[0]!.groups[0]!.backfill).toMatchObject({
      transform: { remove: ['secret'], rename: { a: 'b' }, set: { moved: true } },
      replicasDuringLoad: 'off',
      refreshDuringLoad: 'keep',
    })
    expect(renderPlan(made, { indicesShown: 1 })).toContain('a becomes b and secret is left out and moved is set')
  })

  test('skips what has nothing to do, so that no snapshot of everything is asked for', async () => {
    const made = await plan(smallConfig(FS_REPOSITORY, 'indices: ["none-*"]\nallowEmpty: true'), fakeWorld(THREE))
    const skipped = made.steps.flatMap((step) => (step.skip === undefined ? [] : [`${step.kind}: ${step.skip}`]))
    expect(skipped).toEqual([
      'create-snapshot: no index matches',
      'register-snapshot: no index matches',
      'migrate-metadata: no index matches',
      'restore-documents: no index matches',
      'verify: no index matches',
    ])
  })

  test('of an existing snapshot has its real name, and exact sizes from the repository', async () => {
    const places = { '/snapshots': smallRepository({ files: [] }) }
    const world = fakeWorld({}, {}, places)
    const made = await plan(smallConfig(`${FS_REPOSITORY}\nexistingSnapshot: latest`, 'indices: ["*"]'), world)
    expect(made.migrations[0]).toMatchObject({
      repository: { register: false, uri: '/snapshots' },
      snapshot: { create: false, name: 'nightly' },
      groups: [{ indices: [{ name: 'logs', shards: 1 }] }],
    })
    expect(made.steps[1]).toMatchObject({ skip: 'the existing snapshot nightly is used' })
  })

  test('of an existing snapshot reads the metadata of each index once', async () => {
    const store = memoryStore(smallRepository({ files: [] }), '/snapshots')
    const keys: string[] = []
    const counted: BlobStore = {
      ...store,
      read: (key, range, signal) => {
        keys.push(key)
        return store.read(key, range, signal)
      },
    }
    const world = fakeWorld({}, {}, {}, { openLocation: () => Promise.resolve(locationIn(counted, '')) })
    const group = 'indices: ["*"]\nmetadataMigration:\n  enabled: true\ndocumentBackfill:\n  enabled: true'
    await plan(smallConfig(`${FS_REPOSITORY}\nexistingSnapshot: nightly`, group), world)
    expect(keys.filter((key) => /^indices\/[^/]+\/meta-/.test(key))).toHaveLength(1)
  })

  test('of an incomplete snapshot is refused unless that is accepted', async () => {
    const places = { '/snapshots': smallRepository({ snapshot: { state: 3 }, info: { state: 'PARTIAL' } }) }
    const source = `${FS_REPOSITORY}\nexistingSnapshot: nightly`
    const failure = await failureOf(plan(smallConfig(source, 'indices: ["*"]'), fakeWorld({}, {}, places)))
    expect(failure.code).toBe('SNAPSHOT_INCOMPLETE')
  })
})

describe('10,000 indices', () => {
  const many = (count: number) => ({
    indices: Array.from({ length: count }, (_, number) => ({ index: `logs-${String(number).padStart(5, '0')}` })),
  })

  test('are planned with as many requests as ten', async () => {
    const [few, all] = [fakeWorld(many(10)), fakeWorld(many(10_000))]
    await plan(smallConfig(FS_REPOSITORY), few)
    const made = await plan(smallConfig(FS_REPOSITORY), all)
    expect(made.migrations[0]!.groups[0]!.indices).toHaveLength(10_000)
    expect(all.source.requests).toEqual(few.source.requests)
    expect(all.target.requests).toEqual(few.target.requests)
  })

  test('may be named one by one', async () => {
    const names = many(10_000).indices.map(({ index }) => `"${index}"`)
    const made = await plan(smallConfig(FS_REPOSITORY, `indices: [${names.join(', ')}]`), fakeWorld(many(10_000)))
    expect(made.migrations[0]!.groups[0]!.indices).toHaveLength(10_000)
  })
})
