import { runStep, type RunStepParts, type StepCall, type StepEnd } from './run-step.ts'

/** What came of a pod's steps. */
export interface AheadEnd {
  readonly end: StepEnd
  /** How many of the steps that were to follow have ended. */
  readonly ahead: number
}

/**
 * Runs a step and, when it has ended, those that are to follow it, each with a journal of its own; of a load that follows, the plan.
 * One that cannot go on for the moment is left to a pod of its own, with tries of its own; one that fails for good or is stopped ends
 * this one. Codes as `runStep`.
 */
export async function runStepAndAhead(
  call: StepCall,
  following: readonly string[],
  parts: RunStepParts,
): Promise<AheadEnd> {
  const end = await runStep(call, parts)
  if (end !== 'ended') return { end, ahead: 0 }
  for (const [ahead, step] of following.entries()) {
    if (parts.signal.aborted) return { end: 'stopped', ahead }
    parts.print(`goes on with step ${step}`)
    const next = await runStep({ run: call.run, step, part: 'plan', worker: 0 }, parts)
    if (next === 'temporary') return { end, ahead }
    if (next !== 'ended') return { end: next, ahead }
  }
  return { end, ahead: following.length }
}
