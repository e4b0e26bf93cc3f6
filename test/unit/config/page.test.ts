import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'

/** The YAML blocks of the published page, byte for byte. */
function block(name: string): string {
  return readFileSync(new URL(`page/${name}.yaml`, import.meta.url), 'utf8')
}

const MINIMAL = block('minimal')

/** The minimal configuration with the block in place of its own part of that name. */
function merged(name: string): string {
  const text = block(name)
  const key = /^\w+/.exec(text)![0]
  const lines = MINIMAL.split('\n')
  const start = lines.findIndex((line) => line.trim().replace(/^- /, '').startsWith(`${key}:`))
  const indent = lines[start]!.indexOf(key)
  let end = start + 1
  while (end < lines.length && (lines[end] === '' || lines[end]!.search(/\S/) > indent)) end++
  const placed = text
    .trimEnd()
    .split('\n')
    .map((line) => (line.trim() === '' ? line : ' '.repeat(indent) + line))
  return [...lines.slice(0, start), ...placed, ...lines.slice(end)].join('\n')
}

function load(text: string): Config {
  const { config, diagnostics } = loadConfig(text)
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return config!
}

describe('the YAML of the page loads as it is', () => {
  test('the minimal configuration', () => {
    const config = load(MINIMAL)
    expect(config.sources['my-source']).toMatchObject({
      endpoint: 'https://source-cluster:9200',
      version: { number: '7.10.2' },
      auth: {
        kind: 'basic',
        password: { kind: 'inline', path: ['sourceClusters', 'my-source', 'authConfig', 'basic', 'password'] },
      },
      tls: { verify: true },
    })
    expect(config.targets['my-target']?.version).toEqual({ number: '2.11.0' })
    expect(config.migrations).toHaveLength(1)
    expect(config.migrations[0]).toMatchObject({ source: 'my-source', target: 'my-target', snapshot: { create: true } })
    expect(config.migrations[0]!.groups[0]).toMatchObject({
      indices: ['*'],
      metadata: { enabled: true },
      backfill: { enabled: true },
    })
  })

  test('index selection: three groups that do both', () => {
    const { groups } = load(merged('index-selection')).migrations[0]!
    expect(groups.map(({ indices }) => indices)).toEqual([
      ['*'],
      ['logs-*', 'metrics-*'],
      ['users', 'orders', 'products'],
    ])
    expect(groups.every(({ metadata, backfill }) => metadata.enabled && backfill.enabled)).toBe(true)
  })

  test('both values of a metadata switch in one block: the last counts, with a warning', () => {
    const { config, diagnostics } = loadConfig(merged('metadata-migration'))
    expect(config?.migrations[0]?.groups[0]).toMatchObject({
      metadata: { enabled: false },
      backfill: { enabled: true },
    })
    expect(diagnostics.filter(({ code }) => code === 'CFG_DUPLICATE_KEY')).toMatchObject([
      { severity: 'warning', message: "'enabled' is already in line 25; this one counts", line: 27, column: 11 },
    ])
  })

  test('both values of a document switch in one block: the last counts', () => {
    const config = load(merged('document-backfill'))
    expect(config.migrations[0]?.groups[0]).toMatchObject({ metadata: { enabled: true }, backfill: { enabled: false } })
  })

  test('a snapshot repository in S3', () => {
    const repository = { type: 's3', uri: 's3://my-bucket/snapshots', region: 'us-east-1' }
    const config = load(merged('s3-snapshot'))
    expect(config.sources['my-source']).toMatchObject({ auth: { kind: 'none' }, repository })
    expect(config.migrations[0]?.repository).toEqual(repository)
  })

  test('several groups: all, documents only, metadata only, through one snapshot', () => {
    const { migrations } = load(merged('multiple-index-groups'))
    expect(migrations).toHaveLength(1)
    expect(migrations[0]!.groups.map(({ metadata, backfill }) => [metadata.enabled, backfill.enabled])).toEqual([
      [true, true],
      [false, true],
      [true, false],
    ])
  })

  test('several sources without version and authentication, the block alone', () => {
    const config = load(block('parallel-migrations'))
    expect(Object.values(config.sources)).toEqual([
      { name: 'source-1', endpoint: 'https://source1:9200', auth: { kind: 'none' }, tls: { verify: true } },
      { name: 'source-2', endpoint: 'https://source2:9200', auth: { kind: 'none' }, tls: { verify: true } },
    ])
    expect(config.migrations.map(({ source, groups }) => [source, groups[0]!.indices])).toEqual([
      ['source-1', ['source1-*']],
      ['source-2', ['source2-*']],
    ])
    expect(config.migrations.map(({ groups }) => groups[0]!.label)).toEqual([
      'migrations[0].snapshotMigrations[0]',
      'migrations[1].snapshotMigrations[0]',
    ])
  })

  test('a repository with existing snapshots', () => {
    const config = load(merged('existing-snapshots'))
    expect(config.migrations[0]?.repository).toMatchObject({ uri: 's3://existing-bucket/existing-snapshots' })
  })
})

test('inline passwords are warned about and never printed', () => {
  const { config, diagnostics } = loadConfig(MINIMAL.replaceAll('password: password', 'password: hunter2'))
  expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([
    ['CFG_INLINE_SECRET', 8],
    ['CFG_INLINE_SECRET', 17],
  ])
  expect(JSON.stringify({ config, diagnostics })).not.toContain('hunter2')
})
