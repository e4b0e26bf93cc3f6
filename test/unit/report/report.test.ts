import { describe, expect, test } from 'vitest'
import type { RebuiltSources } from '../../../src/coordination/work-store.ts'
import { renderLogLine } from '../../../src/report/log-line.ts'
import { makeReport } from '../../../src/report/report.ts'
import { renderReportHtml } from '../../../src/report/report-html.ts'
import { renderReport } from '../../../src/report/report-text.ts'
import type { RunView, StepView } from '../../../src/report/run-view.ts'

const counts = { read: 10, acknowledged: 7, rejected: 1, skipped: 1, sourceless: 1, bytes: 2048 }

function step(changes: Partial<StepView>): StepView {
  return {
    id: 'x',
    kind: 'initialize',
    title: 'Initialize',
    path: [],
    phase: 'Succeeded',
    attempt: 1,
    startedAt: '2024-01-15T10:30:00Z',
    finishedAt: '2024-01-15T10:30:02Z',
    ...changes,
  }
}

const view: RunView = {
  schemaVersion: 1,
  name: 'migration-abc123',
  phase: 'Differences',
  submittedAt: '2024-01-15T10:29:58Z',
  startedAt: '2024-01-15T10:30:00Z',
  finishedAt: '2024-01-15T10:35:00Z',
  engine: 'local',
  alive: false,
  steps: [
    step({ summary: '2 clusters reached' }),
    step({
      id: 'g1',
      kind: 'restore-documents',
      title: 'Restore Documents',
      path: ['logs-*'],
      phase: 'Rejects',
      summary: '14 documents acknowledged',
      data: { indices: { 'logs-b': counts, 'logs-a': counts } },
    }),
    step({
      id: 'v1',
      kind: 'verify',
      title: 'Verify',
      path: ['logs-*'],
      data: { accounts: [], differences: [{ index: 'logs-a', what: 'one is missing' }] },
    }),
    step({
      id: 'c',
      kind: 'cleanup',
      title: 'Cleanup',
      phase: 'Failed',
      failure: { code: 'CLUSTER_DENIED', message: 'delete snapshot s: no', hint: 'Grant it.' },
    }),
  ],
}

describe('the report of a run', () => {
  test('adds up the documents of all groups', () => {
    const report = makeReport(view)
    expect(report.totals).toEqual({
      read: 20,
      acknowledged: 14,
      rejected: 2,
      skipped: 2,
      sourceless: 2,
      bytes: 4096,
    })
    expect(report.indices.map(({ name }) => name)).toEqual(['logs-a', 'logs-b'])
    expect(report.steps[1]).toMatchObject({ title: 'logs-* / Restore Documents', seconds: 2 })
  })

  test('as text has head, steps, indices, differences and failures', () => {
    expect(renderReport(makeReport(view))).toBe(`Workflow: migration-abc123
Phase:    Differences
Started:  2024-01-15T10:30:00Z
Finished: 2024-01-15T10:35:00Z, after 5m 00s
Loaded:   14 of 20 documents read

STEP                        RESULT     TOOK  SUMMARY
Initialize                  Succeeded    2s  2 clusters reached
logs-* / Restore Documents  Rejects      2s  14 documents acknowledged
logs-* / Verify             Succeeded    2s
Cleanup                     Failed       2s

INDEX   READ  ACKNOWLEDGED  REJECTED  LEFT ALONE  NO SOURCE    BYTES
logs-a    10             7         1           1          1  2.0 KiB
logs-b    10             7         1           1          1  2.0 KiB
total     20            14         2           2          2  4.0 KiB

Differences:
  logs-a: one is missing

Cleanup: delete snapshot s: no
  Code: CLUSTER_DENIED
  Hint: Grant it.
`)
  })

  test('as a page has the same content, and takes nothing from another place', () => {
    const page = renderReportHtml(makeReport(view))
    const texts = page
      .replace(/<style>[^]*<\/style>/, '')
      .replace(/<[^>]*>/g, '\n')
      .split('\n')
      .filter((line) => line !== '')
    for (const text of [
      ...['migration-abc123', 'Differences', '14 of 20 documents read', 'logs-* / Restore Documents'],
      ...['14 documents acknowledged', 'logs-a', '2.0 KiB', 'total', '4.0 KiB', 'logs-a: one is missing'],
      ...['Cleanup: delete snapshot s: no', 'Code: CLUSTER_DENIED', 'Hint: Grant it.'],
    ]) {
      expect(texts).toContain(text)
    }
    expect(page).not.toMatch(/<script|<link|<img|\ssrc=|url\(|@import|https?:/)
  })

  test('as a page shows names and reasons as text, whatever is in them', () => {
    const failure = { code: 'CLUSTER_DENIED', message: '<script>alert("x")</script> & more' } as const
    const page = renderReportHtml(makeReport({ ...view, steps: [step({ title: '<b>', failure })] }))
    expect(page).not.toMatch(/<script|<b>/)
    expect(page).toContain('&#60;b&#62;: &#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62; &#38; more')
  })

  test('names the fields of rebuilt sources that are not exact, summed up over the groups', () => {
    const tag = { field: 'tag', level: 'approximated', reasons: ['repeated values once'] } as const
    const lost = { field: 'tag', level: 'missing', reasons: ['no column'] } as const
    const group = (rebuilt: RebuiltSources): StepView =>
      step({ kind: 'restore-documents', data: { indices: { 'logs-a': counts }, rebuilt: { 'logs-a': rebuilt } } })
    const steps = [
      group({ rebuilt: 4, recovered: 1, fields: [tag] }),
      group({ rebuilt: 3, recovered: 0, fields: [lost], resumed: true }),
    ]
    const report = makeReport({ ...view, steps })
    expect(report.indices[0]!.rebuilt).toEqual({
      rebuilt: 7,
      recovered: 1,
      fields: [{ field: 'tag', level: 'missing', reasons: ['repeated values once', 'no column'] }],
      resumed: true,
    })
    expect(renderReport(report)).toContain(`
SOURCE_REBUILT index "logs-a": 7 documents rebuilt from columns and stored fields, 1 exactly as sent
  missing "tag": repeated values once; no column
  index "logs-a" was loaded in several attempts: documents of earlier ones may be missing here
`)
  })

  test('of a run that has not begun is short', () => {
    const { startedAt: _started, finishedAt: _finished, ...rest } = view
    expect(renderReport(makeReport({ ...rest, phase: 'Pending', steps: [] }))).toBe(
      'Workflow: migration-abc123\nPhase:    Pending\n\nSTEP  RESULT  TOOK  SUMMARY\n',
    )
  })
})

test('a log line has its time, level and step, and further lines are indented', () => {
  const at = '2024-01-15T10:30:00.000Z'
  expect(renderLogLine({ at, level: 'warning', step: 'm1', message: 'one\ntwo\n' })).toBe(
    `${at} WARNING [m1] one\n    two\n`,
  )
  expect(renderLogLine({ at, level: 'info', message: 'one' })).toBe(`${at} INFO    one\n`)
})
