import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LocalWorkStore } from '../../../src/coordination/local-work-store.ts'
import type { WorkEvent } from '../../../src/coordination/work-events.ts'
import type { SliceRef } from '../../../src/coordination/work-store.ts'
import { systemClock } from '../../../src/core/clock.ts'
import type { Plan, PlannedBackfill } from '../../../src/plan/plan.ts'
import { connectOne } from '../../../src/steps/clusters.ts'
import type { StepContext, StepInput, StepProgress } from '../../../src/steps/step.ts'
import { calm, fixedRandom } from '../http/test-world.ts'

/** A repository that Elasticsearch 7.10.2 wrote. */
export const REPOSITORY = fileURLToPath(new URL('../../fixtures/es-7.10.2/repo', import.meta.url))

/** A folder of its own for a test. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'engine-test-'))
}

/** A plan that loads some indices of a fixture's snapshot into the cluster at `endpoint`. */
export function loadPlan(
  endpoint: string,
  indices: readonly string[],
  backfill: Partial<PlannedBackfill> = {},
  repository = REPOSITORY,
): Plan {
  const cluster = { endpoint, version: '2.19.4', auth: { kind: 'none' }, tls: { verify: true } } as const
  return {
    schemaVersion: 1,
    configDigest: 'd1',
    sources: { source: { ...cluster, distribution: 'elasticsearch', version: '7.10.2' } },
    targets: { target: { ...cluster, distribution: 'opensearch' } },
    migrations: [
      {
        id: 'm1',
        source: 'source',
        target: 'target',
        repository: { name: 'repo', register: false, type: 'fs', uri: repository },
        snapshot: { create: false, name: 'snap-1', partial: 'fail' },
        groups: [
          {
            id: 'm1g1',
            patterns: indices,
            indices: indices.map((name) => ({ name, shards: 1 })),
            metadata: { enabled: false, existingIndex: 'fail' },
            backfill: { enabled: true, bulkBytes: 1_000_000, bulkDocs: 50, onConflict: 'overwrite', ...backfill },
            verify: 'counts',
          },
        ],
      },
    ],
    steps: [
      { id: 'initialize', kind: 'initialize', title: 'Initialize', dependsOn: [] },
      {
        id: 'm1/register-snapshot',
        kind: 'register-snapshot',
        title: 'Register Snapshot',
        migration: 'm1',
        dependsOn: ['initialize'],
      },
      {
        id: 'm1g1/restore-documents',
        kind: 'restore-documents',
        title: 'Restore Documents',
        migration: 'm1',
        group: 'm1g1',
        dependsOn: ['m1/register-snapshot'],
      },
      { id: 'cleanup', kind: 'cleanup', title: 'Cleanup', dependsOn: ['m1g1/restore-documents'] },
    ],
    parallelism: 2,
    cleanup: { snapshot: true, repository: true, workState: true },
    warnings: [],
  }
}

/** Everything a pool needs to load items of the Restore Documents step of a plan, and what came of it. */
export interface LoadStep {
  readonly input: StepInput
  readonly context: StepContext
  readonly events: WorkEvent[]
  readonly progress: StepProgress[]
  readonly logs: string[]
}

/** The step's world around a work store that has `slices` to do. */
export async function loadStep(plan: Plan, slices: readonly SliceRef[], signal?: AbortSignal): Promise<LoadStep> {
  const step = plan.steps.find(({ kind }) => kind === 'restore-documents')!
  const events: WorkEvent[] = []
  const progress: StepProgress[] = []
  const logs: string[] = []
  const work = new LocalWorkStore(step.id, [], async (event) => {
    events.push(event)
  })
  await work.plan(slices)
  const unused = (): never => {
    throw new Error('a load does not do this')
  }
  const context: StepContext = {
    clock: systemClock,
    random: fixedRandom(),
    signal: signal ?? new AbortController().signal,
    clusters: {
      source: unused,
      target: (name) => connectOne(plan.targets[name]!, unused, systemClock, fixedRandom(), calm),
      close: unused,
    },
    work,
    log: (_level, message) => void logs.push(message),
    progress: (next) => void progress.push(next),
    recordChange: unused,
    openChanges: () => [],
    settleChange: unused,
    rejects: unused,
    loadItems: unused,
  }
  return { input: { plan, step, workflow: 'migration-1', outputs: new Map() }, context, events, progress, logs }
}
