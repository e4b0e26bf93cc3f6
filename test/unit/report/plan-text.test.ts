import { expect, test } from 'vitest'
import { renderPlan } from '../../../src/report/plan-text.ts'
import { fakeWorld, FS_REPOSITORY, plan, smallConfig } from '../plan/planning.ts'

const INDICES = Array.from({ length: 30 }, (_, number) => ({ index: `logs-${String(number).padStart(2, '0')}` }))

test('a plan shows clusters, repository, indices, steps and warnings', async () => {
  const group = 'indices: ["logs-0*", "-logs-00"]\nverify: off\napproval: [restore-documents]'
  const config = smallConfig(`${FS_REPOSITORY}\nversion: "ES 6.8.0"`, group)
  const made = await plan(config, fakeWorld({ indices: INDICES.slice(0, 3) }))
  expect(renderPlan({ ...made, migrations: withoutChanges(made.migrations) }, { indicesShown: Infinity }))
    .toBe(`Clusters
  SIDE    NAME  VERSION               ENDPOINT
  source  prod  elasticsearch 7.10.2  http://source.example:9200
  target  new   opensearch 2.19.4     http://target.example:9200

Migration m1: prod → new
  Repository: /snapshots, named by the configuration of the source; to be registered as backfill-workflow
  Snapshot: to be taken of 2 indices, with templates and cluster settings
  Group m1g1 (snapshotMigrations[0]): 2 indices, 2 shards, 20 documents, 2.0 KiB
    Patterns: logs-0* (3), -logs-00 (1)
    Metadata: stops at an index that the target already has
    Documents: 10.0 MiB or 10,000 documents a bulk, existing documents are overwritten
    Verification: off
    INDEX    SHARDS  DOCUMENTS   BYTES
    logs-01       1         10  1000 B
    logs-02       1         10  1000 B

Steps
  ○ Initialize
  ○ Create Snapshot m1
  ○ Register Snapshot m1
  ○ Migrate Metadata m1g1
  ⏸ Restore Documents m1g1 (waits for approval)
  ⊘ Verify m1g1 (skipped: verify is off)
  ○ Cleanup

Warnings
  ⚠ source prod at http://source.example:9200 is elasticsearch 7.10.2, the configuration says elasticsearch 6.8.0: check that it is the right cluster, then correct or remove version
`)
})

test('long lists of indices are cut with a count where that is asked for', async () => {
  const made = await plan(smallConfig(FS_REPOSITORY), fakeWorld({ indices: INDICES }))
  const text = renderPlan(made, { indicesShown: 20 })
  expect(text).toContain('logs-19')
  expect(text).not.toContain('logs-20')
  expect(text).toContain('… and 10 more; -o json has all')
})

function withoutChanges<M extends { readonly groups: readonly object[] }>(migrations: readonly M[]): M[] {
  return migrations.map((migration) => ({
    ...migration,
    groups: migration.groups.map((group) => ({ ...group, changes: [] })),
  }))
}
