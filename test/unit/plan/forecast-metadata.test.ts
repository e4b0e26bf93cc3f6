import { describe, expect, test } from 'vitest'
import type { Plan, PlannedObject } from '../../../src/plan/plan.ts'
import { renderPlan } from '../../../src/report/plan-text.ts'
import { Status, type FakeState } from './fake-cluster.ts'
import { fakeWorld, FS_REPOSITORY, plan, smallConfig } from './planning.ts'

const mapping = (properties: object) => ({ properties })
const SOURCE: FakeState = {
  indices: [
    { index: 'logs-1', mappings: mapping({ at: { type: 'date' } }) },
    { index: 'logs-2', mappings: mapping({ at: { type: 'date' } }) },
  ],
  answers: {
    'GET /_template': { mine: { index_patterns: ['a*'], order: 0, settings: {}, mappings: {}, aliases: {} } },
    'GET /_component_template': {
      component_templates: [
        { name: 'part', component_template: { template: { mappings: mapping({ tree: { type: 'flattened' } }) } } },
      ],
    },
    'GET /_index_template': {
      index_templates: [{ name: 'whole', index_template: { index_patterns: ['logs-*'], composed_of: ['part'] } }],
    },
    'GET /_ingest/pipeline': { lower: { processors: [{ lowercase: { field: 'a' } }] } },
  },
}

async function forecast(target: FakeState = {}, metadata = '{}', source: FakeState = SOURCE): Promise<Plan> {
  const group = `indices: ["*"]\nmetadataMigration: ${metadata}`
  return plan(smallConfig(FS_REPOSITORY, group), fakeWorld(source, target, undefined, { forecast: true }))
}

const objectsOf = (made: Plan): readonly PlannedObject[] => made.migrations[0]!.objects!
const inShort = (made: Plan): string[] => objectsOf(made).map(({ kind, name, outcome }) => `${kind} ${name} ${outcome}`)

describe('a plan that foretells what becomes of metadata', () => {
  test('lists every object in the order in which it is written, and what is changed in it', async () => {
    const made = await forecast()
    expect(inShort(made)).toEqual([
      'component template part created',
      'index template whole created',
      'legacy template mine created',
      'index logs-1 created',
      'index logs-2 created',
    ])
    const [component] = objectsOf(made)
    expect(component!.changes!.map(({ path }) => path)).toContain('template.mappings.properties.tree.type')
    const text = renderPlan(made, { indicesShown: 20 })
    expect(text).toContain('- 2 indices logs-1, logs-2: to be created')
    expect(text).toMatch(/template\.mappings\.properties\.tree\.type \(\w+, component template part\): \w+/)
  })

  test('has pipelines that are asked for, and processors that the target lacks', async () => {
    const processors = { nodes: { n1: { ingest: { processors: [{ type: 'set' }] } } } }
    const made = await forecast({ answers: { 'GET /_nodes/ingest': processors } }, '{ ingestPipelineAllowlist: ["*"] }')
    expect(objectsOf(made)[0]).toMatchObject({
      kind: 'ingest pipeline',
      name: 'lower',
      outcome: 'created',
      changes: [{ action: 'problem', reason: expect.stringContaining('no processor lowercase') as string }],
    })
  })

  test.each([
    ['fail', 'refused', 'index logs-1: refused: the target has another one: mappings.properties.at.type is "keyword"'],
    ['keep', 'kept', 'index logs-1: there and different, kept as the target has it: mappings.properties.at.type'],
    ['update', 'updated', 'index logs-1: there and different, to be updated: mappings.properties.at.type'],
  ])(
    'with existingIndex: %s an index that differs is %s, one that is equal is left alone',
    async (policy, outcome, line) => {
      const there = {
        indices: [
          { index: 'logs-1', mappings: mapping({ at: { type: 'keyword' } }) },
          { index: 'logs-2', mappings: mapping({ at: { type: 'date' } }) },
          { index: 'other' },
        ],
      }
      const made = await forecast(there, `{ existingIndex: ${policy} }`)
      expect(inShort(made).slice(-2)).toEqual([`index logs-1 ${outcome}`, 'index logs-2 equal'])
      expect(objectsOf(made).at(-2)!.differences).toEqual([
        { path: 'mappings.properties.at.type', wanted: 'date', found: 'keyword' },
      ])
      expect(renderPlan(made, { indicesShown: 20 })).toContain(line)
    },
  )

  test('knows names that are aliases or data streams of the target', async () => {
    const answers = { 'GET /_alias': { z: { aliases: { 'logs-1': {} } }, a: { aliases: { 'logs-1': {} } } } }
    const made = await forecast({ answers, dataStreams: { 'logs-2': ['.ds-logs-2-000001'] } })
    expect(
      objectsOf(made)
        .slice(-2)
        .map(({ refusal }) => refusal),
    ).toEqual([
      'the target has an alias of that name, of index a',
      'the target has an alias of that name, of index .ds-logs-2-000001',
    ])
  })

  test('goes on without a target that does not tell, with a warning', async () => {
    const denied = new Status(403, { error: { type: 'security_exception', reason: 'no permissions' } })
    const made = await forecast({ answers: { 'GET /_alias': denied } })
    expect(made.migrations[0]!.objects).toBeUndefined()
    expect(made.migrations[0]!.groups[0]!.indices).toHaveLength(2)
    expect(made.warnings).toEqual([
      expect.stringContaining('what is going to be created, and what the target has already, is not listed: '),
    ])
  })

  test('has data streams, with the template that they get of their own where none is for them', async () => {
    const source = {
      indices: [{ index: '.ds-events-000001', mappings: mapping({ '@timestamp': { type: 'date' } }) }],
      dataStreams: { events: ['.ds-events-000001'] },
    }
    const group = '{}'
    expect(inShort(await forecast({}, group, source))).toEqual([
      'index template events-backfill created',
      'data stream events created',
    ])
    const full = {
      indices: [{ index: '.ds-events-000001', documents: 7 }],
      dataStreams: { events: ['.ds-events-000001'] },
    }
    expect(objectsOf(await forecast(full, group, source))).toMatchObject([
      { name: 'events', outcome: 'refused', refusal: 'the target has one with 7 documents' },
    ])
  })

  test('of 10,000 indices that are there asks no more than of few', async () => {
    const many = (count: number): FakeState => ({
      indices: Array.from({ length: count }, (_, number) => ({ index: `logs-${String(number).padStart(5, '0')}` })),
    })
    const requests = async (count: number): Promise<number> => {
      const world = fakeWorld(many(count), many(count), undefined, { forecast: true })
      const made = await plan(smallConfig(FS_REPOSITORY), world)
      expect(new Set(objectsOf(made).map(({ outcome }) => outcome))).toEqual(new Set(['equal']))
      expect(objectsOf(made)).toHaveLength(count)
      return world.target.requests.length
    }
    expect(await requests(10_000)).toBeLessThanOrEqual(await requests(10))
  })
})
