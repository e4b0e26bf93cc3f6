import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { startPlaces, type Places } from '../unit/cli/mistakes/places.ts'
import { runCli } from '../unit/cli/world.ts'
import { bootServer, type ServerHandle } from './boot.ts'
import { rest, send, type JsonObject } from './rest.ts'
import { READER, READER_HASH } from './security.ts'

/** What a target asks of the user of a migration, as a role of the security plugin. */
const CLUSTER_RIGHTS = [
  'cluster:monitor/main',
  'cluster:monitor/health',
  'cluster:monitor/state',
  'cluster:monitor/stats',
  'cluster:monitor/nodes/stats',
  'cluster:monitor/nodes/info',
  'indices:admin/template/get',
  'indices:admin/index_template/get',
  'indices:admin/index_template/put',
  'cluster:admin/component_template/get',
  'cluster:admin/component_template/put',
  'indices:data/write/bulk',
]
const INDEX_RIGHTS = [
  'indices:monitor/*',
  'indices:admin/get',
  'indices:admin/aliases/get',
  'indices:admin/data_stream/get',
  'indices:admin/create',
  'indices:admin/mapping/put',
  'indices:admin/settings/update',
  'indices:admin/refresh*',
  'indices:data/write/index',
  'indices:data/write/bulk*',
  'indices:data/read/search',
]

/** Rights that are taken away one at a time, and the check that has to find it. */
const LACKING = [
  ['indices:admin/index_template/put', 'write-rights'],
  ['cluster:admin/component_template/put', 'write-rights'],
  ['indices:data/write/bulk', 'write-rights'],
  ['indices:admin/create', 'write-rights'],
  ['indices:admin/mapping/put', 'write-rights'],
  ['indices:admin/settings/update', 'write-rights'],
  ['indices:admin/refresh*', 'write-rights'],
  ['indices:data/write/index', 'write-rights'],
  ['indices:data/read/search', 'write-rights'],
  ['indices:admin/aliases/get', 'read-rights'],
  ['indices:admin/template/get', 'read-rights'],
  ['indices:admin/index_template/get', 'read-rights'],
  ['cluster:admin/component_template/get', 'read-rights'],
  ['cluster:monitor/main', 'read-rights'],
] as const

/** What a source that takes a snapshot asks of the user. */
const SOURCE_CLUSTER_RIGHTS = [
  'cluster:monitor/main',
  'cluster:monitor/health',
  'cluster:monitor/state',
  'cluster:monitor/nodes/info',
  'indices:admin/template/get',
  'indices:admin/index_template/get',
  'cluster:admin/component_template/get',
  'cluster:admin/repository/get',
  'cluster:admin/repository/put',
  'cluster:admin/repository/delete',
  'cluster:admin/snapshot/create',
  'cluster:admin/snapshot/get',
  'cluster:admin/snapshot/status',
  'cluster:admin/snapshot/delete',
]
const SOURCE_INDEX_RIGHTS = [
  'indices:monitor/settings/get',
  'indices:monitor/stats',
  'indices:admin/get',
  'indices:admin/data_stream/get',
]

/** The same with the check that finds it on a source, and how bad it is. */
const LACKING_ON_SOURCE = [
  ['cluster:monitor/main', 'read-rights', 'problem'],
  ['cluster:monitor/state', 'read-rights', 'problem'],
  ['indices:monitor/settings/get', 'read-rights', 'problem'],
  ['indices:monitor/stats', 'read-rights', 'problem'],
  ['indices:admin/data_stream/get', 'read-rights', 'problem'],
  ['cluster:admin/repository/get', 'read-rights', 'problem'],
  ['indices:admin/get', 'read-rights', 'warning'],
  ['indices:admin/template/get', 'read-rights', 'warning'],
  ['indices:admin/index_template/get', 'read-rights', 'warning'],
  ['cluster:admin/component_template/get', 'read-rights', 'warning'],
  ['cluster:monitor/nodes/info', 'read-rights', 'warning'],
  ['cluster:admin/repository/put', 'write-rights', 'problem'],
  ['cluster:admin/repository/delete', 'write-rights', 'problem'],
  ['cluster:admin/snapshot/create', 'write-rights', 'problem'],
  ['cluster:admin/snapshot/get', 'write-rights', 'problem'],
  ['cluster:admin/snapshot/status', 'write-rights', 'problem'],
  ['cluster:admin/snapshot/delete', 'write-rights', 'problem'],
] as const

/** A user and what the only role of that user has. */
interface User {
  readonly name: string
  readonly cluster: readonly string[]
  readonly index: readonly string[]
}

/** One user with all of some rights, and one for each right that is lacking. */
function usersOf(
  prefix: string,
  rights: Omit<User, 'name'>,
  lacking: readonly (readonly [right: string, ...unknown[]])[],
): User[] {
  const without = (right?: string): Omit<User, 'name'> => ({
    cluster: rights.cluster.filter((one) => one !== right),
    index: rights.index.filter((one) => one !== right),
  })
  return [
    { name: prefix, ...without() },
    ...lacking.map(([right]) => ({ name: nameOf(prefix, right), ...without(right) })),
  ]
}

function nameOf(prefix: string, right: string): string {
  return `${prefix}-without-${right.replaceAll(/\W+/g, '-')}`
}

const USERS: readonly User[] = [
  ...usersOf('loads', { cluster: CLUSTER_RIGHTS, index: INDEX_RIGHTS }, LACKING),
  ...usersOf('takes', { cluster: SOURCE_CLUSTER_RIGHTS, index: SOURCE_INDEX_RIGHTS }, LACKING_ON_SOURCE),
  { name: 'reads', cluster: ['cluster:monitor/main', 'cluster:admin/repository/get'], index: [] },
]

describe('doctor on OpenSearch with the security plugin', () => {
  const work = mkdtempSync(join(tmpdir(), 'doctor-rights-'))
  let server: ServerHandle
  let places: Places
  beforeAll(async () => {
    ;[server, places] = await Promise.all([
      bootServer({ distribution: 'opensearch', version: '2.19', security: true, heap: '768m' }),
      startPlaces(),
    ])
    // Every user has this role by default, and with it the right to send bulk requests.
    await rest(server).delete('/_plugins/_security/api/rolesmapping/own_index')
    await makeUsers(server)
    mkdirSync(join(server.repositoryFolder, 'new'), { recursive: true })
    await rest(server).put('/books/_doc/1?refresh', { title: 'Emma' })
  })
  afterAll(async () => {
    await server.stop()
    await places.close()
    rmSync(work, { recursive: true })
  })

  /** The secured server as a user reaches it, below the name of a cluster. */
  const secured = (user: string): string => `
    endpoint: ${server.url}
    authConfig: { basic: { username: ${user}, password: "${READER.password}" } }
    tls: { caFile: ${server.caFile!} }`

  async function findings(source: string, target: string, subject: string, indices = 'logs-*'): Promise<Finding[]> {
    const file = join(work, 'migration.yaml')
    writeFileSync(
      file,
      `sourceClusters:
  prod:${source}
targetClusters:
  new:${target}
migrations:
  - sourceCluster: prod
    targetCluster: new
    snapshotMigrations:
      - indices: ["${indices}"]
`,
    )
    const { stdout, stderr } = await runCli(['doctor', '-f', file, '-o', 'json'], { clock: systemClock })
    expect(stdout, stderr).not.toBe('')
    const { findings: found } = JSON.parse(stdout) as { readonly findings: Finding[] }
    return found.filter((finding) => finding.subject.startsWith(subject) && finding.level !== 'ok')
  }

  async function findingsOf(user: string): Promise<Finding[]> {
    const source = `
    endpoint: ${places.url.source}
    snapshotRepo: { fsRepoPath: ${places.folder} }`
    return findings(source, secured(user), 'target new')
  }

  test('finds nothing wrong with a user who has every right, and changes nothing', async () => {
    const before = await contents(server)
    expect(await findingsOf('loads')).toEqual([])
    expect(await contents(server)).toEqual(before)
  })

  test.each(LACKING)('names %s, and nothing else, when it is what a user lacks', async (right, check) => {
    const user = nameOf('loads', right)
    const before = await contents(server)
    const found = (await findingsOf(user)).filter(ofRights)
    const name = right.replace('*', '')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ id: check, level: 'problem' })
    expect(found[0]!.message).toContain(name)
    expect(found[0]!.remedy).toMatch(new RegExp(`^Grant ${name}\\S* to user ${user}\\.$`))
    expect(await contents(server)).toEqual(before)
  })

  describe('as the source', () => {
    const repository = (): string => `
    snapshotRepo: { fsRepoPath: ${join(server.repositoryFolder, 'new')} }`
    const target = (): string => `
    endpoint: ${places.url.target}`
    const examine = (user: string, more: string, subject = ''): Promise<Finding[]> =>
      findings(secured(user) + more, target(), subject, 'books')

    test('finds nothing wrong with a user who has every right that a snapshot needs, and changes nothing', async () => {
      const before = await contents(server)
      expect(await examine('takes', repository())).toEqual([])
      expect(await contents(server)).toEqual(before)
    })

    test.each(LACKING_ON_SOURCE)('names %s, and nothing else, when it is lacking', async (right, check, level) => {
      const user = nameOf('takes', right)
      const before = await contents(server)
      const found = (await examine(user, repository(), 'source prod')).filter(ofRights)
      expect(found).toHaveLength(1)
      expect(found[0]).toMatchObject({ id: check, level })
      expect(found[0]!.message).toContain(right)
      expect(found[0]!.remedy).toMatch(new RegExp(`^Grant ${right}\\S* to user ${user}(, for instance .*)?\\.$`))
      expect(await contents(server)).toEqual(before)
    })

    test('asks no more than where repositories lie when an existing snapshot is read', async () => {
      const location = join(server.repositoryFolder, 'kept')
      const api = rest(server)
      await api.put('/_snapshot/kept', { type: 'fs', settings: { location } })
      await api.put('/_snapshot/kept/nightly?wait_for_completion=true', { indices: 'books' })
      const more = '\n    snapshotRepo: { repoName: kept }\n    existingSnapshot: nightly'
      const found = await examine('reads', more)
      expect(found).toEqual([expect.objectContaining({ id: 'repository', level: 'warning' })])
      expect(found[0]!.message).toContain('could not be compared')
      await api.delete('/_snapshot/kept')
    })
  })
})

/** Makes all users at once, since each change of users makes the server forget whom it knows. */
async function makeUsers(server: ServerHandle): Promise<void> {
  const add = (name: string, value: JsonObject): JsonObject => ({ op: 'add', path: `/${name}`, value })
  const roles = USERS.map(({ name, cluster, index }) =>
    add(name, {
      cluster_permissions: cluster,
      index_permissions: [{ index_patterns: ['*'], allowed_actions: index }],
    }),
  )
  const users = USERS.map(({ name }) => add(name, { hash: READER_HASH, opendistro_security_roles: [name] }))
  for (const [kind, operations] of Object.entries({ roles, internalusers: users })) {
    const json = { 'content-type': 'application/json' }
    await send(server, 'PATCH', `/_plugins/_security/api/${kind}`, json, JSON.stringify(operations))
  }
}

function ofRights({ id }: Finding): boolean {
  return id === 'read-rights' || id === 'write-rights'
}

/** All that a doctor could have left behind. */
async function contents(server: ServerHandle): Promise<JsonObject> {
  const api = rest(server)
  return {
    indices: Object.keys(await api.get('/_all')).filter((name) => !name.startsWith('.')),
    templates: await api.get('/_index_template'),
    components: await api.get('/_component_template'),
    repositories: await api.get('/_snapshot'),
  }
}
