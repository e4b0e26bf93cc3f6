import { describe, expect, test } from 'vitest'
import { Failure } from '../../../../src/core/failure.ts'
import { readJournals } from '../../../../src/engine/argo/journal-object.ts'
import { planPartManifest, planParts } from '../../../../src/engine/argo/plan-objects.ts'
import { runStepAndAhead, type AheadEnd } from '../../../../src/engine/argo/run-ahead.ts'
import { parseRoot, rootManifest } from '../../../../src/engine/argo/run-root.ts'
import type { StartLoader } from '../../../../src/engine/load/load-thread.ts'
import { foldEvents, type RunState } from '../../../../src/engine/run/run-state.ts'
import type { StepKind } from '../../../../src/plan/plan.ts'
import { STEPS } from '../../../../src/steps/all-steps.ts'
import type { Clusters } from '../../../../src/steps/clusters.ts'
import type { Step } from '../../../../src/steps/step.ts'
import { VirtualClock } from '../../blob/virtual-clock.ts'
import { MemoryKubernetes } from '../../kubernetes/memory-kubernetes.ts'
import { planOf } from './plans.ts'

const CHAIN = ['m1/create-snapshot', 'm1/register-snapshot', 'm1g1/migrate-metadata']
const KINDS = ['initialize', 'create-snapshot', 'register-snapshot', 'migrate-metadata'] as const
const done: Step = ({ step }) => Promise.resolve({ result: 'done', summary: `${step.title} done` })
const noLoader: StartLoader = () => {
  throw new Error('nothing is loaded')
}

/** A run whose pods run steps of this test. */
class Pods {
  readonly ran: string[] = []
  readonly stop = new AbortController()
  #workers: number | undefined
  readonly #kubernetes = new MemoryKubernetes()
  readonly #steps = new Map<StepKind, Step>()

  static async open(): Promise<Pods> {
    const pods = new Pods()
    const plan = planOf()
    const parts = planParts(plan)
    const made = { name: 'r', configDigest: plan.configDigest, submittedAt: 1, planParts: parts.length }
    const root = parseRoot(await pods.#kubernetes.create(rootManifest(made)))
    for (const [n, bytes] of parts.entries()) await pods.#kubernetes.create(planPartManifest(root, n, bytes))
    return pods
  }

  get workers(): number | undefined {
    return this.#workers
  }

  replace(kind: StepKind, step: Step): void {
    this.#steps.set(kind, step)
  }

  pod(step: string, following: readonly string[]): Promise<AheadEnd> {
    const steps = KINDS.map((kind): [StepKind, Step] => [
      kind,
      (input, context) => {
        this.ran.push(input.step.id)
        return (this.#steps.get(kind) ?? done)(input, context)
      },
    ])
    const parts = {
      kubernetes: this.#kubernetes,
      clock: new VirtualClock({ hurried: true }),
      random: { next: () => 0.5, hex: () => '00' },
      signal: this.stop.signal,
      steps: { ...STEPS, ...Object.fromEntries(steps) },
      connect: () => ({ close: () => Promise.resolve() }) as Clusters,
      startLoader: noLoader,
      startSmallLoader: noLoader,
      loaders: 1,
      process: 'pod',
      print: () => undefined,
      publish: () => undefined,
      onWorkers: (workers: number) => {
        this.#workers = workers
        return Promise.resolve()
      },
    }
    return runStepAndAhead({ run: 'r', step, worker: 0 }, following, parts)
  }

  async state(): Promise<RunState> {
    return foldEvents(await readJournals(this.#kubernetes, 'r'))
  }
}

function failing(retryable: boolean): Step {
  return () => Promise.reject(new Failure('CLUSTER_UNREACHABLE', 'no', { op: 'ask', subject: 'it', retryable }))
}

describe('a pod that goes on with the steps after its own', () => {
  test('runs them in order, each with a journal of its own that the next one has read', async () => {
    const pods = await Pods.open()
    pods.replace('migrate-metadata', ({ outputs }) => {
      return Promise.resolve({ result: 'done', summary: [...outputs.keys()].join(' ') })
    })
    expect(await pods.pod('initialize', CHAIN)).toEqual({ end: 'ended', ahead: 3 })
    expect(pods.ran).toEqual(['initialize', ...CHAIN])
    const { steps } = await pods.state()
    expect(steps.get('m1/create-snapshot')).toMatchObject({ phase: 'ended', attempt: 1 })
    expect(steps.get('m1g1/migrate-metadata')?.output?.summary).toBe(
      'initialize m1/create-snapshot m1/register-snapshot',
    )
  })

  test('leaves a step that cannot go on for the moment to a pod of its own', async () => {
    const pods = await Pods.open()
    pods.replace('register-snapshot', failing(true))
    expect(await pods.pod('initialize', CHAIN)).toEqual({ end: 'ended', ahead: 1 })
    expect((await pods.state()).steps.get('m1/register-snapshot')).toMatchObject({ failure: { retryable: true } })
    pods.replace('register-snapshot', done)
    expect(await pods.pod('m1/register-snapshot', [])).toEqual({ end: 'ended', ahead: 0 })
    expect((await pods.state()).steps.get('m1/register-snapshot')).toMatchObject({ phase: 'ended', attempt: 2 })
  })

  test('ends with the first step that fails for good', async () => {
    const pods = await Pods.open()
    pods.replace('create-snapshot', failing(false))
    expect(await pods.pod('initialize', CHAIN)).toEqual({ end: 'failed', ahead: 0 })
    expect(pods.ran).toEqual(['initialize', 'm1/create-snapshot'])
    const { steps } = await pods.state()
    expect(steps.get('initialize')?.phase).toBe('ended')
    expect(steps.get('m1/create-snapshot')?.phase).toBe('failed')
  })

  test('does not go on when its own step has to be tried again', async () => {
    const pods = await Pods.open()
    pods.replace('initialize', failing(true))
    expect(await pods.pod('initialize', CHAIN)).toEqual({ end: 'temporary', ahead: 0 })
    expect(pods.ran).toEqual(['initialize'])
  })

  test('told to stop, ends with the step that it is at, and begins no other', async () => {
    const pods = await Pods.open()
    pods.replace('create-snapshot', (_, { signal }) => {
      pods.stop.abort(new Error('SIGTERM'))
      return Promise.reject(signal.reason as Error)
    })
    expect(await pods.pod('initialize', CHAIN)).toEqual({ end: 'stopped', ahead: 0 })
    expect((await pods.state()).steps.get('m1/create-snapshot')?.phase).toBe('running')
    pods.ran.splice(0)
    expect(await pods.pod('initialize', CHAIN)).toEqual({ end: 'stopped', ahead: 0 })
    expect(pods.ran).toEqual([])
  })

  test('started again after it was lost, runs only what has not ended', async () => {
    const pods = await Pods.open()
    await pods.pod('initialize', CHAIN.slice(0, 2))
    pods.ran.splice(0)
    expect(await pods.pod('initialize', CHAIN)).toEqual({ end: 'ended', ahead: 3 })
    expect(pods.ran).toEqual(['m1g1/migrate-metadata'])
    expect(pods.workers).toBeUndefined()
  })
})
