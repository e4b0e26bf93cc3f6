import { describe, expect, test } from 'vitest'
import { secretRef, type Config } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'

const CLUSTERS = `
sourceClusters: { shop: { endpoint: "https://shop.example" } }
targetClusters: { search: { endpoint: "https://search.example" } }
`

function load(text: string): Config {
  const { config, diagnostics } = loadConfig(text)
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return config!
}

function withSource(source: string): Config['sources'][string] {
  return load(`
sourceClusters: { shop: { endpoint: "https://shop.example", ${source} } }
targetClusters: { search: { endpoint: "https://search.example" } }
migrations: [{ sourceCluster: shop, targetCluster: search, snapshotMigrations: [{ indices: ["*"] }] }]
`).sources['shop']!
}

function groups(...written: readonly string[]): Config['migrations'] {
  const list = written.map((group) => `      - { ${group} }`).join('\n')
  return load(`${CLUSTERS}
migrations:
  - sourceCluster: shop
    targetCluster: search
    snapshotMigrations:
${list}
`).migrations
}

describe('versions', () => {
  test.each([
    ['"7.10"', { number: '7.10' }],
    ['7.10.2', { number: '7.10.2' }],
    ['ES 7.10.2', { distribution: 'elasticsearch', number: '7.10.2' }],
    ['OS 2.11.0', { distribution: 'opensearch', number: '2.11.0' }],
  ])('%s', (written, version) => {
    expect(withSource(`version: ${written}`).version).toEqual(version)
  })
})

describe('credentials', () => {
  test.each([
    ['basic: { username: u, passwordFromEnv: PW }', { password: { kind: 'env', name: 'PW' } }],
    [
      'basic: { usernameFromEnv: U, passwordFromFile: /pw }',
      { username: { kind: 'env', name: 'U' }, password: { kind: 'file', path: '/pw' } },
    ],
    [
      'basic: { secretName: login }',
      {
        username: { kind: 'secret', name: 'login', key: 'username' },
        password: { kind: 'secret', name: 'login', key: 'password' },
      },
    ],
    ['apiKey: { keyFromEnv: KEY }', { kind: 'apiKey', key: { kind: 'env', name: 'KEY' } }],
    ['apiKey: { secretName: login }', { kind: 'apiKey', key: { kind: 'secret', name: 'login', key: 'apiKey' } }],
    ['sigv4: { region: eu-west-1 }', { kind: 'sigv4', region: 'eu-west-1', service: 'es' }],
    ['mtls: { cert: /c.pem, key: /k.pem }', { kind: 'mtls', certFile: '/c.pem', keyFile: '/k.pem' }],
    ['none: {}', { kind: 'none' }],
  ])('%s', (written, auth) => {
    expect(withSource(`authConfig: { ${written} }`).auth).toMatchObject(auth)
  })

  test('an inline secret becomes a reference to its place in the text', () => {
    const auth = withSource('authConfig: { basic: { username: u, password: hunter2 } }').auth
    if (auth.kind !== 'basic') throw new Error('not basic')
    const path = ['sourceClusters', 'shop', 'authConfig', 'basic', 'password']
    expect(secretRef(auth.password)).toEqual({ kind: 'config', path })
    expect(secretRef(auth.password, '/etc/migration.yaml')).toEqual({
      kind: 'config',
      file: '/etc/migration.yaml',
      path,
    })
    expect(auth.password.kind === 'inline' && auth.password.value.reveal()).toBe('hunter2')
  })
})

describe('repositories', () => {
  test.each([
    [
      's3RepoPathUri: "s3://bucket/p/", awsRegion: eu-west-1',
      { type: 's3', uri: 's3://bucket/p', region: 'eu-west-1' },
    ],
    [
      's3RepoPathUri: "s3://bucket", endpoint: "http://minio:9000"',
      { type: 's3', uri: 's3://bucket', endpoint: 'http://minio:9000', pathStyle: true },
    ],
    [
      's3RepoPathUri: "s3://bucket", roleArn: "arn:aws-cn:iam::111122223333:role/team/snap", repoName: mine',
      { type: 's3', uri: 's3://bucket', roleArn: 'arn:aws-cn:iam::111122223333:role/team/snap', name: 'mine' },
    ],
    [
      's3RepoPathUri: "s3://bucket", readerRoleArn: "arn:aws:iam::111122223333:role/reader"',
      { type: 's3', uri: 's3://bucket', readerRoleArn: 'arn:aws:iam::111122223333:role/reader' },
    ],
    ['fsRepoPath: /mnt/s', { type: 'fs', sourcePath: '/mnt/s', localPath: '/mnt/s' }],
    ['fsRepoPath: /mnt/s, localPath: ../s', { type: 'fs', sourcePath: '/mnt/s', localPath: '../s' }],
    ['repoName: nightly', { type: 'registered', name: 'nightly' }],
    ['repoName: nightly, registerOnTarget: true', { type: 'registered', name: 'nightly', registerOnTarget: true }],
    ['fsRepoPath: /s, registerOnTarget: false', { type: 'fs', sourcePath: '/s', localPath: '/s' }],
  ])('%s', (written, repository) => {
    expect(withSource(`snapshotRepo: { ${written} }`).repository).toEqual(repository)
  })
})

describe('groups', () => {
  test('a group that says nothing does both, carefully', () => {
    expect(groups('indices: ["*"]')[0]!.groups[0]).toEqual({
      path: ['migrations', '0', 'snapshotMigrations', '0'],
      label: 'snapshotMigrations[0]',
      indices: ['*'],
      allowEmpty: false,
      metadata: {
        enabled: true,
        existingIndex: 'fail',
        onRefused: 'stop',
        settings: { remove: [], set: {} },
        mappings: { remove: [], set: {} },
        options: {},
      },
      backfill: {
        enabled: true,
        bulkBytes: 10_485_760,
        bulkDocs: 10_000,
        onConflict: 'overwrite',
        compression: 'none',
      },
      verify: 'counts',
      approval: [],
      priority: 0,
    })
  })

  test('groups that read different snapshots become migrations of their own', () => {
    const migrations = groups(
      'indices: ["a-*"]',
      'indices: ["b-*"], snapshot: nightly',
      'indices: ["c-*"]',
      'indices: ["d-*"], createSnapshot: { enabled: false }',
    )
    expect(migrations.map(({ snapshot, groups: own }) => [snapshot, own.map(({ indices }) => indices[0])])).toEqual([
      [{ create: true, includeGlobalState: true, partial: 'fail' }, ['a-*', 'c-*']],
      [{ create: false, name: 'nightly', partial: 'fail' }, ['b-*']],
      [{ create: false, name: 'latest', partial: 'fail' }, ['d-*']],
    ])
  })

  test('defaults apply key by key where a group says nothing', () => {
    const config = load(`${CLUSTERS}
defaults:
  documentBackfill: { workers: 2, onConflict: skip }
  verify: sample
migrations:
  - sourceCluster: shop
    targetCluster: search
    snapshotMigrations:
      - indices: ["a"]
        documentBackfill: { workers: 5 }
      - indices: ["b"]
        verify: full
`)
    const [first, second] = config.migrations[0]!.groups
    expect([first!.backfill.workers, first!.backfill.onConflict, first!.verify]).toEqual([5, 'skip', 'sample'])
    expect([second!.backfill.workers, second!.verify]).toEqual([2, 'full'])
  })

  test('anchors, aliases and merge keys may be used', () => {
    const config = load(`
sourceClusters: { shop: { endpoint: "https://shop.example", authConfig: &auth { sigv4: { region: eu-west-1 } } } }
targetClusters: { search: { endpoint: "https://search.example", authConfig: { <<: *auth } } }
migrations: [{ sourceCluster: shop, targetCluster: search, snapshotMigrations: [{ indices: ["*"] }] }]
`)
    expect(config.targets['search']!.auth).toEqual({ kind: 'sigv4', region: 'eu-west-1', service: 'es' })
  })
})

test('what becomes of documents without a stored source stays open unless it is written', () => {
  const [migration] = groups('indices: ["a"], documentBackfill: { sourceless: rebuild }', 'indices: ["b"]')
  expect(migration!.groups[0]!.backfill.sourceless).toBe('rebuild')
  expect(migration!.groups[1]!.backfill).not.toHaveProperty('sourceless')
})
