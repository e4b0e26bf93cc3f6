import type { ApprovalGate } from '../../../../src/config/config.ts'
import type { Plan, PlannedCluster, PlannedMigration } from '../../../../src/plan/plan.ts'
import { planSteps } from '../../../../src/plan/plan-steps.ts'

/** What tests change of a plan. */
export interface PlanParts {
  /** Numbers of groups of each migration. */
  readonly groups?: readonly number[]
  /** Gates of every group. */
  readonly gates?: readonly ApprovalGate[]
  readonly parallelism?: number
  readonly priorities?: readonly number[]
  readonly cluster?: Partial<PlannedCluster>
}

/** A plan with a migration for each entry of `groups`, and all its steps. */
export function planOf({
  groups = [1],
  gates = [],
  parallelism = 4,
  priorities = [],
  cluster = {},
}: PlanParts = {}): Plan {
  const planned: PlannedCluster = {
    endpoint: 'https://cluster:9200',
    distribution: 'opensearch',
    version: '2.19.4',
    auth: {
      kind: 'basic',
      username: { kind: 'secret', name: 'login', key: 'username' },
      password: { kind: 'secret', name: 'login', key: 'password' },
    },
    tls: { verify: true },
    ...cluster,
  }
  const migrations = groups.map((count, position) => migration(`m${position + 1}`, count, priorities))
  return {
    schemaVersion: 1,
    configDigest: '0123456789abcdef'.repeat(4),
    sources: Object.fromEntries(migrations.map(({ source }) => [source, planned])),
    targets: { target: { ...planned, auth: { kind: 'none' } } },
    migrations,
    steps: planSteps(
      migrations,
      migrations.map((one) => one.groups.map(() => gates)),
    ),
    parallelism,
    cleanup: { snapshot: true, repository: true, workState: true },
    warnings: [],
  }
}

function migration(id: string, groups: number, priorities: readonly number[]): PlannedMigration {
  return {
    id,
    source: `source-${id}`,
    target: 'target',
    repository: { name: 'repo', register: false, type: 's3', uri: 's3://bucket/prefix' },
    snapshot: { create: true, indices: ['books'], includeGlobalState: true, partial: 'fail' },
    groups: Array.from({ length: groups }, (_, number) => ({
      id: `${id}g${number + 1}`,
      patterns: ['*'],
      indices: [{ name: 'books', shards: 1 }],
      metadata: { enabled: true, existingIndex: 'fail' },
      backfill: { enabled: true, bulkBytes: 1_000_000, bulkDocs: 50, onConflict: 'overwrite' },
      verify: 'counts',
      ...(priorities[number] === undefined ? {} : { priority: priorities[number] }),
    })),
  }
}
