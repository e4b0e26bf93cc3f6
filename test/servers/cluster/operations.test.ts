import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Cluster } from '../../../src/cluster/cluster.ts'
import { createDataStream, deleteDataStream, listDataStreams } from '../../../src/cluster/data-streams.ts'
import {
  catIndices,
  countDocuments,
  createIndex,
  deleteIndex,
  getAliases,
  getIndex,
  indexExists,
  putMapping,
  refresh,
  updateAliases,
  updateIndexSettings,
} from '../../../src/cluster/indices.ts'
import { clusterHealth, getClusterSettings, listNodes, putClusterSettings } from '../../../src/cluster/nodes.ts'
import {
  createRepository,
  deleteRepository,
  getRepository,
  listRepositories,
  verifyRepository,
} from '../../../src/cluster/repositories.ts'
import { createSnapshot, deleteSnapshot, listSnapshots, snapshotProgress } from '../../../src/cluster/snapshots.ts'
import {
  getComponentTemplates,
  getIndexTemplates,
  getLegacyTemplates,
  putComponentTemplate,
  putIndexTemplate,
  putLegacyTemplate,
} from '../../../src/cluster/templates.ts'
import { tryRights } from '../../../src/doctor/checks/try-rights.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest } from '../rest.ts'
import { calm, httpOptions, withCluster } from './connect.ts'

const servers = [
  { distribution: 'elasticsearch', version: '1.7.6' },
  { distribution: 'elasticsearch', version: '5.6.16' },
  { distribution: 'elasticsearch', version: '6.8.23' },
  { distribution: 'elasticsearch', version: '7.10.2' },
  { distribution: 'elasticsearch', version: '8.19.0' },
  { distribution: 'opensearch', version: '1.3.14' },
  { distribution: 'opensearch', version: '2.19.4' },
  { distribution: 'opensearch', version: '3.8.0' },
] as const

describe.each(servers)('$distribution $version', ({ distribution, version }) => {
  test('is detected, and every operation does what it says', async () => {
    const server = await bootServer({ distribution, version })
    try {
      await withCluster(httpOptions(server), async (cluster) => {
        expect(cluster.info).toMatchObject({ distribution, version: { text: version } })
        await checkIndices(cluster)
        await checkTemplates(cluster)
        await checkSnapshots(cluster, server)
        await checkBusySource(cluster, server)
        await checkCluster(cluster, server)
        await checkTriedRights(cluster, server)
      })
    } finally {
      await server.stop()
    }
  })
})

/** Where nobody is restricted, no request that tries a right is refused, and none does anything. */
async function checkTriedRights(cluster: Cluster, server: ServerHandle): Promise<void> {
  const everything = async (): Promise<unknown> => {
    const { metadata } = await rest(server).get('/_cluster/state/metadata')
    return metadata
  }
  const needed = [
    'cluster:admin/snapshot/create',
    'cluster:admin/snapshot/get',
    'cluster:admin/snapshot/status',
    'cluster:admin/snapshot/delete',
    'cluster:admin/repository/put',
    'cluster:admin/repository/delete',
  ]
  const before = await everything()
  expect(await tryRights(cluster, { cluster: needed, index: [], indexName: undefined }, calm)).toEqual([])
  expect(await everything()).toEqual(before)
}

async function checkIndices(cluster: Cluster): Promise<void> {
  const typed = cluster.quirks.bulkType === 'required'
  const properties = { n: { type: 'integer' } }
  const settings = { number_of_shards: 2, number_of_replicas: 0 }
  const mappings = typed ? { doc: { properties } } : { properties }
  expect(await indexExists(cluster, 'ix', calm)).toBe(false)
  expect(await getIndex(cluster, 'ix', calm)).toBeUndefined()
  expect(await createIndex(cluster, 'ix', { settings, mappings }, { typed }, calm)).toBe('created')
  expect(await createIndex(cluster, 'ix', { settings, mappings }, { typed }, calm)).toBe('exists')
  expect(await indexExists(cluster, 'ix', calm)).toBe(true)
  await putMapping(cluster, 'ix', { properties: { m: { type: 'integer' } } }, typed ? { type: 'doc' } : {}, calm)
  await updateIndexSettings(cluster, 'ix', { index: { refresh_interval: '30s' } }, calm)
  const index = await getIndex(cluster, 'ix', calm)
  expect(index?.name).toBe('ix')
  expect(JSON.stringify(index?.mappings)).toMatch(/"m":\{"type":"integer"/)
  expect(JSON.stringify(index?.settings)).toContain('"refresh_interval":"30s"')
  expect(await clusterHealth(cluster, { index: 'ix', waitFor: 'green' }, calm)).toMatchObject({
    status: 'green',
    timedOut: false,
  })
  await updateAliases(cluster, [{ add: { index: 'ix', alias: 'al' } }], calm)
  expect((await getAliases(cluster, calm))['ix']).toEqual({ al: {} })
  await refresh(cluster, 'ix', calm)
  expect(await countDocuments(cluster, 'ix', calm)).toBe(0)
  expect(await catIndices(cluster, calm)).toContainEqual(
    expect.objectContaining({ index: 'ix', status: 'open', health: 'green', primaries: 2, documents: 0 }) as unknown,
  )
  await expect(countDocuments(cluster, 'nope', calm)).rejects.toMatchObject({ code: 'CLUSTER_REFUSED' })
}

async function checkTemplates(cluster: Cluster): Promise<void> {
  const pattern = cluster.quirks.templatePatterns === 'template' ? { template: 'lt-*' } : { index_patterns: ['lt-*'] }
  await putLegacyTemplate(cluster, 'legacy', { ...pattern, settings: { number_of_shards: 1 } }, calm)
  expect((await getLegacyTemplates(cluster, {}, calm))['legacy']).toMatchObject(pattern)
  if (!cluster.quirks.composableTemplates) {
    expect(await getIndexTemplates(cluster, calm)).toEqual({})
    expect(await getComponentTemplates(cluster, calm)).toEqual({})
    expect(await listDataStreams(cluster, calm)).toEqual([])
    return
  }
  await putComponentTemplate(cluster, 'part', { template: { settings: { number_of_replicas: 0 } } }, calm)
  const template = { index_patterns: ['it-*'], composed_of: ['part'], priority: 300 }
  await putIndexTemplate(cluster, 'whole', template, calm)
  expect((await getComponentTemplates(cluster, calm))['part']).toMatchObject({ template: {} })
  expect((await getIndexTemplates(cluster, calm))['whole']).toMatchObject(template)
  if (cluster.info.distribution !== 'opensearch') return
  await putIndexTemplate(cluster, 'streams', { index_patterns: ['ds-*'], data_stream: {}, priority: 301 }, calm)
  expect(await createDataStream(cluster, 'ds-a', calm)).toBe('created')
  expect(await createDataStream(cluster, 'ds-a', calm)).toBe('exists')
  expect(await listDataStreams(cluster, calm)).toEqual([
    { name: 'ds-a', timestampField: '@timestamp', indices: ['.ds-ds-a-000001'] },
  ])
  expect((await catIndices(cluster, calm)).map((line) => line.index)).toContain('.ds-ds-a-000001')
  expect(await deleteDataStream(cluster, 'ds-a', calm)).toBe(true)
}

async function checkSnapshots(cluster: Cluster, server: ServerHandle): Promise<void> {
  const location = join(server.repositoryFolder, 'operations')
  expect(await getRepository(cluster, 'repo', calm)).toBeUndefined()
  await createRepository(cluster, { name: 'repo', type: 'fs', settings: { location } }, calm)
  expect(await getRepository(cluster, 'repo', calm)).toMatchObject({ name: 'repo', type: 'fs', settings: { location } })
  expect((await listRepositories(cluster, calm)).map((repository) => repository.name)).toContain('repo')
  expect(await verifyRepository(cluster, 'repo', calm)).toHaveLength(1)
  expect(await snapshotProgress(cluster, 'repo', 'snap', calm)).toBeUndefined()
  const request = {
    repository: 'repo',
    snapshot: 'snap',
    indices: ['ix'],
    includeGlobalState: false,
    partial: false,
    metadata: { by: 'test' },
  }
  expect(await createSnapshot(cluster, request, calm)).toBe('started')
  for (;;) {
    const progress = await snapshotProgress(cluster, 'repo', 'snap', calm)
    if (progress === undefined || progress.state === 'IN_PROGRESS') continue
    expect(progress).toEqual({ state: 'SUCCESS', shards: { total: 2, done: 2, failed: 0 }, failures: [] })
    break
  }
  expect(await createSnapshot(cluster, request, calm)).toBe('exists')
  expect(await listSnapshots(cluster, 'repo', calm)).toEqual([{ name: 'snap', state: 'SUCCESS' }])
  expect(await deleteSnapshot(cluster, 'repo', 'snap', calm)).toBe(true)
  expect(await deleteSnapshot(cluster, 'repo', 'snap', calm)).toBe(false)
  expect(await deleteRepository(cluster, 'repo', calm)).toBe(true)
  expect(await deleteRepository(cluster, 'repo', calm)).toBe(false)
  expect(await deleteIndex(cluster, 'ix', calm)).toBe(true)
  expect(await deleteIndex(cluster, 'ix', calm)).toBe(false)
}

/** A second snapshot while another one is being written: old versions take one at a time, and say so each in its own words. */
async function checkBusySource(cluster: Cluster, server: ServerHandle): Promise<void> {
  const typed = cluster.quirks.bulkType === 'required'
  const lines = Array.from({ length: 300 }, (_, n) => [
    { index: { _index: 'large', _id: `${n}`, ...(typed ? { _type: 'doc' } : {}) } },
    { text: Array.from({ length: 100 }, (_, k) => `${Math.cos(n * k)}`).join(' ') },
  ])
  await rest(server).bulk(lines.flat())
  for (const [name, speed] of [
    ['slow', { max_snapshot_bytes_per_sec: '100kb' }],
    ['quick', {}],
  ] as const) {
    const settings = { location: join(server.repositoryFolder, name), ...speed }
    await createRepository(cluster, { name, type: 'fs', settings }, calm)
  }
  const request = { snapshot: 'snap', indices: ['large'], includeGlobalState: false, partial: false }
  expect(await createSnapshot(cluster, { ...request, repository: 'slow' }, calm)).toBe('started')
  const second = await createSnapshot(cluster, { ...request, repository: 'quick' }, calm)
  expect(second).toBe(cluster.quirks.concurrentSnapshots ? 'started' : 'busy')
  for (const name of ['slow', 'quick']) {
    expect(await deleteSnapshot(cluster, name, 'snap', calm)).toBe(name === 'slow' || second === 'started')
    await deleteRepository(cluster, name, calm)
  }
  await deleteIndex(cluster, 'large', calm)
}

async function checkCluster(cluster: Cluster, server: ServerHandle): Promise<void> {
  const nodes = await listNodes(cluster, calm)
  expect(nodes).toHaveLength(1)
  expect(nodes[0]!.pathRepo.some((folder) => server.repositoryFolder.startsWith(folder))).toBe(true)
  const key = 'cluster.routing.allocation.enable'
  await putClusterSettings(cluster, { persistent: { [key]: 'primaries' } }, calm)
  expect((await getClusterSettings(cluster, calm)).persistent).toMatchObject({ [key]: 'primaries' })
  await putClusterSettings(cluster, { persistent: { [key]: 'all' } }, calm)
}
