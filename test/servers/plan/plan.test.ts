import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.ts'
import type { Finding } from '../../../src/doctor/finding.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import { runCli } from '../../unit/cli/world.ts'
import { bootServer, type ServerHandle } from '../boot.ts'
import { rest } from '../rest.ts'
import { READER } from '../security.ts'

const folder = mkdtempSync(join(tmpdir(), 'plan-servers-'))
let source: ServerHandle
let target: ServerHandle

beforeAll(async () => {
  source = await bootServer({ distribution: 'elasticsearch', version: '7.10.2' })
  target = await bootServer({ distribution: 'opensearch', version: '2.19.4', security: true, heap: '768m' })
  const client = rest(source)
  await client.put('/logs-1', { settings: { number_of_shards: 3, number_of_replicas: 0 } })
  await client.bulk([1, 2, 3].flatMap((id) => [{ index: { _index: 'logs-1', _id: String(id) } }, { id }]))
  await client.post('/_flush')
  await client.put('/shop', { settings: { number_of_shards: 1, number_of_replicas: 0 } })
})
afterAll(async () => {
  await source.stop()
  await target.stop()
  rmSync(folder, { recursive: true })
})

interface Changes {
  readonly targetAuth?: string
  readonly targetTls?: string
  readonly repository?: string
  readonly sourceKeys?: readonly string[]
  readonly indices?: string
}

function configFile(changes: Changes = {}): string {
  const { username, password } = target.credentials!
  const auth = changes.targetAuth ?? `{ basic: { username: ${username}, password: "${password}" } }`
  const text = [
    'sourceClusters:',
    '  prod:',
    `    endpoint: "${source.url}"`,
    ...(changes.repository === undefined ? [] : [`    snapshotRepo: ${changes.repository}`]),
    ...(changes.sourceKeys ?? []).map((line) => `    ${line}`),
    'targetClusters:',
    '  new:',
    `    endpoint: "${target.url}"`,
    `    authConfig: ${auth}`,
    `    tls: ${changes.targetTls ?? `{ caFile: ${target.caFile!} }`}`,
    'migrations:',
    '  - sourceCluster: prod',
    '    targetCluster: new',
    '    snapshotMigrations:',
    `      - indices: ["${changes.indices ?? 'logs-*'}"]`,
  ].join('\n')
  const file = join(folder, 'migration.yaml')
  writeFileSync(file, text)
  return file
}

async function run(command: readonly string[], changes?: Changes) {
  const file = configFile(changes)
  const world = { clock: systemClock, env: { WORKFLOW_HOME: folder }, cwd: folder }
  return runCli([...command, '-f', file], world)
}

async function findings(changes?: Changes): Promise<{ exitCode: number; found: readonly Finding[]; text: string }> {
  const { exitCode, stdout, stderr } = await run(['doctor', '-o', 'json'], changes)
  expect(stdout, stderr).not.toBe('')
  const { schemaVersion, findings: found } = JSON.parse(stdout) as { schemaVersion: number; findings: Finding[] }
  expect(schemaVersion).toBe(1)
  for (const finding of found) expect(finding.remedy === undefined).toBe(finding.level === 'ok')
  return { exitCode, found, text: stdout }
}

/** Everything that a plan or a diagnosis could have changed. */
async function state(): Promise<unknown> {
  const of = async (server: ServerHandle) => {
    const client = rest(server)
    return [
      Object.keys(await client.get<object>('/_alias')).sort(),
      await client.get('/_snapshot'),
      Object.keys(await client.get<object>('/_template')).sort(),
    ]
  }
  return [await of(source), await of(target), readdirSync(source.repositoryFolder).filter((name) => name !== 'tests')]
}

describe('plan of real clusters', () => {
  test('finds versions, the folder of path.repo, and indices with their numbers, and changes nothing', async () => {
    const before = await state()
    const { exitCode, stdout, stderr } = await run(['plan', '-o', 'json', '--out', 'plan.json'])
    expect(exitCode, stderr).toBe(0)
    const plan = JSON.parse(stdout) as Plan
    expect(JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'))).toEqual(plan)
    expect(plan).toMatchObject({
      schemaVersion: 1,
      sources: { prod: { distribution: 'elasticsearch', version: '7.10.2' } },
      targets: { new: { distribution: 'opensearch', version: '2.19.4' } },
      migrations: [
        {
          repository: { type: 'fs', register: true, origin: 'path.repo' },
          snapshot: { create: true, indices: ['logs-1'] },
          groups: [{ indices: [{ name: 'logs-1', shards: 3 }] }],
        },
      ],
    })
    expect(plan.migrations[0]!.repository.uri.startsWith(`${source.repositoryFolder}/backfill-workflow-`)).toBe(true)
    expect(stdout).not.toContain(target.credentials!.password)
    expect(await state()).toEqual(before)
    expect((await run(['plan', '-o', 'json'])).stdout).toBe(stdout)
  })

  test('is readable as text', async () => {
    const { stdout } = await run(['plan'])
    expect(stdout).toContain('elasticsearch 7.10.2')
    expect(stdout).toContain('Migration m1: prod → new')
    expect(stdout).toMatch(/logs-1 +3 +/)
    expect(stdout).toContain('○ Restore Documents m1g1')
  })

  test('of an existing snapshot has exact numbers', async () => {
    const client = rest(source)
    await client.put('/_snapshot/nightly', { type: 'fs', settings: { location: source.repositoryFolder } })
    await client.put('/_snapshot/nightly/first?wait_for_completion=true', { indices: 'logs-1' })
    try {
      const changes = { repository: '{ repoName: nightly }', sourceKeys: ['existingSnapshot: latest'] }
      const { exitCode, stdout, stderr } = await run(['plan', '-o', 'json'], changes)
      expect(exitCode, stderr).toBe(0)
      const [migration] = (JSON.parse(stdout) as Plan).migrations
      expect(migration).toMatchObject({
        repository: { name: 'nightly', register: false },
        snapshot: { create: false, name: 'first' },
        groups: [{ indices: [{ name: 'logs-1', shards: 3, documents: 3 }] }],
      })
      const { found } = await findings(changes)
      expect(found).toContainEqual(expect.objectContaining({ id: 'repository', level: 'ok' }))
    } finally {
      await client.delete('/_snapshot/nightly/first')
      await client.delete('/_snapshot/nightly')
    }
  })

  test('refuses a wrong password without showing it', async () => {
    const result = await run(['plan'], { targetAuth: '{ basic: { username: admin, password: wrong-one } }' })
    expect(result).toMatchObject({ exitCode: 1, code: 'CLUSTER_AUTH' })
    expect(result.stderr).toContain(`connect to target new at ${target.url}: status 401`)
    expect(result.stderr.split('\n').filter((line) => line.startsWith('Error'))[0]).not.toContain('wrong-one')
  })

  test('refuses a certificate of an unknown authority', async () => {
    const result = await run(['plan'], { targetTls: '{ verify: true }' })
    expect(result).toMatchObject({ exitCode: 1, code: 'CLUSTER_TLS' })
    expect(result.stderr).toContain('tls.caFile')
  })
})

describe('doctor of real clusters', () => {
  test('finds no problem where there is none, and changes nothing', async () => {
    const before = await state()
    const { exitCode, found, text } = await findings()
    expect(found.filter((finding) => finding.level === 'problem')).toEqual([])
    expect(exitCode).toBe(0)
    expect(new Set(found.map((finding) => finding.id))).toEqual(
      new Set([
        'reachable',
        'authentication',
        'tls',
        'version',
        'health',
        'read-rights',
        'write-rights',
        'repository',
        'repository-source',
        'indices',
        'shard-size',
        'shard-limit',
        'disk',
        'existing-index',
      ]),
    )
    expect(text).not.toContain(target.credentials!.password)
    expect(await state()).toEqual(before)
  })

  test('names the right that a reader does not even have to ask what the target is', async () => {
    const { exitCode, found } = await findings({
      targetAuth: `{ basic: { username: ${READER.username}, password: "${READER.password}" } }`,
    })
    expect(exitCode).toBe(1)
    const problems = found.filter((finding) => finding.level === 'problem')
    expect(problems).toMatchObject([{ id: 'read-rights', subject: 'target new' }])
    expect(problems[0]!.message).toContain('cluster:monitor/main')
    expect(found.filter(({ subject }) => subject === 'source prod').length).toBeGreaterThan(3)
  })

  test('names the rights on indices that a user lacks', async () => {
    const client = rest(target)
    const loader = { username: 'loader', password: 'Harbour-Window-7!' }
    await client.put('/_plugins/_security/api/roles/loads', { cluster_permissions: ['*'], index_permissions: [] })
    await client.put(`/_plugins/_security/api/internalusers/${loader.username}`, {
      password: loader.password,
      opendistro_security_roles: ['loads'],
    })
    const { found } = await findings({
      targetAuth: `{ basic: { username: ${loader.username}, password: "${loader.password}" } }`,
    })
    const rights = found.filter(({ id, subject }) => id === 'write-rights' && subject === 'target new')
    expect(rights).toMatchObject([{ level: 'problem' }])
    expect(rights[0]!.message).toMatch(/^rights are missing: indices:admin\/create, .*indices:data\/write\/index/)
  })

  test('has the source verify a registered repository, and sees when this machine looks elsewhere', async () => {
    const client = rest(source)
    await client.put('/_snapshot/nightly', { type: 'fs', settings: { location: source.repositoryFolder } })
    await client.put('/_snapshot/nightly/first?wait_for_completion=true', { indices: 'logs-1' })
    try {
      const good = await findings({ repository: '{ repoName: nightly }' })
      expect(good.found).toContainEqual(
        expect.objectContaining({
          id: 'repository-source',
          level: 'ok',
          message: expect.stringContaining('1 node can write') as string,
        }),
      )
      const elsewhere = await findings({ repository: `{ repoName: nightly, localPath: ${folder} }` })
      expect(elsewhere.exitCode).toBe(1)
      expect(elsewhere.found).toContainEqual(
        expect.objectContaining({
          id: 'repository',
          level: 'problem',
          remedy: expect.stringContaining('localPath') as string,
        }),
      )
    } finally {
      await client.delete('/_snapshot/nightly/first')
      await client.delete('/_snapshot/nightly')
    }
  })

  test('finds a folder that is not in path.repo', async () => {
    const { exitCode, found } = await findings({ repository: `{ fsRepoPath: ${folder} }` })
    expect(exitCode).toBe(1)
    expect(found.filter((finding) => finding.level === 'problem')).toMatchObject([{ id: 'repository-source' }])
  })

  test('finds an index that the target has already', async () => {
    const client = rest(target)
    await client.put('/logs-1', { settings: { number_of_replicas: 0 } })
    try {
      const { exitCode, found } = await findings()
      expect(exitCode).toBe(1)
      const problems = found.filter((finding) => finding.level === 'problem')
      expect(problems).toMatchObject([{ id: 'existing-index', subject: 'target new' }])
      expect(problems[0]!.message).toContain('logs-1')
    } finally {
      await client.delete('/logs-1')
    }
  })

  test('goes on when a side cannot be reached', async () => {
    const { exitCode, found } = await findings({
      targetAuth: '{ basic: { username: admin, password: wrong-one } }',
      indices: 'none-*',
    })
    expect(exitCode).toBe(1)
    expect(
      found.filter((finding) => finding.level === 'problem').map(({ id, subject }) => `${subject}: ${id}`),
    ).toEqual(['target new: authentication', 'migration m1 (prod → new): indices'])
  })
})
