import type { Failure } from '../../core/failure.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import type { RunPhase, RunView, StepPhase, StepView } from '../../report/run-view.ts'
import { nameList } from '../../repository/close-names.ts'
import type { VerifyData } from '../../steps/verify.ts'
import { stepState, type RunState, type StepState } from './run-state.ts'

/** The view of a run whose files cannot be read: its name and why. */
export function unreadableView(name: string, failure: Failure, engine: RunView['engine']): RunView {
  const submittedAt = iso(0)
  return {
    schemaVersion: 1,
    name,
    phase: 'Failed',
    submittedAt,
    engine,
    alive: false,
    message: failure.message,
    steps: [],
  }
}

/** The view of a run from its plan, its folded journal and whether an engine works on it; `now` in milliseconds since 1970. */
export function runToView(
  plan: Plan,
  state: RunState,
  alive: boolean,
  now: number,
  engine: RunView['engine'],
): RunView {
  const steps = plan.steps.map((step) => stepToView(plan, step, stepState(state, step.id), alive, now))
  const phase = runPhase(steps, state, alive)
  const message = runMessage(phase, state, alive, steps)
  return {
    schemaVersion: 1,
    name: state.name,
    phase,
    submittedAt: iso(state.submittedAt),
    engine,
    alive,
    steps,
    ...(state.startedAt === undefined ? {} : { startedAt: iso(state.startedAt) }),
    ...(state.endedAt === undefined || alive ? {} : { finishedAt: iso(state.endedAt) }),
    ...(message === undefined ? {} : { message }),
  }
}

function runPhase(steps: readonly StepView[], state: RunState, alive: boolean): RunPhase {
  if (alive) {
    if (state.stopRequested) return 'Stopping'
    const phases = steps.map((step) => step.phase)
    return phases.includes('Waiting') && !phases.includes('Running') ? 'Waiting' : 'Running'
  }
  if (state.outcome === 'finished') {
    if (steps.some((step) => step.phase === 'Failed')) return 'Failed'
    const outputs = [...state.steps.values()].map((step) => step.output?.result)
    if (outputs.includes('differences')) return 'Differences'
    return outputs.includes('rejects') ? 'Rejects' : 'Succeeded'
  }
  if (state.outcome === 'failed') return 'Failed'
  if (state.outcome === 'stopped') return 'Stopped'
  return state.startedAt === undefined ? 'Pending' : 'Stopped'
}

function runMessage(phase: RunPhase, state: RunState, alive: boolean, steps: readonly StepView[]): string | undefined {
  if (!alive && state.outcome === undefined) {
    const remedy = `Go on with: workflow resume ${state.name}`
    if (state.startedAt === undefined) return `Its runner has not begun. ${remedy}`
    const open = state.openChanges.size === 0 ? '' : ' Changes on clusters are still to be put back.'
    return `The runner died; nothing is lost.${open} ${remedy}`
  }
  if (phase === 'Waiting') return `Let it go on with: workflow approve ${state.name}`
  if (phase === 'Differences') {
    const found = steps.flatMap(({ kind, data }) =>
      kind === 'verify' ? ((data as VerifyData | undefined)?.differences ?? []) : [],
    )
    const names = nameList([...new Set(found.map(({ index }) => index))])
    return `Differences in ${names}. Each is in: workflow report ${state.name}`
  }
  if (phase === 'Failed') {
    const failed = steps.find((step) => step.phase === 'Failed')
    return failed?.failure?.message
  }
  return undefined
}

function stepToView(plan: Plan, step: PlannedStep, state: StepState, alive: boolean, now: number): StepView {
  const failure = state.failure
  const data = state.output?.data ?? failure?.data
  const summary = state.output?.summary ?? state.skipReason
  return {
    id: step.id,
    kind: step.kind,
    title: step.title,
    path: stepPath(plan, step),
    phase: stepPhase(state, alive),
    attempt: state.attempt,
    ...(state.startedAt === undefined ? {} : { startedAt: iso(state.startedAt) }),
    ...(state.endedAt === undefined ? {} : { finishedAt: iso(state.endedAt) }),
    ...(summary === undefined ? {} : { summary }),
    ...(state.progress === undefined ? {} : { progress: withRate(state, now) }),
    ...(data === undefined ? {} : { data }),
    ...(failure === undefined
      ? {}
      : {
          failure: {
            code: failure.code,
            message: failure.message,
            ...(failure.hint === undefined ? {} : { hint: failure.hint }),
          },
        }),
  }
}

function stepPhase(state: StepState, alive: boolean): StepPhase {
  switch (state.phase) {
    case 'pending':
      return 'Pending'
    case 'waiting':
      return 'Waiting'
    case 'running':
      return alive ? 'Running' : 'Pending'
    case 'skipped':
      return 'Skipped'
    case 'failed':
      return 'Failed'
    case 'ended':
      return state.output === undefined || state.output.result === 'done' ? 'Succeeded' : 'Rejects'
  }
}

/** Branches are shown only where there is more than one. */
function stepPath(plan: Plan, step: PlannedStep): readonly string[] {
  const migration = plan.migrations.find((candidate) => candidate.id === step.migration)
  if (migration === undefined) return []
  const path: string[] = []
  if (plan.migrations.length > 1) path.push(`${migration.source} → ${migration.target}`)
  const group = migration.groups.find((candidate) => candidate.id === step.group)
  if (group !== undefined && migration.groups.length > 1) path.push(group.patterns.join(', '))
  return path
}

/** The rate of the last half minute, so that pauses and earlier attempts do not count. */
function withRate(state: StepState, now: number): NonNullable<StepView['progress']> {
  const progress = state.progress!
  const { documents } = progress
  const first = state.recent?.[0]
  if (documents === undefined || first === undefined || state.phase !== 'running') return progress
  const seconds = (Math.max(now, state.progressAt ?? now) - first.at) / 1000
  const loaded = documents.done - first.documents
  if (seconds < 1 || loaded <= 0) return progress
  const documentsPerSecond = loaded / seconds
  return {
    ...progress,
    documentsPerSecond,
    etaSeconds: Math.max(0, documents.total - documents.done) / documentsPerSecond,
  }
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
