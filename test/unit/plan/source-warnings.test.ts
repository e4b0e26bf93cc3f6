import { describe, expect, test } from 'vitest'
import { renderPlan } from '../../../src/report/plan-text.ts'
import { fakeWorld, FS_REPOSITORY, plan, smallConfig } from './planning.ts'

const created = { version: { created: '8190000' } }
const disabled = {
  _source: { enabled: false },
  properties: { tag: { type: 'keyword' }, note: { type: 'text' } },
}
const filtered = (type: string): Readonly<Record<string, unknown>> => ({
  _source: { excludes: ['secret'] },
  properties: { secret: { type } },
})
const indices = [
  { index: 'logs-1', settings: created, mappings: disabled },
  { index: 'logs-2', settings: created, mappings: disabled },
  { index: 'logs-3', settings: { ...created, mode: 'logsdb' }, mappings: { properties: { tag: { type: 'keyword' } } } },
  { index: 'logs-4', settings: created, mappings: filtered('keyword') },
  { index: 'logs-6', settings: created, mappings: filtered('text') },
  { index: 'logs-5', settings: created, mappings: { properties: { note: { type: 'text' } } } },
  { index: 'shop', settings: created, mappings: disabled },
]

async function warningsFor(backfill: string): Promise<readonly string[]> {
  const group = `indices: ["logs-*"]\ndocumentBackfill: ${backfill}`
  const made = await plan(smallConfig(FS_REPOSITORY, group), fakeWorld({ version: '8.19.0', indices }))
  return made.warnings.filter((warning) => warning.includes('sources'))
}

const FILTERED =
  'snapshotMigrations[0]: the documents of logs-4 have filtered sources: what was filtered out is put back from columns and stored fields'

describe('a plan warns of indices that do not store the sources of their documents', () => {
  test('and says what becomes of them by default, alike ones together', async () => {
    expect(await warningsFor('{}')).toEqual([
      'snapshotMigrations[0]: the documents of logs-1, logs-2 have disabled sources: they are rejected; documentBackfill.sourceless: rebuild puts them together',
      'snapshotMigrations[0]: the documents of logs-3 have synthetic sources: they are rebuilt as the server returns them',
      FILTERED,
      'snapshotMigrations[0]: the documents of logs-6 have filtered sources: what was filtered out is put back where that is all of it; a document that has a value of secret goes over as stored, as that cannot be rebuilt; documentBackfill.sourceless: rebuild puts the other fields back',
    ])
  })

  test('and names the fields that rebuilt ones lack', async () => {
    expect(await warningsFor('{ sourceless: rebuild }')).toEqual([
      'snapshotMigrations[0]: the documents of logs-1, logs-2 have disabled sources: they are rebuilt as far as columns, stored fields and recovery copies have their values, without note',
      'snapshotMigrations[0]: the documents of logs-3 have synthetic sources: they are rebuilt as the server returns them',
      FILTERED,
      `${FILTERED.replace('logs-4', 'logs-6')}, without secret`,
    ])
  })

  test('and that the load stops when that was asked for', async () => {
    const [first, second, third] = await warningsFor('{ sourceless: fail }')
    expect(first).toContain('logs-1, logs-2 have disabled sources: the load stops at the first one')
    expect(second).toContain('logs-3 have synthetic sources: the load stops at the first one')
    expect(third).toContain('logs-4, logs-6 have filtered sources: the load stops at the first one that lacks a field')
    expect((await warningsFor('{ sourceless: reject }'))[2]).toContain('those that lack a field are rejected')
  })

  test('unless no documents are loaded', async () => {
    expect(await warningsFor('{ enabled: false }')).toEqual([])
  })
})

test('what was asked for stands in the plan, and nothing when nothing was', async () => {
  const group = 'indices: ["logs-*"]\ndocumentBackfill: { sourceless: rebuild }'
  const made = await plan(smallConfig(FS_REPOSITORY, group), fakeWorld({ indices }))
  expect(made.migrations[0]!.groups[0]!.backfill.sourceless).toBe('rebuild')
  expect(renderPlan(made, { indicesShown: 1 })).toContain('documents without a stored source are rebuilt')
  const without = await plan(smallConfig(FS_REPOSITORY), fakeWorld({ indices }))
  expect(without.migrations[0]!.groups[0]!.backfill).not.toHaveProperty('sourceless')
})
