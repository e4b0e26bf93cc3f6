import { formatDuration } from '../../core/units.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import type { RunView, StepView } from '../../report/run-view.ts'
import type { StepProgress } from '../../steps/step.ts'
import { runToView } from '../run/run-to-view.ts'
import { nodeOfPod, podTrouble, unseenSince } from './pod-trouble.ts'
import { nodesOfStep, storyOf, type RunStory, type StoredRun } from './run-story.ts'

/** A controller that works looks at a Workflow within seconds. */
const CONTROLLER_PATIENCE_MS = 30_000

/** The view of a run, with the reasons why it does not move. Pure; `now` in milliseconds since 1970. */
export function argoView(run: StoredRun, now: number): RunView {
  const story = storyOf(run, now)
  const view = runToView(run.plan, story.state, story.alive, now, 'argo')
  const troubles = story.alive ? troublesOf(run) : new Map<string, string>()
  const steps = view.steps.map((step) => stepWith(step, run, troubles.get(step.id)))
  const message = messageOf(run, story, { ...view, steps }, troubles, now)
  const unstarted = view.phase === 'Running' && steps.every(({ phase }) => phase === 'Pending')
  const { message: _message, ...rest } = view
  return {
    ...rest,
    ...(unstarted ? { phase: 'Pending' } : {}),
    steps,
    ...(message === undefined ? {} : { message }),
  }
}

/** Why pods of steps do not begin, by step. */
function troublesOf({ plan, workflow, pods, podEvents }: StoredRun): ReadonlyMap<string, string> {
  const troubles = new Map<string, string>()
  for (const step of plan.steps) {
    const nodes = nodesOfStep(plan, workflow, step)
    const names = new Set(nodes.map(({ name }) => name))
    const own = pods.filter((pod) => names.has(nodeOfPod(pod) ?? ''))
    const found = own.map((pod) => podTrouble(pod, podEvents)).filter((trouble) => trouble !== undefined)
    const [first] = found
    if (first !== undefined) {
      const which = found.length === 1 ? `pod ${first.pod}` : `pod ${first.pod} and ${found.length - 1} more`
      troubles.set(step.id, `${which} waits: ${first.message}. ${first.hint}`)
      continue
    }
    // A pod that could not be made at all, as with a quota that is used up, is only a node with a message.
    const refused = nodes.find(
      ({ phase, message = '' }) => phase === 'Pending' && /quota|forbidden|exceeded/.test(message),
    )
    if (refused !== undefined)
      troubles.set(step.id, `its pod cannot be made: ${refused.message!}. See kubectl describe quota`)
  }
  return troubles
}

function stepWith(step: StepView, { plan, workflow }: StoredRun, trouble: string | undefined): StepView {
  if (step.phase === 'Pending') return trouble === undefined ? step : { ...step, summary: trouble }
  if (step.phase !== 'Running') return step
  const planned = plan.steps.find(({ id }) => id === step.id)!
  const known = step.progress ?? podsProgress(plan, planned, workflow)
  if (known === undefined && trouble === undefined) return step
  const message = [known?.message ?? '', trouble ?? ''].filter((part) => part !== '').join(', ')
  return { ...step, progress: { ...step.progress, ...known, message } }
}

/** How far the pods of a load are, where the journal does not tell about documents. */
function podsProgress(plan: Plan, step: PlannedStep, workflow: StoredRun['workflow']): StepProgress | undefined {
  if (step.kind !== 'restore-documents') return undefined
  const load = nodesOfStep(plan, workflow, step).find(
    ({ type, name }) => type === 'TaskGroup' && name.endsWith('.load'),
  )
  const [, done, total] = /^(\d+)\/(\d+)$/.exec(load?.progress ?? '') ?? []
  return done === undefined ? undefined : { message: `${done} of ${total!} workers have ended` }
}

function messageOf(
  run: StoredRun,
  { alive }: RunStory,
  view: RunView,
  troubles: ReadonlyMap<string, string>,
  now: number,
): string | undefined {
  const { root, plan, workflow } = run
  if (alive) {
    const unseen = unseenFor(run, now)
    if (unseen !== undefined) {
      return (
        `Argo's controller has not looked at it for ${formatDuration(unseen)}. ` +
        `See whether it runs: kubectl get pods -n argo`
      )
    }
    const held = plan.steps.find(({ id }) => troubles.has(id))
    if (held !== undefined) return `${held.title}: ${troubles.get(held.id)!}`
    if (view.phase === 'Waiting') return view.message
    return workflow?.phase === 'Pending' || workflow?.phase === undefined ? workflow?.message : undefined
  }
  if (root.attempts.length === 0) return `It was not started. Start it with: workflow resume ${root.name}`
  if (view.phase === 'Failed') return view.message ?? workflow?.message
  const gone = workflow === undefined && root.stopAttempt !== root.attempts.length && view.phase === 'Stopped'
  return gone ? `Its Workflow was deleted; nothing is lost. Go on with: workflow resume ${root.name}` : undefined
}

/** Milliseconds for which the controller has done nothing although there was something to do; undefined when it works. */
function unseenFor({ workflow, pods }: StoredRun, now: number): number | undefined {
  if (workflow === undefined) return undefined
  const since = workflow.phase === undefined ? [workflow.createdAt] : []
  for (const pod of pods) since.push(unseenSince(pod) ?? now)
  const longest = Math.max(0, ...since.map((at) => now - at))
  return longest > CONTROLLER_PATIENCE_MS ? longest : undefined
}
