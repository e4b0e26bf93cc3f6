import { describe, expect, test } from 'vitest'
import type { RunView, StepPhase, StepView } from '../../../src/report/run-view.ts'
import { renderStatus } from '../../../src/report/status-text.ts'

const TITLES = [
  ['initialize', 'Initialize'],
  ['create-snapshot', 'Create Snapshot'],
  ['register-snapshot', 'Register Snapshot'],
  ['migrate-metadata', 'Migrate Metadata'],
  ['restore-documents', 'Restore Documents'],
  ['cleanup', 'Cleanup'],
] as const

function view(phases: readonly StepPhase[], steps: Partial<Record<string, Partial<StepView>>> = {}): RunView {
  return {
    schemaVersion: 1,
    name: 'migration-abc123',
    phase: 'Running',
    submittedAt: '2024-01-15T10:29:58Z',
    startedAt: '2024-01-15T10:30:00Z',
    engine: 'local',
    alive: true,
    steps: TITLES.map(([kind, title], index) => ({
      id: kind,
      kind,
      title,
      path: [],
      phase: phases[index] ?? 'Pending',
      attempt: 1,
      ...steps[kind],
    })),
  }
}

const wide = { columns: Infinity, color: false }

describe('the status text', () => {
  test('is the text of the published page, mark for mark', () => {
    expect(renderStatus(view(['Succeeded', 'Succeeded', 'Succeeded', 'Running']), wide)).toBe(
      `[*] Workflow: migration-abc123
  Phase: Running
  Started: 2024-01-15T10:30:00Z

📋 Workflow Steps
├── ✓ Initialize (Succeeded)
├── ✓ Create Snapshot (Succeeded)
├── ✓ Register Snapshot (Succeeded)
├── ▶ Migrate Metadata (Running)
├── ○ Restore Documents (Pending)
└── ○ Cleanup (Pending)
`,
    )
  })

  test('says that a verification found differences, which are no rejects', () => {
    const step = { id: 'v', kind: 'verify', title: 'Verify', path: [], attempt: 1 } as const
    const text = renderStatus({ ...view([]), steps: [{ ...step, phase: 'Rejects', summary: 'orders: less' }] }, wide)
    expect(text).toContain('└── ⚠ Verify (Differences found) orders: less\n')
  })

  test('shows documents, bytes, rate, time left and rejects while documents are loaded', () => {
    const text = renderStatus(
      view(['Succeeded', 'Succeeded', 'Succeeded', 'Skipped', 'Running'], {
        'restore-documents': {
          progress: {
            message: '',
            documents: { done: 41_200, total: 50_000 },
            bytes: { done: 40 * 2 ** 20, total: 48 * 2 ** 20 },
            rejected: 3,
            documentsPerSecond: 8240,
            etaSeconds: 1.07,
          },
        },
        'migrate-metadata': { summary: 'metadataMigration is disabled' },
      }),
      wide,
    )
    expect(text).toContain('├── ⊘ Migrate Metadata (Skipped) metadataMigration is disabled\n')
    expect(text).toContain(
      '├── ▶ Restore Documents (Running) 82%, 41,200 of 50,000 documents, 40.0 MiB of 48.0 MiB, 8,240 documents/s, 1s left, 3 rejected\n',
    )
  })

  test('nests migrations and groups as a tree', () => {
    const base = view(['Succeeded', 'Running'])
    const [initialize, snapshot, , , , cleanup] = base.steps
    const text = renderStatus(
      {
        ...base,
        steps: [
          initialize!,
          { ...snapshot!, path: ['source-1 → target'] },
          { ...snapshot!, path: ['source-1 → target', 'logs-*'], title: 'Restore Documents', phase: 'Pending' },
          { ...snapshot!, path: ['source-2 → target'] },
          cleanup!,
        ],
      },
      wide,
    )
    expect(text.split('\n').slice(5)).toEqual([
      '├── ✓ Initialize (Succeeded)',
      '├── source-1 → target',
      '│   ├── ▶ Create Snapshot (Running)',
      '│   └── logs-*',
      '│       └── ○ Restore Documents (Pending)',
      '├── source-2 → target',
      '│   └── ▶ Create Snapshot (Running)',
      '└── ○ Cleanup (Pending)',
      '',
    ])
  })

  test('names the failure on the line of its step', () => {
    const text = renderStatus(
      {
        ...view(['Failed']),
        steps: [
          { ...view(['Failed']).steps[0]!, failure: { code: 'CLUSTER_AUTH', message: 'connect to https://a: 401' } },
        ],
      },
      wide,
    )
    expect(text).toContain('└── ✗ Initialize (Failed) connect to https://a: 401')
  })

  test.each([40, 80, 160])('never passes a width of %i columns, and leaves nothing out', (columns) => {
    const message = 'word '.repeat(60).trim()
    const text = renderStatus(view(['Failed', 'Pending'], { initialize: { failure: { code: 'X', message } } }), {
      columns,
      color: false,
    })
    for (const line of text.split('\n')) expect(Array.from(line).length).toBeLessThanOrEqual(columns)
    expect(text.match(/word/g)).toHaveLength(60)
    expect(text).toContain('\n│     word')
  })

  test('paints marks only when colours are wanted', () => {
    expect(renderStatus(view(['Succeeded']), { columns: 80, color: true })).toContain(
      '\u001b[32m✓ Initialize (Succeeded)\u001b[0m',
    )
    expect(renderStatus(view(['Succeeded']), { columns: 80, color: false })).not.toContain('\u001b')
  })
})
