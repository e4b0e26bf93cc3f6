import { expect, test } from 'vitest'
import { renderPlan } from '../../../src/report/plan-text.ts'
import { fakeWorld, FS_REPOSITORY, plan, smallConfig } from './planning.ts'
import { Status } from './fake-cluster.ts'

const answers = {
  'GET /_template': { mine: { index_patterns: ['a*'] }, '.monitoring-es': { index_patterns: ['.monitoring-*'] } },
  'GET /_index_template': {
    index_templates: [{ name: 'metrics-metadata-x', index_template: { _meta: { managed: true } } }],
  },
}

test('templates that are not moved are in the plan, with the reason', async () => {
  const made = await plan(
    smallConfig(FS_REPOSITORY, 'indices: ["shop"]'),
    fakeWorld({ indices: [{ index: 'shop' }], answers }),
  )
  expect(made.migrations[0]!.leftOut!.map(({ kind, name }) => [kind, name])).toEqual([
    ['index template', 'metrics-metadata-x'],
    ['legacy template', '.monitoring-es'],
  ])
  expect(renderPlan(made, { indicesShown: 10 })).toContain(
    '- .monitoring-es (legacy template: is of monitoring of the source cluster)',
  )
})

test('with a list of its own a group leaves out what it does not ask for', async () => {
  const group = 'indices: ["shop"]\nmetadataMigration: { indexTemplateAllowlist: ["other"] }'
  const made = await plan(smallConfig(FS_REPOSITORY, group), fakeWorld({ indices: [{ index: 'shop' }], answers }))
  expect(made.migrations[0]!.leftOut!.map(({ name }) => name)).toContain('mine')
})

test('where templates cannot be asked for, the plan is made with a warning', async () => {
  const refused = { 'GET /_template': new Status(500, { error: { type: 'x', reason: 'broken' } }) }
  const world = fakeWorld({ indices: [{ index: 'shop' }], answers: refused })
  const made = await plan(smallConfig(FS_REPOSITORY, 'indices: ["shop"]'), world)
  expect(made.migrations[0]!.leftOut).toBeUndefined()
  expect(made.warnings.join('\n')).toContain('templates that are left out are not listed')
})
