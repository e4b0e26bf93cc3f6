import { describe, expect, test } from 'vitest'
import { makeReport } from '../../../src/report/report.ts'
import { renderReportHtml } from '../../../src/report/report-html.ts'
import { renderReport } from '../../../src/report/report-text.ts'
import type { RunView, StepView } from '../../../src/report/run-view.ts'
import type { MigrateMetadataData } from '../../../src/steps/migrate-metadata.ts'
import { refusedObject, type MigratedObject } from '../../../src/steps/migrate-object.ts'

const change = {
  rule: 'string-type',
  action: 'changed',
  path: 'mappings.properties.a.type',
  before: 'string',
  after: 'text',
  reason: 'analysed strings are texts since 5.0',
} as const
const lost = {
  ...change,
  rule: 'all-field',
  action: 'dropped',
  path: 'mappings._all',
  reason: 'there is none',
} as const
const object = (name: string, more: Partial<MigratedObject> = {}): MigratedObject => ({
  kind: 'index',
  name,
  outcome: 'created',
  changes: [change],
  problems: [],
  differences: [],
  ...more,
})
const problem = { rule: 'unsupported-types', path: 'mappings.properties.v', detail: 'no such type', decision: 'map it' }
const first: MigrateMetadataData = {
  objects: [
    object('a', { changes: [change, lost] }),
    object('b', { problems: [problem] }),
    object('kept', {
      outcome: 'kept',
      changes: [],
      differences: [{ path: 'settings.index.codec', wanted: 'a', found: 'b' }],
    }),
  ],
  leftOut: [{ kind: 'legacy template', name: '.watches', reason: 'is of the watcher' }],
}
const second: MigrateMetadataData = {
  objects: [refusedObject({ kind: 'index', name: 'c', changes: [change] }, 'mapper [a] cannot be changed')],
  leftOut: [],
}

function view(...parts: readonly MigrateMetadataData[]): RunView {
  const steps = parts.map((data, n): StepView => ({
    id: `m1g${n}/migrate-metadata`,
    kind: 'migrate-metadata',
    title: 'Migrate Metadata',
    path: [],
    phase: 'Rejects',
    attempt: 1,
    data,
  }))
  return {
    schemaVersion: 1,
    name: 'migration-abc123',
    phase: 'Rejects',
    submittedAt: '2024-01-15T10:29:58Z',
    engine: 'local',
    alive: false,
    steps,
  }
}

const LINES = [
  'index c: refused: mapper [a] cannot be changed. It is about mappings.properties.a, which rule string-type changed. ' +
    'Give the field another mapping with metadataMigration.mappings.set: { "a": … }, or leave it out with ' +
    'metadataMigration.mappings.remove.',
  'index kept: kept, the target had another settings.index.codec',
  'index b: no equivalent of mappings.properties.v (unsupported-types): no such type; map it',
  'index a, index b, index c: changed mappings.properties.a.type (string-type): analysed strings are texts since 5.0',
  'index a: dropped mappings._all (all-field): there is none',
  'legacy template .watches: left out, it is of the watcher',
]

describe('the account of metadata in a report', () => {
  test('has every object of every group with rule and reason in its JSON', () => {
    const { metadata } = makeReport(view(first, second))
    expect(metadata?.objects.map(({ name }) => name)).toEqual(['a', 'b', 'kept', 'c'])
    expect(metadata?.objects[0]?.changes).toEqual([change, lost])
    expect(metadata?.leftOut).toEqual(first.leftOut)
  })

  test('has one line for what several objects have alike, refusals with what helps first', () => {
    const text = renderReport(makeReport(view(first, second)))
    expect(text.slice(text.indexOf('Metadata:\n'))).toBe(`Metadata:\n${LINES.map((line) => `  ${line}\n`).join('')}`)
  })

  test('is on the page as well', () => {
    const page = renderReportHtml(makeReport(view(first, second)))
    expect(page).toContain('<h2>Metadata</h2>')
    expect(page.match(/<li>/g)).toHaveLength(LINES.length)
  })

  test('counts names beyond the fifth', () => {
    const objects = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => object(name))
    expect(renderReport(makeReport(view({ objects, leftOut: [] })))).toContain('index e and 2 more: changed')
    const narrow = renderReport(makeReport(view({ objects, leftOut: [] })), 50).split('\n')
    expect(narrow.filter((line) => line.length > 50)).toEqual([])
  })

  test('is absent where no metadata was migrated', () => {
    expect(makeReport(view())).not.toHaveProperty('metadata')
  })
})
