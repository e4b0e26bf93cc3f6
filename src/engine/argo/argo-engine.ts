import type { Clock } from '../../core/clock.ts'
import { Failure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import type { Kubernetes } from '../../kubernetes/kubernetes.ts'
import type { Plan, PlannedStep } from '../../plan/plan.ts'
import type { LogLine } from '../../report/log-line.ts'
import type { RunView } from '../../report/run-view.ts'
import type { Clusters, RevealSecret } from '../../steps/clusters.ts'
import { migrationOf } from '../../steps/plan-parts.ts'
import type { Engine, HeldItem, Submission, SubmitOptions } from '../engine.ts'
import type { RejectsRetried } from '../run/run-events.ts'
import type { RunRecord } from '../run/run-record.ts'
import { outputsOf } from '../run/run-state.ts'
import { unreadableView } from '../run/run-to-view.ts'
import { argoLog } from './argo-log.ts'
import { argoView } from './argo-view.ts'
import { currentRun, loadAllRuns, loadRun, runNotFound } from './load-run.ts'
import { requireArgo } from './preflight.ts'
import { workflowName } from './run-names.ts'
import { approvalPatch, isBeingMade, stopPatch } from './run-root.ts'
import { storyOf, type StoredRun } from './run-story.ts'
import { createRun, replacePlan, startAttempt } from './start-run.ts'

/** What the Argo engine is made of. */
export interface ArgoEngineParts {
  readonly kubernetes: Kubernetes
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
  /** Finds secrets of this machine; they are moved to where pods find them. */
  readonly reveal: RevealSecret
  /** Connects to the clusters of a plan whose secrets are where pods find them. */
  connect(plan: Plan): Promise<Clusters>
}

/** Runs workflows with Argo Workflows in a Kubernetes namespace. What only asks Kubernetes loads nothing that talks to clusters. */
export class ArgoEngine implements Engine {
  readonly #parts: ArgoEngineParts

  constructor(parts: ArgoEngineParts) {
    this.#parts = parts
  }

  async submit(plan: Plan, options: SubmitOptions): Promise<Submission> {
    requireName(options.name)
    const earlier = await this.#earlierRun(plan, options)
    if (earlier === undefined) {
      const name = await createRun(plan, options, this.#parts)
      return { name, kind: 'started' }
    }
    const { name } = earlier.root
    const { state, alive } = this.#story(earlier)
    if (alive) throw alreadyRunning(name)
    if (state.outcome === 'finished') return { name, kind: 'unchanged' }
    await requireArgo(this.#parts)
    // Nothing was done by the old plan yet, so the new one, which knows the clusters as they are now, takes its place.
    const begun = state.steps.get('initialize')?.phase === 'ended'
    await startAttempt(begun ? earlier : await replacePlan(earlier, plan, this.#parts), this.#parts)
    return { name, kind: 'continued' }
  }

  async view(name: string | undefined): Promise<RunView> {
    return this.#viewOf(await this.#find(name))
  }

  async list(): Promise<readonly RunView[]> {
    const runs = await loadAllRuns(this.#parts.kubernetes)
    const views = runs.map((run) => {
      if ('failure' in run) return unreadableView(run.name, run.failure, 'argo')
      return this.#viewOf(run)
    })
    return views.toSorted((a, b) => compare(b.submittedAt, a.submittedAt) || compare(a.name, b.name))
  }

  async log(name: string | undefined, from: number): Promise<readonly LogLine[]> {
    return argoLog(await this.#find(name), this.#parts.clock.now()).slice(from)
  }

  async *rejects(name: string | undefined): AsyncGenerator<string> {
    const run = await this.#find(name)
    for (const step of run.plan.steps.filter(({ kind }) => kind === 'restore-documents')) {
      yield* this.#rejectsOf(run, step)
    }
  }

  async heldItems(name: string | undefined): Promise<readonly HeldItem[]> {
    const { clock, random, signal } = this.#parts
    const run = await this.#find(name)
    const { state, alive } = this.#story(run)
    const { plan, root } = run
    const loading = plan.steps.filter(
      ({ id, kind }) => kind === 'restore-documents' && state.steps.get(id)?.phase === 'running',
    )
    if (!alive || loading.length === 0) return []
    const { itemsHeld } = await import('./held-items.ts')
    const clusters = await this.#parts.connect(plan)
    try {
      const held = loading.map(async (step) => {
        const cluster = await clusters.target(migrationOf(plan, step).target)
        return itemsHeld(cluster, root.name, step.id, { clock, random, signal })
      })
      return (await Promise.all(held)).flat()
    } finally {
      await clusters.close()
    }
  }

  async record(name: string | undefined): Promise<RunRecord> {
    const run = await this.#find(name)
    const { root, plan } = run
    const lines = (step: PlannedStep): AsyncGenerator<string, void> => this.#rejectsOf(run, step)
    return {
      name: root.name,
      plan,
      outputs: outputsOf(this.#story(run).state),
      rejects: async function* (id) {
        const step = plan.steps.find((planned) => planned.id === id)
        if (step === undefined) return
        const { parseRejectLine } = await import('../../steps/reject-record.ts')
        for await (const line of lines(step)) yield parseRejectLine(line)
      },
    }
  }

  async retryRejects(name: string | undefined, clusters: Clusters): Promise<readonly RejectsRetried[]> {
    const run = await this.#find(name)
    const { state, alive } = this.#story(run)
    if (alive) throw alreadyRunning(run.root.name)
    const { requireFinished, retryRun } = await import('./retry-run.ts')
    requireFinished(run.root.name, state.outcome)
    return retryRun(run, { ...this.#parts, clusters })
  }

  async approve(name: string | undefined, steps: readonly string[]): Promise<readonly string[]> {
    const { kubernetes, clock } = this.#parts
    const run = await this.#find(name)
    const { root, plan } = run
    const { state } = this.#story(run)
    const waiting = plan.steps.filter(({ id }) => state.steps.get(id)?.phase === 'waiting').map(({ id }) => id)
    const wanted = steps.length === 0 ? waiting : steps
    for (const id of wanted) {
      if (plan.steps.find((step) => step.id === id)?.approval === true) continue
      const subject = `step ${id} of workflow ${root.name}`
      throw new Failure('USAGE', 'it has no gate', { op: 'approve', subject })
    }
    if (wanted.length === 0) return []
    const at = clock.now()
    await kubernetes.patch('ConfigMap', root.name, approvalPatch(wanted, at))
    // The controller looks at a Workflow when it changes, not when a ConfigMap does.
    const touch = { metadata: { annotations: { 'backfill-workflow/approved-at': new Date(at).toISOString() } } }
    await kubernetes.patch('Workflow', workflowName(root.name, root.attempts.length), touch)
    return wanted
  }

  async stop(name: string | undefined): Promise<RunView> {
    const { kubernetes } = this.#parts
    const run = await this.#find(name)
    if (!this.#story(run).alive) return this.#viewOf(run)
    const { root } = run
    await kubernetes.patch('ConfigMap', root.name, stopPatch(root))
    await kubernetes.patch('Workflow', workflowName(root.name, root.attempts.length), { spec: { shutdown: 'Stop' } })
    return this.#viewOf({ ...run, root: { ...root, stopAttempt: root.attempts.length } })
  }

  async resume(name: string | undefined): Promise<RunView> {
    const run = await this.#find(name)
    const { state, alive } = this.#story(run)
    if (alive) throw alreadyRunning(run.root.name)
    if (state.outcome === 'finished') return this.#viewOf(run)
    await requireArgo(this.#parts)
    await startAttempt(run, this.#parts)
    return this.#viewOf(await this.#find(run.root.name))
  }

  /** The run that a submission would repeat. */
  async #earlierRun(plan: Plan, { name, fresh = false }: SubmitOptions): Promise<StoredRun | undefined> {
    const runs = (await loadAllRuns(this.#parts.kubernetes)).filter((run) => name === undefined || nameOf(run) === name)
    if (name !== undefined) {
      const [run] = runs
      if (run === undefined) return undefined
      if ('failure' in run) throw run.failure
      if (this.#isAlive(run)) throw alreadyRunning(name)
      if (!fresh && run.root.configDigest === plan.configDigest) return run
      throw new Failure('USAGE', fresh ? 'it exists already' : 'it was made from another configuration', {
        op: 'submit',
        subject: `workflow ${name}`,
        hint: 'Choose another name with --name, or leave it out.',
      })
    }
    const same = runs
      .filter((run): run is StoredRun => 'root' in run)
      .filter(({ root }) => root.configDigest === plan.configDigest)
      .toSorted((a, b) => b.root.submittedAt - a.root.submittedAt)
    const running = same.find((run) => this.#isAlive(run))
    if (running !== undefined) throw alreadyRunning(running.root.name)
    return fresh ? undefined : same[0]
  }

  #isAlive(run: StoredRun): boolean {
    return isBeingMade(run.root, this.#parts.clock.now()) || this.#story(run).alive
  }

  async #find(name: string | undefined): Promise<StoredRun> {
    const { kubernetes } = this.#parts
    requireName(name)
    const found = name ?? (await currentRun(kubernetes))
    if (found === undefined) throw runNotFound(undefined, kubernetes.namespace)
    return loadRun(kubernetes, found)
  }

  #story(run: StoredRun): ReturnType<typeof storyOf> {
    return storyOf(run, this.#parts.clock.now())
  }

  /** A run without rejects need not have a target that answers. */
  async *#rejectsOf(run: StoredRun, step: PlannedStep): AsyncGenerator<string, void> {
    const { root, plan } = run
    const progress = this.#story(run).state.steps.get(step.id)
    if (progress?.output?.result === 'done') return
    const { readRejectIndex } = await import('./reject-index.ts')
    const clusters = await this.#parts.connect(plan)
    try {
      const cluster = await clusters.target(migrationOf(plan, step).target)
      yield* readRejectIndex(cluster, root.name, step.id, this.#parts.signal)
    } finally {
      await clusters.close()
    }
  }

  #viewOf(run: StoredRun): RunView {
    return argoView(run, this.#parts.clock.now())
  }
}

/** A name that all objects of a run can be named after. */
function requireName(name: string | undefined): void {
  if (name === undefined || /^[a-z0-9]([a-z0-9-]{0,55}[a-z0-9])?$/.test(name)) return
  const detail = 'a workflow name has lower-case letters, digits and hyphens only, hyphens not at its ends, at most 57'
  throw new Failure('USAGE', detail, { op: 'name', subject: `workflow '${name}'` })
}

function nameOf(run: StoredRun | { readonly name: string }): string {
  return 'root' in run ? run.root.name : run.name
}

function alreadyRunning(name: string): Failure {
  return new Failure('WORKFLOW_LOCKED', 'it is running', {
    op: 'start',
    subject: `workflow ${name}`,
    hint: `Look at it with workflow status ${name}; end it with workflow stop ${name}.`,
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
