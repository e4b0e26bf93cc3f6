import { describe, expect, test } from 'vitest'
import { NO_COUNTS } from '../../../src/coordination/work-store.ts'
import type { RunEvent } from '../../../src/engine/run/run-events.ts'
import { foldEvents, type RunState } from '../../../src/engine/run/run-state.ts'
import { withoutUnchangedGroups, type EarlierRun } from '../../../src/engine/run/unchanged-groups.ts'
import { planSteps } from '../../../src/plan/plan-steps.ts'
import type { Plan, PlannedGroup } from '../../../src/plan/plan.ts'
import type { StepOutput } from '../../../src/steps/step.ts'
import { loadPlan } from './load-world.ts'

const DOCUMENTS = 10

/** A group `m1g<number>` of some indices. */
function group(number: number, indices: readonly string[], change: Partial<PlannedGroup> = {}): PlannedGroup {
  return {
    id: `m1g${number}`,
    patterns: indices,
    indices: indices.map((name) => ({ name, shards: 1, documents: DOCUMENTS })),
    metadata: { enabled: true, existingIndex: 'fail' },
    backfill: { enabled: true, bulkBytes: 1000, bulkDocs: 50, onConflict: 'overwrite' },
    verify: 'counts',
    ...change,
  }
}

function planOf(...groups: readonly PlannedGroup[]): Plan {
  const base = loadPlan('http://target', [])
  const indices = groups.flatMap((each) => each.indices.map(({ name }) => name))
  const snapshot = { create: true, indices, includeGlobalState: true, partial: 'fail' } as const
  const migrations = [{ ...base.migrations[0]!, snapshot, groups }]
  return { ...base, migrations, steps: planSteps(migrations) }
}

/** A run of a plan whose steps have ended, those of `results` in another way or, with undefined, not at all. */
function ran(plan: Plan, results: Readonly<Record<string, StepOutput['result'] | undefined>> = {}): EarlierRun {
  const events = plan.steps.flatMap(({ id, skip, group: of, kind }): RunEvent[] => {
    if (skip !== undefined) return [{ at: 1, type: 'step-skipped', step: id, reason: skip }]
    const result = id in results ? results[id] : 'done'
    if (result === undefined) return []
    const indices = plan.migrations[0]!.groups.find((each) => each.id === of)?.indices ?? []
    const counts = { ...NO_COUNTS, read: DOCUMENTS, acknowledged: DOCUMENTS }
    const data = { indices: Object.fromEntries(indices.map(({ name }) => [name, counts])) }
    const output = { result, summary: '', ...(kind === 'restore-documents' ? { data } : {}) }
    return [{ at: 1, type: 'step-ended', step: id, output }]
  })
  const state: RunState = foldEvents(events)
  return { name: 'first', plan, state }
}

/** Reasons of the skipped steps, by step. */
function skips(plan: Plan): Readonly<Record<string, string>> {
  return Object.fromEntries(plan.steps.flatMap(({ id, skip }) => (skip === undefined ? [] : [[id, skip]])))
}

const WHY = 'done by first, and nothing of it has changed'
const [ORDERS, LOGS] = [group(1, ['orders-1', 'orders-2']), group(2, ['logs'])]

describe('a changed configuration', () => {
  test('leaves out the groups that were done, and takes the snapshot of the others', () => {
    const earlier = ran(planOf(ORDERS))
    const added = withoutUnchangedGroups(planOf(group(1, ['logs']), group(2, ['orders-1', 'orders-2'])), [earlier])
    expect(skips(added)).toEqual({
      'm1g2/migrate-metadata': WHY,
      'm1g2/restore-documents': WHY,
      'm1g2/verify': WHY,
    })
    const [migration] = added.migrations
    expect(migration!.snapshot).toMatchObject({ create: true, indices: ['logs'] })
    expect(migration!.groups.map(({ doneBefore }) => doneBefore)).toEqual([
      undefined,
      {
        workflow: 'first',
        indices: [
          { names: ['orders-1'], documents: DOCUMENTS },
          { names: ['orders-2'], documents: DOCUMENTS },
        ],
      },
    ])
  })

  test('that wants nothing more than was done takes no snapshot', () => {
    const plan = withoutUnchangedGroups(planOf(LOGS), [ran(planOf(ORDERS, LOGS))])
    expect(Object.keys(skips(plan))).toEqual([
      'm1/create-snapshot',
      'm1/register-snapshot',
      'm1g2/migrate-metadata',
      'm1g2/restore-documents',
      'm1g2/verify',
    ])
  })

  test.each<[string, Partial<PlannedGroup>]>([
    [
      'other indices',
      {
        indices: [
          { name: 'logs', shards: 1 },
          { name: 'logs-2', shards: 1 },
        ],
      },
    ],
    ['other settings', { metadata: { enabled: true, existingIndex: 'fail', settings: { remove: ['a'], set: {} } } }],
    ['changed documents', { backfill: { ...LOGS.backfill, transform: { rename: {}, remove: ['a'], set: {} } } }],
    ['no documents', { backfill: { ...LOGS.backfill, enabled: false } }],
    ['a closer comparison', { verify: 'full' }],
  ])('with %s is run', (_what, change) => {
    const plan = withoutUnchangedGroups(planOf({ ...LOGS, ...change }), [ran(planOf(LOGS))])
    expect(Object.values(skips(plan))).not.toContain(WHY)
    expect(plan.migrations[0]!.groups[0]).not.toHaveProperty('doneBefore')
  })

  test.each<[string, Partial<PlannedGroup>]>([
    ['how fast it loads', { backfill: { ...LOGS.backfill, workers: 1, bulkDocs: 7, compression: 'gzip' } }],
    ['what becomes of an index that is there', { metadata: { enabled: true, existingIndex: 'keep' } }],
    ['its order', { priority: 7, id: 'm1g4' }],
    ['a smaller comparison', { verify: 'off' }],
  ])('in %s is not', (_what, change) => {
    const plan = withoutUnchangedGroups(planOf({ ...LOGS, ...change }), [ran(planOf(LOGS))])
    expect(plan.migrations[0]!.groups[0]!.doneBefore).toMatchObject({ workflow: 'first' })
  })

  test.each<[string, Readonly<Record<string, StepOutput['result'] | undefined>>]>([
    ['documents were rejected', { 'm1g2/restore-documents': 'rejects' }],
    ['differences were found', { 'm1g2/verify': 'differences' }],
    ['it did not come to its end', { 'm1g2/verify': undefined }],
  ])('runs a group again of which %s', (_what, results) => {
    const earlier = ran(planOf(ORDERS, LOGS), results)
    const plan = withoutUnchangedGroups(planOf(LOGS), [earlier])
    expect(skips(plan)).toEqual({})
  })

  test('of another target or another snapshot is run', () => {
    const earlier = ran(planOf(LOGS))
    const target = { ...planOf(LOGS).targets['target']!, endpoint: 'http://other' }
    expect(skips(withoutUnchangedGroups({ ...planOf(LOGS), targets: { target } }, [earlier]))).toEqual({})
    const plan = planOf(LOGS)
    const snapshot = { create: false, name: 'nightly', partial: 'fail' } as const
    const nightly = { ...plan, migrations: [{ ...plan.migrations[0]!, snapshot }] }
    expect(skips(withoutUnchangedGroups(nightly, [earlier]))).toEqual({})
  })

  test('names the run that did the group, whoever has skipped it since', () => {
    const first = ran(planOf(LOGS))
    const second = { ...ran(withoutUnchangedGroups(planOf(LOGS, ORDERS), [first])), name: 'second' }
    const third = withoutUnchangedGroups(planOf(LOGS, ORDERS, group(3, ['more'])), [second, first])
    expect(third.migrations[0]!.groups.map(({ doneBefore }) => doneBefore?.workflow)).toEqual([
      'first',
      'second',
      undefined,
    ])
  })
})
