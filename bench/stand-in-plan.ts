import type { Plan, PlannedStep, StepKind } from '../src/plan/plan.ts'

/** What of an existing snapshot goes into which stand-in target. */
export interface StandInLoad {
  /** Folder of the repository. */
  readonly repository: string
  readonly snapshot: string
  readonly index: string
  /** Of the stand-in target. */
  readonly endpoint: string
  readonly parallelism: number
}

/** The plan of one index of an existing snapshot into a stand-in target, which needs no source cluster. */
export function standInPlan({ repository, snapshot, index, endpoint, parallelism }: StandInLoad): Plan {
  const of = { migration: 'm1' }
  const group = { ...of, group: 'm1g1' }
  const step = (id: string, kind: StepKind, dependsOn: readonly string[], more = {}): PlannedStep => ({
    id,
    kind,
    title: kind,
    dependsOn,
    ...more,
  })
  return {
    schemaVersion: 1,
    configDigest: '0'.repeat(64),
    sources: {},
    targets: {
      target: {
        endpoint,
        distribution: 'opensearch',
        version: '2.19.4',
        auth: { kind: 'none' },
        tls: { verify: true },
      },
    },
    migrations: [
      {
        id: 'm1',
        source: 'source',
        target: 'target',
        repository: { name: 'bench', register: false, type: 'fs', uri: repository },
        snapshot: { create: false, name: snapshot, partial: 'fail' },
        groups: [
          {
            id: 'm1g1',
            patterns: [index],
            indices: [{ name: index, shards: 1 }],
            metadata: { enabled: false, existingIndex: 'keep' },
            backfill: { enabled: true, bulkBytes: 10 * 1024 * 1024, bulkDocs: 10_000, onConflict: 'overwrite' },
            verify: 'counts',
          },
        ],
      },
    ],
    steps: [
      step('initialize', 'initialize', []),
      step('m1/register-snapshot', 'register-snapshot', ['initialize'], of),
      step('m1g1/restore-documents', 'restore-documents', ['m1/register-snapshot'], group),
      step('m1g1/verify', 'verify', ['m1g1/restore-documents'], group),
      step('cleanup', 'cleanup', ['m1g1/verify']),
    ],
    parallelism,
    cleanup: { snapshot: true, repository: true, workState: false },
    warnings: [],
  }
}
