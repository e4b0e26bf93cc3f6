import type { RecordedChange, StepOutput, StepProgress } from '../../steps/step.ts'
import { withRetriedRejects } from './retried-rejects.ts'
import type { RecordedFailure, RunEvent } from './run-events.ts'

/** How many documents were done at a moment. */
export interface ProgressPoint {
  readonly at: number
  readonly documents: number
}

/** Progress of this time is what a rate is made from. */
export const RECENT_MS = 30_000

/** State of a step, folded from the journal. */
export interface StepState {
  readonly phase: 'pending' | 'waiting' | 'running' | 'skipped' | 'ended' | 'failed'
  readonly attempt: number
  readonly startedAt?: number
  readonly endedAt?: number
  readonly progress?: StepProgress
  readonly progressAt?: number
  /** Documents done at moments of the last half minute, oldest first: what the rate is made from. */
  readonly recent?: readonly ProgressPoint[]
  readonly output?: StepOutput
  readonly failure?: RecordedFailure
  readonly skipReason?: string
  /** True once a person has let it pass. */
  readonly approved?: true
}

/** State of a run, folded from the journal. Whether a runner lives is not in it: the lock says that. */
export interface RunState {
  readonly name: string
  readonly configDigest: string
  readonly submittedAt: number
  readonly startedAt?: number
  readonly endedAt?: number
  /** Of the latest runner; undefined while none has ended in good order since it started. */
  readonly outcome?: 'finished' | 'failed' | 'stopped'
  readonly stopRequested: boolean
  readonly steps: ReadonlyMap<string, StepState>
  /** Changes on clusters that are still to be put back, by id. */
  readonly openChanges: ReadonlyMap<string, RecordedChange>
}

const PENDING: StepState = { phase: 'pending', attempt: 0 }

/** State of a step that may not have begun. */
export function stepState(state: RunState, step: string): StepState {
  return state.steps.get(step) ?? PENDING
}

/** Outputs of the steps that have ended, by step id. */
export function outputsOf(state: RunState): ReadonlyMap<string, StepOutput> {
  const outputs = new Map<string, StepOutput>()
  for (const [id, { output }] of state.steps) if (output !== undefined) outputs.set(id, output)
  return outputs
}

/** The state before any event. */
export function emptyState(): RunState {
  return {
    name: '',
    configDigest: '',
    submittedAt: 0,
    stopRequested: false,
    steps: new Map(),
    openChanges: new Map(),
  }
}

/** The state after one more event; pure. */
export function applyEvent(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'submitted':
      return { ...state, name: event.name, configDigest: event.configDigest, submittedAt: event.at }
    case 'runner-started': {
      const { endedAt: _endedAt, outcome: _outcome, ...rest } = state
      return { ...rest, startedAt: state.startedAt ?? event.at, stopRequested: false, steps: restarted(state.steps) }
    }
    case 'runner-ended':
      return { ...state, endedAt: event.at, outcome: event.outcome }
    case 'stop-requested':
      return { ...state, stopRequested: true }
    case 'step-started':
      return withStep(state, event.step, {
        phase: 'running',
        attempt: event.attempt,
        startedAt: stepState(state, event.step).startedAt ?? event.at,
        ...(stepState(state, event.step).approved === true ? { approved: true } : {}),
      })
    case 'step-waiting':
      return withStep(state, event.step, { ...stepState(state, event.step), phase: 'waiting' })
    case 'step-approved':
      return withStep(state, event.step, { ...stepState(state, event.step), phase: 'pending', approved: true })
    case 'step-progress':
      return withStep(state, event.step, {
        ...stepState(state, event.step),
        progress: event.progress,
        progressAt: event.at,
        recent: withPoint(stepState(state, event.step).recent ?? [], event),
      })
    case 'step-skipped':
      return withStep(state, event.step, { phase: 'skipped', attempt: 0, skipReason: event.reason, endedAt: event.at })
    case 'step-ended':
      return withStep(state, event.step, {
        ...withoutFailure(stepState(state, event.step)),
        phase: 'ended',
        output: event.output,
        endedAt: event.at,
      })
    case 'step-failed':
      return withStep(state, event.step, {
        ...stepState(state, event.step),
        phase: event.final ? 'failed' : 'running',
        failure: event.failure,
        endedAt: event.at,
      })
    case 'rejects-retried':
      return withStep(state, event.step, afterRetry(stepState(state, event.step), event))
    case 'change-recorded':
      return { ...state, openChanges: new Map([...state.openChanges, [event.change.id, event.change]]) }
    case 'change-settled':
      return { ...state, openChanges: new Map([...state.openChanges].filter(([id]) => id !== event.id)) }
    case 'log':
    case 'log-cut':
    case 'work-planned':
    case 'work-advanced':
    case 'work-done':
    case 'work-failed':
      return state
  }
}

/** The state after all events of a journal. */
export function foldEvents(events: Iterable<RunEvent>): RunState {
  let state = emptyState()
  for (const event of events) state = applyEvent(state, event)
  return state
}

function afterRetry(step: StepState, event: Extract<RunEvent, { type: 'rejects-retried' }>): StepState {
  if (step.output === undefined) return step
  const progress = step.progress && { progress: { ...step.progress, rejected: event.rejected } }
  return { ...step, ...progress, output: withRetriedRejects(step.output, event) }
}

function withPoint(
  points: readonly ProgressPoint[],
  { at, progress }: Extract<RunEvent, { type: 'step-progress' }>,
): readonly ProgressPoint[] {
  if (progress.documents === undefined) return points
  const since = points.findLastIndex((point) => point.at < at - RECENT_MS)
  return [...points.slice(since + 1), { at, documents: progress.documents.done }]
}

/** What was running or had failed is tried again by a new runner; what ended or was skipped stays. */
function restarted(steps: ReadonlyMap<string, StepState>): ReadonlyMap<string, StepState> {
  return new Map(
    [...steps].map(([id, step]) => [
      id,
      step.phase === 'running' || step.phase === 'failed' || step.phase === 'waiting'
        ? { ...withoutFailure(step), phase: 'pending' as const }
        : step,
    ]),
  )
}

function withoutFailure(step: StepState): StepState {
  const { failure: _failure, endedAt: _endedAt, recent: _recent, ...rest } = step
  return rest
}

function withStep(state: RunState, id: string, step: StepState): RunState {
  return { ...state, steps: new Map([...state.steps, [id, step]]) }
}
