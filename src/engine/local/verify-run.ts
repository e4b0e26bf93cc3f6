import type { Clock } from '../../core/clock.ts'
import { Failure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { groupOf } from '../../steps/plan-parts.ts'
import { verifyGroup, type VerifyLevel, type VerifyOutput } from '../../steps/verify.ts'
import type { StepOutput } from '../../steps/step.ts'
import { readJournal } from './journal.ts'
import { rejectFilePath } from './reject-file.ts'
import { readRejects } from './reject-lines.ts'
import { foldEvents } from '../run/run-state.ts'
import { readPlan, type WorkflowFolder } from './workflow-folder.ts'

/** What verifying a run takes from its surroundings. */
export interface VerifyParts {
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly clusters: Clusters
  /** Told how far it is. */
  readonly onProgress: (message: string) => void
}

/** What the verification of one group came to. */
export interface VerifiedGroup {
  /** `m1g1` */
  readonly group: string
  readonly level: VerifyLevel
  readonly output: VerifyOutput
}

/**
 * Compares every group of a run whose documents were loaded, at `level` or else as thoroughly as the group's configuration
 * wants. Changes nothing, neither on the clusters nor in the run. `USAGE` when no group was loaded yet; codes as `verifyGroup`.
 */
export async function verifyRun(
  folder: WorkflowFolder,
  level: VerifyLevel | undefined,
  parts: VerifyParts,
): Promise<readonly VerifiedGroup[]> {
  const { clock, random, signal, clusters, onProgress } = parts
  const plan = readPlan(folder)
  const state = foldEvents(readJournal(folder.journal, ['work-', 'step-progress']))
  const outputs = new Map<string, StepOutput>()
  for (const [id, { output }] of state.steps) if (output !== undefined) outputs.set(id, output)
  const loaded = plan.steps.filter(({ kind, id }) => kind === 'restore-documents' && outputs.has(id))
  if (loaded.length === 0) {
    throw new Failure('USAGE', 'it has loaded no documents yet', {
      op: 'verify',
      subject: `workflow ${folder.name}`,
      hint: `See where it stands: workflow status ${folder.name}`,
    })
  }
  const groups: VerifiedGroup[] = []
  for (const step of loaded) {
    const wanted = groupOf(plan, step).verify
    const own = level ?? (wanted === 'off' ? 'counts' : wanted)
    const output = await verifyGroup({ plan, step, workflow: state.name, outputs }, own, {
      clock,
      random,
      signal,
      clusters,
      log: () => undefined, // What is logged is in the output as well.
      progress: ({ message }) => onProgress(message),
      rejects: (restoreStep) => readRejects(rejectFilePath(folder.rejects, restoreStep)),
    })
    groups.push({ group: groupOf(plan, step).id, level: own, output })
  }
  return groups
}
