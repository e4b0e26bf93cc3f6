import type { Plan, PlannedGroup, PlannedMigration, PlannedStep } from '../plan/plan.ts'
import type { StepInput, StepOutput } from './step.ts'

/** The migration that a step belongs to. */
export function migrationOf(plan: Plan, step: PlannedStep): PlannedMigration {
  const migration = plan.migrations.find((candidate) => candidate.id === step.migration)
  if (migration === undefined) throw new Error(`step ${step.id} belongs to no migration of the plan`)
  return migration
}

/** The group that a step belongs to. */
export function groupOf(plan: Plan, step: PlannedStep): PlannedGroup {
  const group = migrationOf(plan, step).groups.find((candidate) => candidate.id === step.group)
  if (group === undefined) throw new Error(`step ${step.id} belongs to no group of the plan`)
  return group
}

/** The output of the step of a kind in the same migration (and group, if that kind has one each). */
export function outputOf(input: StepInput, kind: PlannedStep['kind']): StepOutput | undefined {
  const { step, plan, outputs } = input
  const found = plan.steps.find(
    (candidate) =>
      candidate.kind === kind &&
      (candidate.migration === undefined || candidate.migration === step.migration) &&
      (candidate.group === undefined || candidate.group === step.group),
  )
  return found === undefined ? undefined : outputs.get(found.id)
}

/** The name of the snapshot that a migration reads: the given one, or the one the run creates. */
export function snapshotName(input: StepInput, migration: PlannedMigration): string {
  if (!migration.snapshot.create) return migration.snapshot.name
  return migration.snapshot.name ?? `${input.workflow}-${migration.id}`
}
