import type { StepKind } from '../plan/plan.ts'
import { cleanup } from './cleanup.ts'
import { createSnapshot } from './create-snapshot.ts'
import { initialize } from './initialize.ts'
import { migrateMetadata } from './migrate-metadata.ts'
import { registerSnapshot } from './register-snapshot.ts'
import { restoreDocuments } from './restore-documents.ts'
import type { Step } from './step.ts'
import { verify } from './verify.ts'

/** The function of every kind of step. */
export const STEPS: Readonly<Record<StepKind, Step>> = {
  initialize,
  'create-snapshot': createSnapshot,
  'register-snapshot': registerSnapshot,
  'migrate-metadata': migrateMetadata,
  'restore-documents': restoreDocuments,
  verify,
  cleanup,
}
