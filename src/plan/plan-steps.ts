import type { ApprovalGate } from '../config/config.ts'
import type { PlannedGroup, PlannedMigration, PlannedStep, StepKind } from './plan.ts'

const TITLES: Readonly<Record<StepKind, string>> = {
  initialize: 'Initialize',
  'create-snapshot': 'Create Snapshot',
  'register-snapshot': 'Register Snapshot',
  'migrate-metadata': 'Migrate Metadata',
  'restore-documents': 'Restore Documents',
  verify: 'Verify',
  cleanup: 'Cleanup',
}

const NOTHING_MATCHES = 'no index matches'

/**
 * The graph of a run: Initialize, then each migration's snapshot, then each group's metadata, documents and verification,
 * groups and migrations side by side, and Cleanup when all have ended. A step that has nothing to do stays in the graph with
 * the reason, so that status can show it as skipped. `approvals` are the gates of each migration's groups; the snapshot that
 * groups share waits when any of them says so.
 */
export function planSteps(
  migrations: readonly PlannedMigration[],
  approvals: readonly (readonly (readonly ApprovalGate[])[])[] = [],
): PlannedStep[] {
  const steps: PlannedStep[] = [step('initialize', 'initialize', [])]
  const last: string[] = []
  for (const [position, migration] of migrations.entries()) {
    const gates = approvals[position] ?? []
    const of = { migration: migration.id }
    const create = `${migration.id}/create-snapshot`
    const register = `${migration.id}/register-snapshot`
    const empty = migration.groups.every((group) => group.indices.length === 0)
    // Asked for no index at all, a source would take a snapshot of every one.
    const noCreate = empty
      ? NOTHING_MATCHES
      : migration.snapshot.create
        ? undefined
        : `the existing snapshot ${migration.snapshot.name} is used`
    steps.push(
      step(create, 'create-snapshot', ['initialize'], {
        ...of,
        ...skip(noCreate),
        ...approval(gates.flat(), 'create-snapshot'),
      }),
      step(register, 'register-snapshot', [create], { ...of, ...skip(empty ? NOTHING_MATCHES : undefined) }),
    )
    for (const [number, group] of migration.groups.entries()) {
      const own = stepsOfGroup(group, migration, register, empty, gates[number] ?? [])
      steps.push(...own)
      last.push(own.at(-1)!.id)
    }
  }
  return [...steps, step('cleanup', 'cleanup', last.length === 0 ? ['initialize'] : last)]
}

function stepsOfGroup(
  group: PlannedGroup,
  migration: PlannedMigration,
  register: string,
  empty: boolean,
  gates: readonly ApprovalGate[],
): PlannedStep[] {
  const place = { migration: migration.id, group: group.id }
  const id = (kind: StepKind): string => `${group.id}/${kind}`
  const noIndex = group.indices.length === 0 ? NOTHING_MATCHES : undefined
  const noMetadata = empty ? NOTHING_MATCHES : group.metadata.enabled ? undefined : 'metadataMigration is disabled'
  const noDocuments = group.backfill.enabled ? noIndex : 'documentBackfill is disabled'
  const noVerify = group.verify === 'off' ? 'verify is off' : noDocuments
  return [
    step(id('migrate-metadata'), 'migrate-metadata', [register], {
      ...place,
      ...skip(noMetadata),
      ...approval(gates, 'migrate-metadata'),
    }),
    step(id('restore-documents'), 'restore-documents', [id('migrate-metadata')], {
      ...place,
      ...skip(noDocuments),
      ...approval(gates, 'restore-documents'),
    }),
    step(id('verify'), 'verify', [id('restore-documents')], {
      ...place,
      ...skip(noVerify),
      ...approval(gates, 'verify'),
    }),
  ]
}

function skip(reason: string | undefined): Partial<PlannedStep> {
  return reason === undefined ? {} : { skip: reason }
}

function approval(gates: readonly ApprovalGate[], kind: ApprovalGate): Partial<PlannedStep> {
  return gates.includes(kind) ? { approval: true } : {}
}

function step(id: string, kind: StepKind, dependsOn: readonly string[], more: Partial<PlannedStep> = {}): PlannedStep {
  return { id, kind, title: TITLES[kind], dependsOn, ...more }
}
