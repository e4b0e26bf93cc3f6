import { describe, expect, test } from 'vitest'
import { Secret } from '../../../../src/core/secret.ts'
import { ArgoEngine } from '../../../../src/engine/argo/argo-engine.ts'
import type { RunEventBody } from '../../../../src/engine/run/run-events.ts'
import type { Plan } from '../../../../src/plan/plan.ts'
import { VirtualClock } from '../../blob/virtual-clock.ts'
import { calm } from '../../http/test-world.ts'
import { ended } from './captured-runs.ts'
import { FakeArgo, podOf } from './fake-argo.ts'
import { planOf, type PlanParts } from './plans.ts'

function world() {
  const cluster = new FakeArgo()
  const clock = new VirtualClock({ hurried: true })
  const names = { count: 0 }
  const random = { next: () => 0.5, hex: (bytes: number) => (++names.count).toString(16).padStart(2 * bytes, '0') }
  const engine = new ArgoEngine({
    kubernetes: cluster,
    clock,
    random,
    signal: calm,
    reveal: () => Promise.resolve(new Secret('s3cr3t')),
    connect: () => Promise.reject(new Error('not in this test')),
  })
  return { cluster, clock, engine }
}

function plan(configDigest = 'd1', parts: PlanParts = {}): Plan {
  return { ...planOf(parts), configDigest }
}

const ALL = planOf().steps.map(({ id }) => id)

/** Each step in its own pod, one after the other. */
async function finish({ cluster, clock }: ReturnType<typeof world>, name: string, steps = ALL): Promise<void> {
  for (const [position, step] of steps.entries()) {
    await cluster.journal(name, step, clock.now() + 10 * position, ...ended(step))
  }
}

describe('submitting to Argo', () => {
  test('makes the root, the plan and one Workflow, all owned by the root', async () => {
    const { cluster, engine } = world()
    const { name, kind } = await engine.submit(plan(), {})
    expect(kind).toBe('started')
    expect(cluster.names('ConfigMap')).toEqual([name, `${name}-plan-0`])
    expect(cluster.names('Workflow')).toEqual([name])
    const workflow = (await cluster.get('Workflow', name))!
    expect(workflow.metadata.ownerReferences).toMatchObject([{ kind: 'ConfigMap', name }])
    expect(await engine.view(undefined)).toMatchObject({ name, alive: true, phase: 'Pending' })
  })

  test('moves secrets of this machine into a Secret of the run, and nothing of them is elsewhere', async () => {
    const { cluster, engine } = world()
    const auth = {
      kind: 'basic',
      username: { kind: 'env', name: 'USER' },
      password: { kind: 'config', path: ['a', 'b'] },
    } as const
    const { name } = await engine.submit(plan('d1', { cluster: { auth } }), {})
    const secret = (await cluster.get('Secret', `${name}-credentials`))!
    expect(secret['data']).toEqual({
      'source-source-m1-username': Buffer.from('s3cr3t').toString('base64'),
      'source-source-m1-password': Buffer.from('s3cr3t').toString('base64'),
    })
    for (const object of [...cluster.objects.values()].filter(({ kind }) => kind !== 'Secret')) {
      expect(JSON.stringify(object)).not.toContain('s3cr3t')
    }
    const workflow = JSON.stringify(await cluster.get('Workflow', name))
    expect(workflow).toContain(`"path":"${name}-credentials/source-source-m1-password"`)
  })

  test.each<[string, (cluster: FakeArgo) => void, object]>([
    ['Argo is not installed', (cluster) => (cluster.unknown = ['Workflow']), { code: 'ARGO_MISSING' }],
    [
      'a right is missing',
      (cluster) => (cluster.denied = ['create Workflow', 'patch ConfigMap']),
      {
        code: 'KUBERNETES_DENIED',
        message: expect.stringContaining('patch configmaps, create workflows') as unknown,
        hint: expect.stringContaining('role') as unknown,
      },
    ],
    [
      'the templates are missing',
      (cluster) => cluster.objects.delete('WorkflowTemplate/backfill-workflow'),
      {
        code: 'ARGO_TEMPLATES_MISSING',
        hint: expect.stringContaining('kubectl get workflowtemplates -n ma') as unknown,
      },
    ],
    [
      'a template is missing',
      (cluster) =>
        void cluster.patch('WorkflowTemplate', 'backfill-workflow', { spec: { templates: [{ name: 'step' }] } }),
      { code: 'ARGO_TEMPLATES_MISSING', message: expect.stringContaining('restore-documents') as unknown },
    ],
    [
      'the controller does not answer',
      (cluster) => (cluster.controller = undefined),
      { code: 'ARGO_MISSING', message: expect.stringContaining('30 seconds') as unknown },
    ],
    ['the controller cannot carry it out', (cluster) => (cluster.controller = 'Error'), { code: 'ARGO_MISSING' }],
  ])('leaves nothing behind when %s', async (_case, spoil, failure) => {
    const { cluster, engine } = world()
    spoil(cluster)
    await expect(engine.submit(plan(), {})).rejects.toMatchObject(failure)
    expect(cluster.names('ConfigMap')).toEqual([])
    expect(cluster.names('Workflow')).toEqual([])
  })

  test('leaves nothing behind when the Workflow is refused', async () => {
    const { cluster, engine } = world()
    const create = cluster.create.bind(cluster)
    cluster.create = (object) => {
      const own = object.kind === 'Workflow' && !object.metadata.name.includes('probe')
      return own ? Promise.reject(new Error('no')) : create(object)
    }
    await expect(engine.submit(plan(), {})).rejects.toThrow('no')
    expect(cluster.names('ConfigMap')).toEqual([])
  })

  test('touches nothing that runs', async () => {
    const { cluster, engine } = world()
    const { name } = await engine.submit(plan(), {})
    const before = cluster.calls.length
    await expect(engine.submit(plan(), {})).rejects.toMatchObject({ code: 'WORKFLOW_LOCKED' })
    await expect(engine.submit(plan('d2'), { name })).rejects.toMatchObject({ code: 'WORKFLOW_LOCKED' })
    await expect(engine.resume(name)).rejects.toMatchObject({ code: 'WORKFLOW_LOCKED' })
    expect(cluster.calls.slice(before)).toEqual([])
  })

  test('starts nothing for a configuration that has been run, unless a fresh run is asked for', async () => {
    const w = world()
    const first = await w.engine.submit(plan(), {})
    await finish(w, first.name)
    await w.cluster.end(first.name)
    expect(await w.engine.submit(plan(), {})).toEqual({ name: first.name, kind: 'unchanged' })
    const fresh = await w.engine.submit(plan(), { fresh: true })
    expect(fresh.kind).toBe('started')
    expect(fresh.name).not.toBe(first.name)
    await expect(w.engine.submit(plan('d2'), { name: first.name })).rejects.toMatchObject({ code: 'USAGE' })
    expect((await w.engine.list()).map(({ phase }) => phase).sort()).toEqual(['Pending', 'Succeeded'])
  })

  test('goes on with a failed run in a second Workflow that leaves out what is done', async () => {
    const w = world()
    const { name } = await w.engine.submit(plan(), {})
    const failure = { code: 'CLUSTER_REFUSED', message: 'no', retryable: false }
    await w.cluster.journal(name, 'initialize', w.clock.now(), ...ended('initialize'))
    await w.cluster.journal(
      name,
      'm1/create-snapshot',
      w.clock.now() + 10,
      ...failedStep('m1/create-snapshot', failure),
    )
    await w.cluster.end(name, 'Failed')
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Failed', message: 'no', alive: false })
    expect(await w.engine.submit(plan(), {})).toEqual({ name, kind: 'continued' })
    expect(w.cluster.names('Workflow')).toEqual([name, `${name}-r2`])
    const text = JSON.stringify(await w.cluster.get('Workflow', `${name}-r2`))
    expect(text.match(/"when":"false"/g)).toHaveLength(1)
    expect(await w.engine.view(name)).toMatchObject({ alive: true })
  })

  test('replaces the plan of a run that never got through Initialize', async () => {
    const w = world()
    const { name } = await w.engine.submit(plan(), {})
    await w.cluster.end(name, 'Failed')
    const larger = plan('d1', { groups: [1, 1] })
    expect(await w.engine.submit(larger, {})).toEqual({ name, kind: 'continued' })
    expect((await w.engine.view(name)).steps).toHaveLength(larger.steps.length)
  })

  test('refuses a name that objects cannot have', async () => {
    await expect(world().engine.submit(plan(), { name: 'Nightly_1' })).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('a run on Argo', () => {
  test('that is not there is not found', async () => {
    const { engine } = world()
    await expect(engine.view('absent')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
    await expect(engine.view(undefined)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
    await expect(engine.log('absent', 0)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
  })

  test('is asked to stop through its Workflow, and goes on in another one', async () => {
    const w = world()
    const { name } = await w.engine.submit(plan(), {})
    await w.cluster.journal(name, 'initialize', w.clock.now(), ...ended('initialize'))
    expect(await w.engine.stop(name)).toMatchObject({ phase: 'Stopping', alive: true })
    expect((await w.cluster.get('Workflow', name))!['spec']).toMatchObject({ shutdown: 'Stop' })
    await w.cluster.end(name, 'Failed')
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Stopped', alive: false })
    expect(await w.engine.stop(name)).toMatchObject({ phase: 'Stopped' })
    expect(await w.engine.resume(name)).toMatchObject({ alive: true })
    expect(w.cluster.names('Workflow')).toEqual([name, `${name}-r2`])
  })

  test('is alive as long as a pod of it works, though its Workflow has ended', async () => {
    const w = world()
    const { name } = await w.engine.submit(plan(), {})
    await w.engine.stop(name)
    await w.cluster.end(name, 'Failed')
    await w.cluster.create(podOf(name, 'worker', 1))
    await expect(w.engine.resume(name)).rejects.toMatchObject({ code: 'WORKFLOW_LOCKED' })
    await w.cluster.remove('Pod', 'worker')
    expect(await w.engine.resume(name)).toMatchObject({ alive: true })
  })

  test('lets only steps with a gate pass, before they get there, too', async () => {
    const w = world()
    const { name } = await w.engine.submit(plan('d1', { gates: ['restore-documents'] }), {})
    expect(await w.engine.approve(name, [])).toEqual([])
    await expect(w.engine.approve(name, ['m1g1/verify'])).rejects.toMatchObject({ code: 'USAGE' })
    expect(await w.engine.approve(name, ['m1g1/restore-documents'])).toEqual(['m1g1/restore-documents'])
    expect((await w.cluster.get('ConfigMap', name))!['data']).toMatchObject({ 'approved.m1g1.restore-documents': '0s' })
  })

  test('has a log of all its steps, its attempts and its end', async () => {
    const w = world()
    const { name } = await w.engine.submit(plan(), {})
    await finish(w, name)
    await w.cluster.end(name)
    const lines = await w.engine.log(name, 0)
    expect(lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining([`submitted as ${name}`, `Workflow ${name} started`, 'run finished']),
    )
    expect(await w.engine.log(name, lines.length - 1)).toHaveLength(1)
  })

  test('whose plan is damaged does not hide the others', async () => {
    const w = world()
    const broken = await w.engine.submit(plan(), {})
    await w.cluster.remove('ConfigMap', `${broken.name}-plan-0`)
    const { name } = await w.engine.submit(plan('d2'), {})
    const views = await w.engine.list()
    expect(views.find((view) => view.name === broken.name)).toMatchObject({ phase: 'Failed', steps: [] })
    expect(views.find((view) => view.name === name)).toMatchObject({ alive: true })
  })
})

function failedStep(step: string, failure: { code: string; message: string; retryable: boolean }): RunEventBody[] {
  return [
    { type: 'step-started', step, attempt: 1 },
    { type: 'step-failed', step, failure, final: true },
  ]
}
