import type { PlannedMigration, PlannedStep, StepKind } from './plan.ts'

const TITLES: Readonly<Record<StepKind, string>> = {
  initialize: 'Initialize',
  'create-snapshot': 'Create Snapshot',
  'register-snapshot': 'Register Snapshot',
  'migrate-metadata': 'Migrate Metadata',
  'restore-documents': 'Restore Documents',
  verify: 'Verify',
  cleanup: 'Cleanup',
}

/**
 * The graph of a run: Initialize, then each migration's snapshot, then each group's metadata, documents and verification,
 * groups and migrations side by side, and Cleanup when all have ended. A step that a configuration switches off stays in the
 * graph with the reason, so that status can show it as skipped.
 */
export function planSteps(migrations: readonly PlannedMigration[]): PlannedStep[] {
  const steps: PlannedStep[] = [step('initialize', 'initialize', [])]
  const last: string[] = []
  for (const migration of migrations) {
    const of = { migration: migration.id }
    const create = `${migration.id}/create-snapshot`
    const register = `${migration.id}/register-snapshot`
    steps.push(
      step(create, 'create-snapshot', ['initialize'], {
        ...of,
        ...(migration.snapshot.create ? {} : { skip: `the existing snapshot ${migration.snapshot.name} is used` }),
      }),
      step(register, 'register-snapshot', [create], of),
    )
    for (const group of migration.groups) {
      const place = { ...of, group: group.id }
      const [metadata, documents, verify] = (['migrate-metadata', 'restore-documents', 'verify'] as const).map(
        (kind) => `${group.id}/${kind}`,
      ) as [string, string, string]
      const noDocuments = 'documentBackfill is disabled'
      const noVerify = group.verify === 'off' ? 'verify is off' : group.backfill.enabled ? undefined : noDocuments
      steps.push(
        step(metadata, 'migrate-metadata', [register], {
          ...place,
          ...(group.metadata.enabled ? {} : { skip: 'metadataMigration is disabled' }),
        }),
        step(documents, 'restore-documents', [metadata], {
          ...place,
          ...(group.backfill.enabled ? {} : { skip: noDocuments }),
        }),
        step(verify, 'verify', [documents], { ...place, ...(noVerify === undefined ? {} : { skip: noVerify }) }),
      )
      last.push(verify)
    }
  }
  return [...steps, step('cleanup', 'cleanup', last.length === 0 ? ['initialize'] : last)]
}

function step(id: string, kind: StepKind, dependsOn: readonly string[], more: Partial<PlannedStep> = {}): PlannedStep {
  return { id, kind, title: TITLES[kind], dependsOn, ...more }
}
