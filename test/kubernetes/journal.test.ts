import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { systemRandom } from '../../src/core/random.ts'
import { MAX_JOURNAL_BYTES } from '../../src/engine/argo/compact-events.ts'
import { EventTime } from '../../src/engine/argo/event-time.ts'
import { packEvents, readJournals } from '../../src/engine/argo/journal-object.ts'
import { openPodRun } from '../../src/engine/argo/pod-run.ts'
import { planPartManifest, planParts } from '../../src/engine/argo/plan-objects.ts'
import { parseRoot, rootManifest, type RunRoot } from '../../src/engine/argo/run-root.ts'
import { StepJournal } from '../../src/engine/argo/step-journal.ts'
import { foldEvents } from '../../src/engine/run/run-state.ts'
import type { Kubernetes } from '../../src/kubernetes/kubernetes.ts'
import { openKubernetes } from '../../src/kubernetes/open-kubernetes.ts'
import { loadPlan } from '../unit/engine/load-world.ts'
import { calm } from '../servers/cluster/connect.ts'
import { runKubectl } from '../servers/kubernetes/kubectl.ts'
import { whySkipped } from '../servers/kubernetes/why-skipped.ts'

const cluster = inject('kubernetes')
const line = (message: string) => ({ type: 'log', level: 'info', step: 's', message }) as const

describe.skipIf(cluster === undefined)(`the journal of a step on a real Kubernetes${whySkipped()}`, () => {
  let kubernetes: Kubernetes
  const kubectl = (...args: string[]): string => runKubectl(cluster!, args)

  beforeAll(async () => {
    kubectl('create', 'namespace', 'journals')
    const env = { KUBECONFIG: cluster!.kubeconfig }
    const world = { clock: systemClock, random: systemRandom, signal: calm }
    kubernetes = await openKubernetes({ namespace: 'journals', env, cwd: '/', ...world })
  })
  afterAll(async () => {
    await kubernetes.close()
    kubectl('delete', 'namespace', 'journals', '--wait=false')
  })

  async function newRun(name: string): Promise<RunRoot> {
    const plan = loadPlan('http://target', ['i'])
    const parts = planParts(plan)
    const made = await kubernetes.create(
      rootManifest({ name, configDigest: plan.configDigest, submittedAt: systemClock.now(), planParts: parts.length }),
    )
    for (const [n, bytes] of parts.entries()) await kubernetes.create(planPartManifest(parseRoot(made), n, bytes))
    return parseRoot(made)
  }

  function open(root: RunRoot, step: string): Promise<StepJournal> {
    const time = new EventTime(systemClock)
    return StepJournal.open({ kubernetes, root, step, clock: systemClock, random: systemRandom, time })
  }

  test('pods that write at once lose nothing, and a pod reads plan and journals of the others', async () => {
    const root = await newRun('together')
    const pods = await Promise.all([1, 2, 3, 4].map(() => open(root, 'm1g1/restore-documents')))
    await Promise.all(pods.flatMap((pod, p) => [1, 2, 3].map((n) => pod.record(line(`${p} says ${n}`)))))
    const cleanup = await open(root, 'cleanup')
    await cleanup.record({ type: 'step-started', step: 'cleanup', attempt: 1 })
    const events = await readJournals(kubernetes, 'together')
    expect(events.filter(({ type }) => type === 'log')).toHaveLength(12)
    const pod = await openPodRun(kubernetes, 'together', 'm1g1/restore-documents')
    expect(pod.plan).toEqual(loadPlan('http://target', ['i']))
    expect(pod.others.map(({ type }) => type)).toEqual(['step-started'])
  })

  test('a journal that is as large as can be is taken', async () => {
    const root = await newRun('large')
    const journal = await open(root, 's')
    await journal.record({ type: 'step-started', step: 's', attempt: 1 })
    for (let n = 0; n < 12; n++) {
      for (let m = 0; m < 400; m++) journal.note(line(`${n}.${m} ${systemRandom.hex(150)}`))
      await journal.flush()
    }
    const events = await readJournals(kubernetes, 'large')
    const size = packEvents(events).length
    expect(size).toBeLessThanOrEqual(MAX_JOURNAL_BYTES)
    expect(size).toBeGreaterThan(MAX_JOURNAL_BYTES / 3)
    expect(events.some(({ type }) => type === 'log-cut')).toBe(true)
    expect(foldEvents(events).steps.get('s')?.phase).toBe('running')
  })

  test('everything of a run goes away with its root', async () => {
    const root = await newRun('leaving')
    await (await open(root, 's')).record(line('one'))
    kubectl('-n', 'journals', 'delete', 'configmap', 'leaving', '--cascade=foreground', '--wait')
    expect(await readJournals(kubernetes, 'leaving')).toEqual([])
    await expect(openPodRun(kubernetes, 'leaving', 'cleanup')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
  })
})
