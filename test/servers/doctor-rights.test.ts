import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { startPlaces, type Places } from '../unit/cli/mistakes/places.ts'
import { runCli } from '../unit/cli/world.ts'
import { bootServer, type ServerHandle } from './boot.ts'
import { rest, type JsonObject } from './rest.ts'

const PASSWORD = 'Test-Loader-1!'

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
  })
  afterAll(async () => {
    await server.stop()
    await places.close()
    rmSync(work, { recursive: true })
  })

  async function findingsOf(user: string, lacking?: string): Promise<Finding[]> {
    const api = rest(server)
    const without = (rights: readonly string[]): string[] => rights.filter((right) => right !== lacking)
    await api.put(`/_plugins/_security/api/roles/${user}`, {
      cluster_permissions: without(CLUSTER_RIGHTS),
      index_permissions: [{ index_patterns: ['*'], allowed_actions: without(INDEX_RIGHTS) }],
    })
    await api.put(`/_plugins/_security/api/internalusers/${user}`, {
      password: PASSWORD,
      opendistro_security_roles: [user],
    })
    const file = join(work, 'migration.yaml')
    writeFileSync(
      file,
      `sourceClusters:
  prod:
    endpoint: ${places.url.source}
    snapshotRepo: { fsRepoPath: ${places.folder} }
targetClusters:
  new:
    endpoint: ${server.url}
    authConfig: { basic: { username: ${user}, password: "${PASSWORD}" } }
    tls: { caFile: ${server.caFile!} }
migrations:
  - sourceCluster: prod
    targetCluster: new
    snapshotMigrations:
      - indices: ["logs-*"]
`,
    )
    const { stdout, stderr } = await runCli(['doctor', '-f', file, '-o', 'json'], { clock: systemClock })
    expect(stdout, stderr).not.toBe('')
    const { findings } = JSON.parse(stdout) as { readonly findings: Finding[] }
    return findings.filter(({ subject, level }) => subject === 'target new' && level !== 'ok')
  }

  test('finds nothing wrong with a user who has every right, and changes nothing', async () => {
    const before = await contents(server)
    expect(await findingsOf('complete')).toEqual([])
    expect(await contents(server)).toEqual(before)
  })

  test.each(LACKING)('names %s, and nothing else, when it is what a user lacks', async (right, check) => {
    const user = `lacks-${right.replaceAll(/\W+/g, '-')}`
    const before = await contents(server)
    const findings = (await findingsOf(user, right)).filter(({ id }) => ['read-rights', 'write-rights'].includes(id))
    const name = right.replace('*', '')
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ id: check, level: 'problem' })
    expect(findings[0]!.message).toContain(name)
    expect(findings[0]!.remedy).toMatch(new RegExp(`^Grant ${name}\\S* to user ${user}\\.$`))
    expect(await contents(server)).toEqual(before)
  })
})

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
