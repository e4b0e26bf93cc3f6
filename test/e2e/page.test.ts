import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadShop } from '../../scripts/demo/load-shop.ts'
import type { ServerHandle } from '../servers/boot.ts'
import { rest, type JsonObject, type RestTarget } from '../servers/rest.ts'
import { bootPair } from './boot-pair.ts'
import { compareDocuments } from './compare.ts'
import { pageConfiguration } from './configuration.ts'
import { homeAt } from './home.ts'
import { indexNames, wipe } from './target-state.ts'

/** The tree of the page, with every step at its end. */
const FINISHED = `
📋 Workflow Steps
├── ✓ Initialize (Succeeded)
├── ✓ Create Snapshot (Succeeded)
├── ✓ Register Snapshot (Succeeded)
├── ✓ Migrate Metadata (Succeeded)
├── ✓ Restore Documents (Succeeded)
├── ✓ Verify (Succeeded)
└── ✓ Cleanup (Succeeded)
`

describe('the page, from Elasticsearch 7.10.2 into OpenSearch 2.19', () => {
  const work = mkdtempSync(join(tmpdir(), 'e2e-page-'))
  let source: ServerHandle
  let target: ServerHandle
  let documents: number
  beforeAll(async () => {
    ;[source, target] = await bootPair()
    documents = await loadShop(rest(source))
  })
  afterAll(async () => {
    await Promise.all([source.stop(), target.stop()])
    rmSync(work, { recursive: true, force: true })
  })

  const home = homeAt(join(work, 'minimal'))

  test('its minimal configuration moves every document', async () => {
    await home.configure(pageConfiguration(source, target))
    const submitted = await home.run(['submit', '--wait', '--timeout', '3600'])
    expect(submitted.code, submitted.stderr).toBe(0)
    expect(submitted.stdout).toMatch(/^migration-[0-9a-f]{6}\n$/)

    const names = await indexNames(source)
    expect(await indexNames(target)).toEqual(names)
    expect(await compareDocuments(source, target, names)).toEqual({ equal: documents, differences: [] })
  })

  test('status shows what the page shows', async () => {
    const { code, stdout } = await home.run(['status'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^\[\+\] Workflow: migration-[0-9a-f]{6}\n {2}Phase: Succeeded\n {2}Started: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n/,
    )
    expect(stdout.endsWith(FINISHED), stdout).toBe(true)
  })

  test('mappings, aliases, analysis and templates are those of the source', async () => {
    for (const index of await indexNames(source)) {
      expect(await part(target, index, '_mapping'), index).toEqual(await part(source, index, '_mapping'))
      expect(await part(target, index, '_alias'), index).toEqual(await part(source, index, '_alias'))
      expect(await lastingSettings(target, index), index).toEqual(await lastingSettings(source, index))
    }
    for (const path of ['/_template/shop-logs', '/_component_template/shop-*', '/_index_template/orders']) {
      expect(await rest(target).get(path), path).toEqual(await rest(source).get(path))
    }
  })

  test('what the run made for itself is gone from both clusters', async () => {
    expect(await rest(source).get('/_snapshot')).toEqual({})
    expect(await rest(target).get('/_snapshot')).toEqual({})
    expect(await indexNames(target)).toEqual(await indexNames(source))
  })

  test('submitted again, it says so and writes nothing', async () => {
    const before = await documentsWritten(target)
    const again = await home.run(['submit', '--wait', '--timeout', '3600'])
    expect(again.code, again.stderr).toBe(0)
    expect(again.stderr).toContain('has finished')
    expect(await documentsWritten(target)).toBe(before)
    expect((await home.run(['list'])).stdout.match(/migration-/g)).toHaveLength(1)
  })

  test('several groups are treated each in its own way', async () => {
    await wipe(target)
    const groups = `      # Critical data: full migration
      - indices: ["orders-*", "customers"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: true

      # Historical logs: documents only
      - indices: ["logs-2024.06.0*"]
        metadataMigration:
          enabled: false
        documentBackfill:
          enabled: true

      # Templates only: no documents
      - indices: ["stores"]
        metadataMigration:
          enabled: true
        documentBackfill:
          enabled: false
`
    const groupsHome = homeAt(join(work, 'groups'))
    await groupsHome.configure(pageConfiguration(source, target, { groups }))
    const submitted = await groupsHome.run(['submit', '--wait', '--timeout', '3600'])
    expect(submitted.code, submitted.stderr).toBe(0)
    const logs = (await indexNames(source)).filter((name) => name.startsWith('logs-2024.06.0'))
    const moved = ['customers', ...logs, 'orders-2023', 'orders-2024']
    expect(await indexNames(target)).toEqual([...moved, 'stores'])
    expect(await compareDocuments(source, target, moved)).toEqual({
      equal: 5000 + logs.length * 3000 + 15_000,
      differences: [],
    })
    expect(await rest(target).get('/stores/_count')).toMatchObject({ count: 0 })
    expect(await part(target, 'stores', '_mapping')).toEqual(await part(source, 'stores', '_mapping'))
    const { stdout } = await groupsHome.run(['status'])
    expect(stdout.match(/⊘ Migrate Metadata \(Skipped\)/g)).toHaveLength(1)
    expect(stdout.match(/⊘ Restore Documents \(Skipped\)/g)).toHaveLength(1)
  })
})

async function part(server: RestTarget, index: string, what: string): Promise<JsonObject> {
  const answer = await rest(server).get<Record<string, JsonObject>>(`/${index}/${what}`)
  return answer[index]!
}

/** Settings without those that every index has of its own. */
async function lastingSettings(server: RestTarget, index: string): Promise<JsonObject> {
  const { settings } = (await part(server, index, '_settings')) as { settings: { index: JsonObject } }
  const own = [
    'creation_date',
    'uuid',
    'version',
    'provided_name',
    'routing',
    'replication',
    'number_of_routing_shards',
  ]
  return Object.fromEntries(Object.entries(settings.index).filter(([name]) => !own.includes(name)))
}

/** Documents that a server has indexed since it was started. */
async function documentsWritten(server: RestTarget): Promise<number> {
  const { _all } = await rest(server).get<{ _all: { total: { indexing: { index_total: number } } } }>(
    '/_stats/indexing',
  )
  return _all.total.indexing.index_total
}
