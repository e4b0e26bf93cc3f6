import { counted, formatDuration } from '../../core/units.ts'
import type { PlannedStep } from '../../plan/plan.ts'
import type { Hindrance, RunView, StepView } from '../../report/run-view.ts'
import type { StepProgress } from '../../steps/step.ts'
import type { RunState } from '../run/run-state.ts'
import { runToView } from '../run/run-to-view.ts'
import { nodeOfPod, podTrouble, unseenSince } from './pod-trouble.ts'
import { nodesOfStep, storyOf, type RunStory, type StoredRun } from './run-story.ts'

/** A controller that works looks at a Workflow within seconds. */
const CONTROLLER_PATIENCE_MS = 30_000
/** What Argo says, of a Workflow or of a node, when templates were removed after the submission. */
const NO_TEMPLATES = /workflow ?templates?\b.* not found|template reference .* not found/

/** The view of a run, with the reasons why it does not move. Pure; `now` in milliseconds since 1970. */
export function argoView(run: StoredRun, now: number): RunView {
  const story = storyOf(run, now)
  const view = runToView(run.plan, story.state, story.alive, now, 'argo')
  const hindered = story.alive ? hinderedSteps(run, story.state) : new Map<string, Hindrance>()
  const steps = view.steps.map((step) => stepWith(step, run, story.state, hindered.get(step.id)))
  const hindrance = hindranceOf(run, story, hindered, now)
  const message = hindrance?.message ?? messageOf(run, story, { ...view, steps })
  const unstarted = view.phase === 'Running' && steps.every(({ phase }) => phase === 'Pending')
  const { message: _message, ...rest } = view
  return {
    ...rest,
    ...(unstarted ? { phase: 'Pending' } : {}),
    steps,
    ...(message === undefined ? {} : { message }),
    ...(hindrance === undefined ? {} : { hindrance }),
  }
}

/** Why pods of steps do not begin, by step. */
function hinderedSteps(run: StoredRun, state: RunState): ReadonlyMap<string, Hindrance> {
  const { plan, pods, podEvents, namespace } = run
  const hindered = new Map<string, Hindrance>()
  for (const step of plan.steps) {
    const nodes = nodesOfStep(run, step, state)
    const names = new Set(nodes.map(({ name }) => name))
    const own = pods.filter((pod) => names.has(nodeOfPod(pod) ?? ''))
    const found = own.map((pod) => podTrouble(pod, podEvents)).filter((trouble) => trouble !== undefined)
    const [first] = found
    if (first !== undefined) {
      const which = found.length === 1 ? `pod ${first.pod}` : `pod ${first.pod} and ${found.length - 1} more`
      hindered.set(step.id, { code: 'POD_PENDING', message: `${which} waits: ${first.message}`, hint: first.hint })
      continue
    }
    // A pod that could not be made at all, as with a quota that is used up, is only a node with a message.
    const refused = nodes.find(
      ({ phase, message = '' }) => phase === 'Pending' && /quota|forbidden|exceeded/.test(message),
    )
    if (refused === undefined) continue
    const message = `its pod cannot be made: ${refused.message!}`
    const hint = `See what is used up: kubectl describe quota -n ${namespace}`
    hindered.set(step.id, { code: 'POD_PENDING', message, hint })
  }
  return hindered
}

function stepWith(step: StepView, run: StoredRun, state: RunState, hindrance: Hindrance | undefined): StepView {
  if (step.phase === 'Pending')
    return hindrance === undefined ? step : { ...step, summary: hindrance.message, hindrance }
  if (step.phase !== 'Running') return step
  const planned = run.plan.steps.find(({ id }) => id === step.id)!
  const known = step.progress ?? podsProgress(run, planned, state)
  if (known === undefined && hindrance === undefined) return step
  const message = [known?.message ?? '', hindrance?.message ?? ''].filter((part) => part !== '').join(', ')
  const progress = { ...step.progress, ...known, message }
  return { ...step, progress, ...(hindrance === undefined ? {} : { hindrance }) }
}

/** How far the pods of a load are, where the journal does not tell about documents. */
function podsProgress(run: StoredRun, step: PlannedStep, state: RunState): StepProgress | undefined {
  if (step.kind !== 'restore-documents') return undefined
  const load = nodesOfStep(run, step, state).find(({ type, name }) => type === 'TaskGroup' && name.endsWith('.load'))
  const [, done, total] = /^(\d+)\/(\d+)$/.exec(load?.progress ?? '') ?? []
  return done === undefined ? undefined : { message: `${done} of ${counted(Number(total), 'worker')} ended` }
}

/** What keeps the whole run from going on. */
function hindranceOf(
  run: StoredRun,
  { alive }: RunStory,
  hindered: ReadonlyMap<string, Hindrance>,
  now: number,
): Hindrance | undefined {
  const { plan, workflow, namespace } = run
  if (!alive) {
    const said = [workflow, ...(workflow?.nodes ?? [])].map((place) => place?.message ?? '')
    const message = said.find((text) => NO_TEMPLATES.test(text))
    if (message === undefined) return undefined
    const hint = `Install the Helm chart of this release. What is there: kubectl get workflowtemplates -n ${namespace}`
    return { code: 'ARGO_TEMPLATES_MISSING', message, hint }
  }
  const unseen = unseenFor(run, now)
  if (unseen !== undefined) {
    const message = `Argo's controller has not looked at it for ${formatDuration(unseen)}`
    return { code: 'ARGO_MISSING', message, hint: 'See whether it runs: kubectl get pods -n argo' }
  }
  const held = plan.steps.find(({ id }) => hindered.has(id))
  if (held === undefined) return undefined
  const { message, ...hindrance } = hindered.get(held.id)!
  return { ...hindrance, message: `${held.title}: ${message}` }
}

function messageOf({ root, workflow }: StoredRun, { alive }: RunStory, view: RunView): string | undefined {
  if (alive) {
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
