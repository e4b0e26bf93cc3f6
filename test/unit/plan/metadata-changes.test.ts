import { describe, expect, test } from 'vitest'
import { renderPlan } from '../../../src/report/plan-text.ts'
import { Status } from './fake-cluster.ts'
import { fakeWorld, FS_REPOSITORY, plan, smallConfig } from './planning.ts'

const mapping = (properties: object) => ({ properties })
const SOURCE = {
  indices: [
    { index: 'logs-1', settings: { 'version.created': '7100299' }, mappings: mapping({ at: { type: 'date' } }) },
    { index: 'logs-2', mappings: mapping({ tree: { type: 'flattened' } }) },
    { index: 'logs-3', mappings: mapping({ tree: { type: 'flattened' } }) },
    { index: 'shop', mappings: mapping({ other: { type: 'flattened' } }) },
  ],
}

describe('changes of settings and mappings', () => {
  test('stand in the plan with their reasons, alike ones together, only of planned indices', async () => {
    const made = await plan(smallConfig(FS_REPOSITORY), fakeWorld(SOURCE))
    const changes = made.migrations[0]!.groups[0]!.changes!
    const tree = changes.filter((change) => change.path.includes('tree'))
    expect(tree).not.toEqual([])
    for (const change of tree) {
      expect(change).toMatchObject({ indices: 2, examples: ['logs-2', 'logs-3'] })
      expect(change.reason).not.toBe('')
    }
    expect(changes.some((change) => change.path.includes('other'))).toBe(false)
    expect(renderPlan(made, { indicesShown: Infinity })).toContain(
      `${tree[0]!.path} (${tree[0]!.action}, 2 indices): ${tree[0]!.reason}`,
    )
  })

  test('are read below their types before 7.0', async () => {
    const indices = [{ index: 'logs-1', mappings: { event: mapping({ note: { type: 'string' } }) } }]
    const made = await plan(smallConfig(FS_REPOSITORY), fakeWorld({ version: '2.4.6', indices }))
    const changes = made.migrations[0]!.groups[0]!.changes!
    expect(changes.map((change) => change.path)).toContainEqual(expect.stringContaining('mappings.properties.note'))
  })

  test('have what the configuration asks for, and are of the indices that types are split into', async () => {
    const indices = [{ index: 'logs-1', mappings: { a: mapping({ x: { type: 'long' } }), b: mapping({}) } }]
    const group =
      'indices: ["logs-*"]\nmetadataMigration: { types: split, settings: { set: { refresh_interval: 7s } } }'
    const made = await plan(
      smallConfig(FS_REPOSITORY, group),
      fakeWorld({ version: '5.6.16', indices }, {}, undefined, { forecast: true }),
    )
    const { groups, objects } = made.migrations[0]!
    expect(groups[0]!.changes).toContainEqual(
      expect.objectContaining({ rule: 'configuration', path: 'settings.index.refresh_interval' }),
    )
    expect(groups[0]!.changes!.filter(({ path }) => path === 'mappings.types')).toEqual([])
    expect(objects!.map(({ name }) => name)).toEqual(['logs-1-a', 'logs-1-b'])
  })

  test('are left out when metadata stays', async () => {
    const group = 'indices: ["logs-*"]\nmetadataMigration: { enabled: false }'
    const made = await plan(smallConfig(FS_REPOSITORY, group), fakeWorld(SOURCE))
    expect(made.migrations[0]!.groups[0]!.changes).toBeUndefined()
  })

  test('are left out with a warning where the source does not tell', async () => {
    const denied = new Status(403, { error: { type: 'security_exception', reason: 'no permissions' } })
    const made = await plan(smallConfig(FS_REPOSITORY), fakeWorld({ ...SOURCE, answers: { 'GET /_all': denied } }))
    expect(made.migrations[0]!.groups[0]!.changes).toBeUndefined()
    expect(made.warnings).toEqual([
      expect.stringContaining(
        'snapshotMigrations[0]: whether all indices store the sources of their documents is not known: ',
      ),
      expect.stringContaining('changes of settings and mappings are not listed: '),
    ])
  })
})

test('indices of too many different mappings are counted, and a run tells their changes', async () => {
  const fields = (number: number) =>
    Object.fromEntries(Array.from({ length: 20 }, (_, field) => [`f${number}_${field}`.padEnd(10_000, 'x'), {}]))
  const indices = Array.from({ length: 30 }, (_, number) => ({
    index: `logs-${number}`,
    mappings: mapping(fields(number)),
  }))
  const made = await plan(smallConfig(FS_REPOSITORY), fakeWorld({ indices }))
  expect(made.warnings[0]).toMatch(/^snapshotMigrations\[0\]: \d+ of 30 indices are too many and too different/)
})
