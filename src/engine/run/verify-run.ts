import type { Clock } from '../../core/clock.ts'
import { Failure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Clusters } from '../../steps/clusters.ts'
import { groupOf } from '../../steps/plan-parts.ts'
import { verifyGroup, type VerifyLevel, type VerifyOutput } from '../../steps/verify.ts'
import type { RunRecord } from './run-record.ts'

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
  record: RunRecord,
  level: VerifyLevel | undefined,
  parts: VerifyParts,
): Promise<readonly VerifiedGroup[]> {
  const { clock, random, signal, clusters, onProgress } = parts
  const { plan, outputs, name } = record
  const loaded = plan.steps.filter(({ kind, id }) => kind === 'restore-documents' && outputs.has(id))
  if (loaded.length === 0) {
    throw new Failure('USAGE', 'it has loaded no documents yet', {
      op: 'verify',
      subject: `workflow ${name}`,
      hint: `See where it stands: workflow status ${name}`,
    })
  }
  const groups: VerifiedGroup[] = []
  for (const step of loaded) {
    const wanted = groupOf(plan, step).verify
    const own = level ?? (wanted === 'off' ? 'counts' : wanted)
    const output = await verifyGroup({ plan, step, workflow: name, outputs }, own, {
      clock,
      random,
      signal,
      clusters,
      log: () => undefined, // What is logged is in the output as well.
      progress: ({ message }) => onProgress(message),
      rejects: (restoreStep) => record.rejects(restoreStep),
    })
    groups.push({ group: groupOf(plan, step).id, level: own, output })
  }
  return groups
}
