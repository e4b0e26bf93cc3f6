import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { allowListEntry, globOf } from '../../../src/config/allow-list.ts'
import { convertConfig } from '../../../src/config/convert.ts'
import type { Config } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { renderDiagnostics } from '../../../src/config/render-diagnostics.ts'

function file(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
}

function load(text: string): Config {
  const { config, diagnostics } = loadConfig(text)
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return config!
}

/** What a configuration does, without the words and places of its text. */
function effect(config: Config): unknown {
  return {
    ...config,
    form: '',
    migrations: config.migrations.map(({ groups, ...migration }) => ({
      ...migration,
      groups: groups.map(({ path: _path, label: _label, ...group }) => group),
    })),
  }
}

/** A conversion as text: what changed as comments, then the other form. */
function converted(text: string): string {
  const { converted: result } = convertConfig(text)
  return `${result!.changes.map((change) => `# ${change}\n`).join('')}${result!.text}`
}

describe('the newer upstream form', () => {
  test('snapshots to take and to read become migrations', () => {
    const config = load(file('newer/shop.yaml'))
    expect(config.form).toBe('newer')
    expect(config.sources['shop']).toMatchObject({
      auth: { kind: 'basic', password: { kind: 'secret', name: 'shop-login', key: 'password' } },
      tls: { verify: false },
      repository: { uri: 's3://shop-bucket/snaps', name: 'bucketA', endpoint: 'http://minio.storage:9000' },
    })
    expect(config.migrations.map(({ snapshot }) => snapshot)).toEqual([
      { create: true, includeGlobalState: true, maxBytesPerSecond: 40 * 1024 * 1024, partial: 'fail' },
      { create: false, name: 'snap-2024-11', partial: 'fail' },
    ])
    expect(config.migrations.map(({ groups }) => groups.map(({ label, indices }) => [label, indices]))).toEqual([
      [['nightly/critical', ['orders-*']]],
      [['legacy/migration-0', ['audit']]],
    ])
    expect(config.migrations[1]!.groups[0]!.metadata.enabled).toBe(false)
  })

  test('a second repository of a source becomes a source, gates wait before steps, lists that differ split a pass', () => {
    const config = load(file('newer/two-repositories.yaml'))
    expect(Object.keys(config.sources)).toEqual(['shop', 'shop-b'])
    const [daily, weekly] = config.migrations
    expect(
      daily!.groups.map(({ indices, metadata, backfill, approval }) => [
        indices,
        metadata.enabled,
        backfill.enabled,
        approval,
      ]),
    ).toEqual([
      [['*'], true, false, ['create-snapshot', 'migrate-metadata']],
      [['logs-2024.*'], false, true, ['create-snapshot', 'verify']],
    ])
    expect(weekly).toMatchObject({ source: 'shop-b', snapshot: { create: false, name: 'week-12' } })
    expect(weekly!.groups.map(({ indices }) => indices)).toEqual([['*'], ['audit-?*']])
  })

  test('mistakes are explained at their places', async () => {
    const { config, diagnostics } = loadConfig(file('newer/mistakes.yaml'))
    expect(config).toBeUndefined()
    const rendered = renderDiagnostics(diagnostics, { fileName: 'config.yaml' })
    expect(rendered).not.toContain('hunter2')
    await expect(rendered).toMatchFileSnapshot('newer/mistakes.txt')
  })
})

describe('conversion', () => {
  for (const name of ['newer/shop', 'newer/two-repositories']) {
    test(`${name} to the form of the page keeps its effect`, async () => {
      const text = file(`${name}.yaml`)
      const result = converted(text)
      expect(effect(load(result))).toEqual(effect(load(text)))
      await expect(result).toMatchFileSnapshot(`${name}.as-page.txt`)
    })
  }

  for (const name of ['page/minimal', 'page/parallel-migrations']) {
    test(`${name} to the newer form can be read again`, async () => {
      const result = converted(file(`${name}.yaml`))
      expect(load(result).form).toBe('newer')
      await expect(result).toMatchFileSnapshot(`newer/${name.replace('page/', '')}.as-newer.txt`)
    })
  }

  test('what the newer form can say survives the way there and back', () => {
    const page = `
sourceClusters:
  shop:
    endpoint: https://shop.example:9200
    version: ES 7.10.2
    authConfig: { basic: { secretName: shop-login } }
    snapshotRepo: { s3RepoPathUri: s3://bucket/snaps, aws_region: eu-west-1, repoName: main }
targetClusters:
  search: { endpoint: https://search.example:9200, authConfig: { sigv4: { region: eu-west-1 } } }
migrations:
  - sourceCluster: shop
    targetCluster: search
    snapshotMigrations:
      - indices: ["orders-*"]
        allowEmpty: true
        createSnapshot: { maxBytesPerSecond: 41943040 }
        documentBackfill: { workers: 3, bulkDocs: 500 }
        approval: [migrate-metadata, verify]
      - indices: ["logs-?"]
        allowEmpty: true
        createSnapshot: { maxBytesPerSecond: 41943040 }
        metadataMigration: { enabled: false }
      - indices: ["audit"]
        allowEmpty: true
        snapshot: snap-7
        documentBackfill: { enabled: false }
`
    const there = convertConfig(page).converted!
    expect(there.changes).toEqual([])
    const back = convertConfig(there.text).converted!
    expect(effect(load(back.text))).toEqual(effect(load(page)))
  })

  test('what the newer form cannot say is listed', () => {
    const { changes } = convertConfig(`
engine: local
parallelism: 4
sourceClusters:
  shop: { endpoint: https://shop.example, tls: { caFile: ca.pem }, snapshotRepo: { fsRepoPath: /mnt/s }, existingSnapshot: latest }
targetClusters:
  search: { endpoint: https://search.example, authConfig: { apiKey: { keyFromEnv: KEY } } }
migrations:
  - sourceCluster: shop
    targetCluster: search
    snapshotMigrations:
      - { indices: ["*", "-logs-*"], verify: full, documentBackfill: { onConflict: skip, maxRejects: 0 } }
`).converted!
    expect(changes).toEqual([
      'engine: local is left out',
      'parallelism: 4 is left out; podReplicas counts workers',
      "source 'shop' has no version, which upstream demands",
      "source 'shop' has a repository that is not in S3: replace the placeholder s3://bucket/prefix",
      "tls.caFile of 'shop' is left out: upstream takes no private authority",
      "authConfig.apiKey of 'search' is left out: upstream does not know it",
      "snapshot 'latest' of 'shop' is to be replaced by the name of a snapshot",
      "group '*, -logs-*': a pattern that matches nothing is no error there",
      "group '*, -logs-*': verify: full is left out",
      "group '*, -logs-*': onConflict: skip is left out",
      "group '*, -logs-*': maxRejects: 0 is left out",
      "group '*, -logs-*': allow lists cannot exclude -logs-*",
    ])
  })

  test('a text with errors is not converted', () => {
    expect(convertConfig('migrations: []\n').converted).toBeUndefined()
  })
})

describe('allow lists', () => {
  test.each([
    ['orders', 'orders'],
    ['regex:logs-.*', 'logs-*'],
    ['regex:^logs-.*$', 'logs-*'],
    ['regex:a.b', 'a?b'],
    ['regex:a\\.b', 'a.b'],
    ['regex:a.+', 'a?*'],
    ['regex:a|b', undefined],
    ['regex:a[0-9]', undefined],
    ['regex:a\\d', undefined],
    ['regex:ab*', undefined],
    ['regex:a.?', undefined],
    ['regex:a.{2}', undefined],
    ['regex:a\\', undefined],
  ])('%s as a glob is %s', (entry, glob) => {
    expect(globOf(entry)).toBe(glob)
  })

  test.each(['orders', 'logs-*', 'a?b', '*.2024-*'])('the glob %s survives the way there and back', (glob) => {
    expect(globOf(allowListEntry(glob))).toBe(glob)
  })
})

test('a choice for documents without a stored source is named as left out, since the newer form has none', () => {
  const text = file('page/minimal.yaml').trimEnd()
  expect(converted(text)).not.toContain('sourceless')
  const chosen = `${text}\ndefaults: { documentBackfill: { sourceless: rebuild } }\n`
  expect(converted(chosen)).toContain('sourceless: rebuild is left out')
})
