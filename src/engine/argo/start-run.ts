import type { Clock } from '../../core/clock.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Kubernetes } from '../../kubernetes/kubernetes.ts'
import type { Plan } from '../../plan/plan.ts'
import type { RevealSecret } from '../../steps/clusters.ts'
import type { SubmitOptions } from '../engine.ts'
import { credentialsManifest, moveSecrets, type MovedSecrets } from './move-secrets.ts'
import { planPartManifest, planParts } from './plan-objects.ts'
import { requireArgo } from './preflight.ts'
import { renderWorkflow } from './render-workflow.ts'
import { credentialsName, DIGEST_LABEL, planPartName, selector } from './run-names.ts'
import { attemptPatch, digestLabel, isBeingMade, parseRoot, rootManifest, type RunRoot } from './run-root.ts'
import { isStepOver, storyOf, type StoredRun } from './run-story.ts'

/** What starting a run takes from its surroundings. */
export interface StartParts {
  readonly kubernetes: Kubernetes
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  readonly reveal: RevealSecret
}

/**
 * Makes the objects of a new run and starts its first attempt; returns its name. Nothing is made before the plan is known to
 * fit, its secrets are found and the namespace is fit for it. `WORKFLOW_LOCKED` when the same configuration is being submitted
 * elsewhere at this moment; codes as `moveSecrets`, `planParts`, `renderWorkflow` and `requireArgo`.
 */
export async function createRun(
  plan: Plan,
  { name: wanted, fresh = false }: SubmitOptions,
  parts: StartParts,
): Promise<string> {
  const { kubernetes, clock, random, reveal } = parts
  const name = wanted ?? `migration-${random.hex(3)}`
  const moved = await moveSecrets(plan, name, reveal)
  const packed = planParts(moved.plan)
  renderWorkflow({ root: { name, uid: '' }, number: 1, plan: moved.plan, over: new Set() })
  await requireArgo(parts)
  const made = { name, configDigest: plan.configDigest, submittedAt: clock.now(), planParts: packed.length }
  const root = await createRoot(made, parts, wanted === undefined)
  if (root === undefined) return createRun(plan, { fresh }, parts)
  try {
    if (!fresh && wanted === undefined) await requireFirst(root, parts)
    for (const [part, bytes] of packed.entries()) await kubernetes.create(planPartManifest(root, part, bytes))
    if (moved.values.size > 0) await kubernetes.create(credentialsManifest(root, moved.values))
    await startAttempt(
      { namespace: kubernetes.namespace, root, plan: moved.plan, events: [], pods: [], podEvents: [] },
      parts,
    )
    return name
  } catch (error) {
    // Whatever names the root as its owner goes with it.
    await kubernetes.remove('ConfigMap', name).catch(() => false)
    throw error
  }
}

/** Puts a new plan, and the secrets that it refers to, in the place of that of a run that has not begun. */
export async function replacePlan(run: StoredRun, plan: Plan, { kubernetes, reveal }: StartParts): Promise<StoredRun> {
  const moved: MovedSecrets = await moveSecrets(plan, run.root.name, reveal)
  const packed = planParts(moved.plan)
  renderWorkflow({ root: run.root, number: run.root.attempts.length + 1, plan: moved.plan, over: new Set() })
  const patched = await kubernetes.patch('ConfigMap', run.root.name, { data: { planParts: String(packed.length) } })
  if (patched === undefined) throw gone(run.root.name)
  const root = parseRoot(patched)
  for (let part = 0; part < Math.max(packed.length, run.root.planParts); part++) {
    await kubernetes.remove('ConfigMap', planPartName(root.name, part))
    const bytes = packed[part]
    if (bytes !== undefined) await kubernetes.create(planPartManifest(root, part, bytes))
  }
  await kubernetes.remove('Secret', credentialsName(root.name))
  if (moved.values.size > 0) await kubernetes.create(credentialsManifest(root, moved.values))
  return { ...run, root, plan: moved.plan }
}

/** Starts the next attempt of a run that does not run. `WORKFLOW_LOCKED` when another one was started at the same moment. */
export async function startAttempt(run: StoredRun, { kubernetes, clock }: StartParts): Promise<void> {
  const { root, plan, events } = run
  const { state } = storyOf(run, clock.now())
  const over = new Set(plan.steps.filter(({ id }) => isStepOver(state, id)).map(({ id }) => id))
  const number = root.attempts.length + 1
  const manifest = renderWorkflow({ root, number, plan, over })
  // Later than everything that happened before, whatever the clocks of pods said.
  const at = Math.max(clock.now(), (events.at(-1)?.at ?? 0) + 1)
  try {
    if ((await kubernetes.patch('ConfigMap', root.name, attemptPatch(root, at))) === undefined) throw gone(root.name)
    await kubernetes.create(manifest)
  } catch (error) {
    if (isFailure(error, 'KUBERNETES_CONFLICT', 'KUBERNETES_EXISTS')) throw startedElsewhere(root.name)
    throw error
  }
}

/** Undefined when a name that was made up is taken. */
async function createRoot(
  made: Parameters<typeof rootManifest>[0],
  { kubernetes }: StartParts,
  madeUp: boolean,
): Promise<RunRoot | undefined> {
  try {
    return parseRoot(await kubernetes.create(rootManifest(made)))
  } catch (error) {
    if (!isFailure(error, 'KUBERNETES_EXISTS')) throw error
    if (madeUp) return undefined
    throw new Failure('USAGE', 'a ConfigMap of that name exists already', {
      op: 'submit',
      subject: `workflow ${made.name}`,
      hint: 'Choose another name with --name, or leave it out.',
    })
  }
}

/** Of submissions of the same configuration at the same moment, the one that comes first in the alphabet goes on. */
async function requireFirst(root: RunRoot, { kubernetes, clock }: StartParts): Promise<void> {
  const digest = `${DIGEST_LABEL}=${digestLabel(root.configDigest)}`
  const others = (await kubernetes.list('ConfigMap', `${selector('run')},${digest}`)).map(parseRoot)
  const rival = others.find((other) => isBeingMade(other, clock.now()) && other.name < root.name)
  if (rival !== undefined) throw startedElsewhere(rival.name)
}

function startedElsewhere(name: string): Failure {
  return new Failure('WORKFLOW_LOCKED', 'it was started by another command at the same moment', {
    op: 'start',
    subject: `workflow ${name}`,
    hint: `Look at it with workflow status ${name}.`,
  })
}

function gone(name: string): Failure {
  return new Failure('WORKFLOW_NOT_FOUND', 'it was deleted meanwhile', { op: 'start', subject: `workflow ${name}` })
}
