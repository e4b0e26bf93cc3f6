import { describe, expect, test } from 'vitest'
import { configOf, failureOf, fakeWorld, FS_REPOSITORY, plan, smallConfig, SOURCE, TARGET } from './planning.ts'
import type { FakeState } from './fake-cluster.ts'
import type { PlannedRepository } from '../../../src/plan/plan.ts'
import type { PlanQuestions } from '../../../src/plan/planning.ts'

const LOGS = { indices: [{ index: 'logs-1' }] }
const FS = (location: string, more: object = {}) => ({ type: 'fs', settings: { location, ...more } })

async function repositoryOf(
  config: { source?: string; top?: string },
  source: FakeState = {},
  places: readonly string[] = ['/snapshots'],
  more: Partial<PlanQuestions> = {},
): Promise<PlannedRepository> {
  const world = fakeWorld({ ...LOGS, ...source }, {}, Object.fromEntries(places.map((at) => [at, new Map()])), more)
  const made = await plan(smallConfig(config.source, undefined, config.top), world)
  return made.migrations[0]!.repository
}

describe('the repository of a migration', () => {
  const DEFAULTS = 'defaults:\n  snapshotRepo: { fsRepoPath: /shared }'

  test('is that of the source, before all others', async () => {
    const env = { defaultRepository: '/environment' }
    expect(
      await repositoryOf({ source: FS_REPOSITORY, top: DEFAULTS }, { pathRepo: ['/p'] }, ['/snapshots'], env),
    ).toMatchObject({ uri: '/snapshots', origin: 'source' })
  })

  test('else that of defaults, in a folder of the source', async () => {
    const env = { defaultRepository: '/environment' }
    expect(await repositoryOf({ top: DEFAULTS }, {}, ['/shared'], env)).toMatchObject({
      uri: '/shared/prod',
      sourcePath: '/shared/prod',
      register: true,
      origin: 'defaults',
    })
  })

  test('else that of the environment, in a folder of the source', async () => {
    const env = { defaultRepository: 's3://bucket/base/' }
    expect(await repositoryOf({}, {}, ['s3://bucket/base/prod'], env)).toMatchObject({
      type: 's3',
      uri: 's3://bucket/base/prod',
      origin: 'environment',
    })
  })

  test('else the only registered one that can be read here', async () => {
    const repositories = { here: FS('/mounted'), elsewhere: FS('/other'), cloud: { type: 'gcs' } }
    expect(await repositoryOf({}, { repositories }, ['/mounted'])).toMatchObject({
      name: 'here',
      register: false,
      uri: '/mounted',
      origin: 'registered',
    })
  })

  test('else a folder of path.repo that can be read here', async () => {
    expect(await repositoryOf({}, { pathRepo: ['/not-here', '/mounted'], uuid: 'U1' }, ['/mounted'])).toMatchObject({
      name: 'backfill-workflow',
      register: true,
      uri: '/mounted/backfill-workflow-U1',
      origin: 'path.repo',
    })
  })

  test('else there is none, and every way out is said', async () => {
    const failure = await failureOf(repositoryOf({}))
    expect(failure.code).toBe('CONFIG_INVALID')
    expect(failure.message).toBe('plan migration of source prod: nothing says where its snapshot is to lie')
    for (const way of ['s3RepoPathUri', 'fsRepoPath', 'repoName', 'defaults.snapshotRepo', 'WORKFLOW_SNAPSHOT_REPO']) {
      expect(failure.hint).toContain(way)
    }
  })

  test('is not chosen among several readable ones', async () => {
    const repositories = { a: FS('/a'), b: FS('/b') }
    const failure = await failureOf(repositoryOf({}, { repositories }, ['/a', '/b']))
    expect(failure.message).toContain('its repositories a, b can all be read here')
  })

  test('is used under the name it is registered with already, slashes aside', async () => {
    const repositories = { theirs: FS('/snapshots/') }
    expect(await repositoryOf({ source: FS_REPOSITORY }, { repositories })).toMatchObject({
      name: 'theirs',
      register: false,
    })
  })

  test('is registered on the target as well when the configuration says so', async () => {
    const source = 'snapshotRepo: { fsRepoPath: /snapshots, registerOnTarget: true }'
    expect(await repositoryOf({ source })).toMatchObject({ register: true, registerOnTarget: true })
    expect(await repositoryOf({ source: FS_REPOSITORY })).not.toHaveProperty('registerOnTarget')
  })

  test('never takes a name that belongs to another place', async () => {
    const repositories = { 'backfill-workflow': FS('/elsewhere') }
    expect(await repositoryOf({ source: FS_REPOSITORY }, { repositories })).toMatchObject({
      name: 'backfill-workflow-2',
      register: true,
    })
    const named = `${FS_REPOSITORY}\n  repoName: backfill-workflow`
    const failure = await failureOf(repositoryOf({ source: named }, { repositories }))
    expect(failure.message).toContain('repository name backfill-workflow is taken by one that lies elsewhere')
  })

  test('with a relative folder lies below the first path.repo', async () => {
    const repositories = { nightly: FS('sub/folder') }
    const source = 'snapshotRepo: { repoName: nightly }'
    expect(await repositoryOf({ source }, { repositories, pathRepo: ['/base'] }, ['/base/sub/folder'])).toMatchObject({
      uri: '/base/sub/folder',
      sourcePath: '/base/sub/folder',
    })
  })

  test('that is registered may be seen under another path here', async () => {
    const repositories = { nightly: FS('/on/source') }
    const source = 'snapshotRepo: { repoName: nightly, localPath: /mounted }'
    expect(await repositoryOf({ source }, { repositories }, ['/mounted'])).toMatchObject({
      name: 'nightly',
      register: false,
      uri: '/mounted',
      sourcePath: '/on/source',
    })
  })

  test('in S3 keeps region, endpoint and style of the registration', async () => {
    const settings = {
      bucket: 'b',
      base_path: '/a/b/',
      region: 'eu-central-1',
      endpoint: 'minio:9000',
      path_style_access: true,
    }
    const repositories = { cloud: { type: 's3', settings } }
    expect(await repositoryOf({}, { repositories }, ['s3://b/a/b'])).toMatchObject({
      name: 'cloud',
      uri: 's3://b/a/b',
      s3: { region: 'eu-central-1', endpoint: 'https://minio:9000', pathStyle: true },
    })
  })

  test('in S3 has a role when a managed source registers it', async () => {
    const source = 'authConfig: { sigv4: { region: eu-west-1 } }\nsnapshotRepo: { s3RepoPathUri: "s3://bucket/p"'
    const role = 'arn:aws:iam::111122223333:role/snapshots'
    const failure = await failureOf(repositoryOf({ source: `${source} }` }, {}, ['s3://bucket/p']))
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', detail: 'its snapshotRepo has no roleArn' })
    expect(failure.hint).toContain('iam:PassRole')
    expect(await repositoryOf({ source: `${source}, roleArn: "${role}" }` }, {}, ['s3://bucket/p'])).toMatchObject({
      register: true,
      s3: { roleArn: role },
    })
    const repositories = { cloud: { type: 's3', settings: { bucket: 'bucket', base_path: 'p' } } }
    expect(await repositoryOf({ source: `${source} }` }, { repositories }, ['s3://bucket/p'])).toMatchObject({
      name: 'cloud',
    })
  })

  test('cannot be read-only when a snapshot is to be taken', async () => {
    const repositories = { archive: FS('/snapshots', { readonly: 'true' }) }
    for (const source of [FS_REPOSITORY, 'snapshotRepo: { repoName: archive }']) {
      const failure = await failureOf(repositoryOf({ source }, { repositories }))
      expect(failure.message).toContain('repository archive is registered read-only')
    }
  })

  test('has to be readable here, or so has the folder above one that is still to be made', async () => {
    expect(await repositoryOf({ source: 'snapshotRepo: { fsRepoPath: /mnt/new }' }, {}, ['/mnt'])).toMatchObject({
      uri: '/mnt/new',
    })
    const failure = await failureOf(repositoryOf({ source: 'snapshotRepo: { fsRepoPath: /far/away }' }))
    expect(failure.code).toBe('REPOSITORY_NOT_FOUND')
    expect(failure.message).toBe('read repository /far/away: no such folder')
    expect(failure.hint).toContain('snapshotRepo.localPath')
  })

  test('need not be readable here when pods will read it', async () => {
    const config = smallConfig('snapshotRepo: { fsRepoPath: /far/away }')
    const made = await plan(config, fakeWorld(LOGS, {}, undefined, { engine: 'argo' }))
    expect(made.warnings).toEqual(['Repository /far/away cannot be read from this machine: no such folder'])
  })

  test('that several migrations of a source share is registered under one name', async () => {
    const config = configOf(`sourceClusters:
  prod: { endpoint: "${SOURCE}", snapshotRepo: { fsRepoPath: /snapshots } }
targetClusters:
  new: { endpoint: "${TARGET}" }
migrations:
  - sourceCluster: prod
    targetCluster: new
    snapshotMigrations:
      - indices: ["logs-1"]
        createSnapshot: { includeGlobalState: false }
      - indices: ["logs-*", "-logs-1"]
        allowEmpty: true
`)
    const world = fakeWorld(LOGS)
    const made = await plan(config, world)
    expect(made.migrations.map(({ repository }) => repository.name)).toEqual(['backfill-workflow', 'backfill-workflow'])
    expect(world.source.requests.filter((request) => request === 'GET /_snapshot')).toHaveLength(1)
  })

  test('of the environment is a folder or a bucket', async () => {
    const failure = await failureOf(repositoryOf({}, {}, [], { defaultRepository: 'snapshots' }))
    expect(failure.message).toContain('WORKFLOW_SNAPSHOT_REPO')
  })
})
