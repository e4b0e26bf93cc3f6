import { aborted, type Clock } from '../../core/clock.ts'
import { isFailure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import type { StepOutput } from '../../steps/step.ts'
import { recordFailure } from '../run/recorded-failure.ts'
import type { RunEventBody } from '../run/run-events.ts'
import { stepState, type RunState } from '../run/run-state.ts'

/** What the graph runner is given; everything it decides becomes an event. */
export interface GraphWorld {
  readonly clock: Clock
  readonly random: Random
  /** Fires when the run is to stop: running steps end in good order, no new one starts. */
  readonly signal: AbortSignal
  state(): RunState
  record(event: RunEventBody): void
  /** Runs one step; throws `Failure`. */
  runStep(step: PlannedStep): Promise<StepOutput>
  /** Resolves when a person has let the step pass; throws when the signal fires. */
  approval(step: PlannedStep): Promise<void>
}

/** Attempts of a step whose failures are all retryable. */
const MAX_ATTEMPTS = 6

/**
 * Walks the steps in dependency order, independent ones in parallel, until nothing more can run. Steps that ended or were
 * skipped before are not run again. After a failure the steps that depend on it stay pending while others finish; Cleanup
 * runs only when all others have ended, so that a failed run can go on from where it was.
 */
export async function runGraph(
  steps: readonly PlannedStep[],
  world: GraphWorld,
): Promise<'finished' | 'failed' | 'stopped'> {
  const running = new Map<string, Promise<void>>()
  for (;;) {
    if (!world.signal.aborted) {
      for (const step of steps) {
        if (running.has(step.id) || stepState(world.state(), step.id).phase !== 'pending') continue
        if (!step.dependsOn.every((id) => isOver(world.state(), id))) continue
        if (step.skip !== undefined) {
          world.record({ type: 'step-skipped', step: step.id, reason: step.skip })
          continue
        }
        const task = runWithRetries(step, world).finally(() => running.delete(step.id))
        running.set(step.id, task)
      }
    }
    if (running.size === 0) {
      const state = world.state()
      const progress = steps.some(
        (step) => stepState(state, step.id).phase === 'pending' && step.dependsOn.every((id) => isOver(state, id)),
      )
      if (progress && !world.signal.aborted) continue
      break
    }
    await Promise.race(running.values())
  }
  const state = world.state()
  if (steps.every((step) => isOver(state, step.id))) return 'finished'
  return steps.some((step) => stepState(state, step.id).phase === 'failed') ? 'failed' : 'stopped'
}

function isOver(state: RunState, id: string): boolean {
  const { phase } = stepState(state, id)
  return phase === 'ended' || phase === 'skipped'
}

async function passGate(step: PlannedStep, world: GraphWorld): Promise<boolean> {
  if (step.approval !== true || stepState(world.state(), step.id).approved === true) return true
  world.record({ type: 'step-waiting', step: step.id })
  try {
    await world.approval(step)
  } catch {
    return false
  }
  world.record({ type: 'step-approved', step: step.id })
  return true
}

async function runWithRetries(step: PlannedStep, world: GraphWorld): Promise<void> {
  if (!(await passGate(step, world))) return
  for (let attempt = 1; ; attempt++) {
    world.record({ type: 'step-started', step: step.id, attempt })
    try {
      const output = await world.runStep(step)
      world.record({ type: 'step-ended', step: step.id, output })
      return
    } catch (error) {
      // A stop leaves the step as it is: started, neither ended nor failed.
      if (world.signal.aborted && (isFailure(error, 'ABORTED') || error === aborted(world.signal))) return
      const failure = recordFailure(error)
      const final = !failure.retryable || attempt >= MAX_ATTEMPTS
      world.record({ type: 'step-failed', step: step.id, failure, final })
      if (final || world.signal.aborted) return
      const ceilingMs = Math.min(60_000, 1000 * 2 ** attempt)
      try {
        await world.clock.sleep(ceilingMs * (0.5 + world.random.next() / 2), world.signal)
      } catch {
        return
      }
    }
  }
}
