import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { argoView } from '../../../../src/engine/argo/argo-view.ts'
import type { StoredRun } from '../../../../src/engine/argo/run-story.ts'
import type { RunEventBody } from '../../../../src/engine/run/run-events.ts'
import { readWorkflow, type WorkflowNode } from '../../../../src/engine/argo/workflow-status.ts'
import type { RunView, StepView } from '../../../../src/report/run-view.ts'
import { captured, ended, NOON, runOf } from './captured-runs.ts'

const BEFORE_LOAD = ended('initialize', 'm1/create-snapshot', 'm1/register-snapshot', 'm1g1/migrate-metadata')
const LOADED = [...BEFORE_LOAD, ...ended('m1g1/restore-documents', 'm1g1/verify')]

function view(run: StoredRun, now = NOON): RunView {
  return argoView(run, now)
}

function stepOf({ steps }: RunView, id: string): StepView {
  return steps.find((step) => step.id === id)!
}

describe('the view of a run on Argo', () => {
  test('waits at a gate that Argo has reached, and says how to let it pass', () => {
    const seen = view(runOf('waiting', BEFORE_LOAD))
    expect(seen).toMatchObject({ phase: 'Waiting', alive: true, engine: 'argo' })
    expect(seen.message).toContain('workflow approve migration-a1')
    expect(seen.steps.map(({ phase }) => phase)).toEqual([
      ...['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded', 'Waiting', 'Pending', 'Pending'],
    ])
  })

  test('waits no more once the step is approved, though Argo has not gone on yet', () => {
    const run = runOf('waiting', BEFORE_LOAD)
    const seen = view({ ...run, root: { ...run.root, approved: new Map([['m1g1.restore-documents', 8]]) } })
    expect(stepOf(seen, 'm1g1/restore-documents').phase).toBe('Pending')
  })

  test('has succeeded when all journals say so, with the Workflow and without', () => {
    const run = runOf('done', [...LOADED, ...ended('cleanup')])
    expect(view(run)).toMatchObject({ phase: 'Succeeded', alive: false, finishedAt: '2026-11-28T20:03:22Z' })
    const { workflow: _gone, ...rest } = run
    expect(view(rest)).toMatchObject({ phase: 'Succeeded', alive: false })
  })

  test('is stopping while the exit handler runs, and stopped when Argo is through', () => {
    const run = runOf('stopping', [{ type: 'step-started', step: 'initialize', attempt: 1 }])
    expect(view(run)).toMatchObject({ phase: 'Stopping', alive: true })
    const through = { ...run, workflow: { ...run.workflow!, phase: 'Failed' as const } }
    const seen = view(through)
    expect(seen).toMatchObject({ phase: 'Stopped', alive: false })
    expect(stepOf(seen, 'initialize').phase).toBe('Pending')
  })

  test('without its Workflow can go on, and says why it stands still', () => {
    const { workflow: _gone, ...run } = runOf('waiting', BEFORE_LOAD)
    expect(view(run)).toMatchObject({
      phase: 'Stopped',
      alive: false,
      message: 'Its Workflow was deleted; nothing is lost. Go on with: workflow resume migration-a1',
    })
  })

  test('a step whose pod ended without a word has failed with what Argo says of the pod', () => {
    const run = runOf('stopping', [{ type: 'step-started', step: 'initialize', attempt: 1 }])
    const nodes = run.workflow!.nodes.map((node) => {
      return node.name.includes('Initialize') ? { ...node, message: 'OOMKilled (exit code 137)' } : node
    })
    const seen = view({ ...run, workflow: { ...run.workflow!, nodes, shutdown: false, phase: 'Failed' } })
    expect(seen).toMatchObject({ phase: 'Failed', message: 'run step initialize: OOMKilled (exit code 137)' })
    expect(stepOf(seen, 'initialize').failure).toMatchObject({
      code: 'POD_LOST',
      hint: expect.stringContaining('more memory') as unknown,
    })
  })

  test('a pod that is lost at a later step than its own has failed that one', () => {
    const run = runOf('stopping', [
      ...ended('initialize'),
      { type: 'step-started', step: 'm1/create-snapshot', attempt: 1 },
    ])
    const ahead = new Map([['initialize', ['m1/create-snapshot', 'm1/register-snapshot']]])
    const seen = view({ ...run, workflow: { ...run.workflow!, ahead, shutdown: false, phase: 'Failed' } })
    expect(seen.message).toMatch(/^run step m1\/create-snapshot: /)
    expect(seen.steps.map(({ phase }) => phase).slice(0, 3)).toEqual(['Succeeded', 'Failed', 'Pending'])
    expect(stepOf(seen, 'm1/create-snapshot').failure?.code).toBe('POD_LOST')
  })

  test('a failure in the journal tells more than the end of the pod', () => {
    const failure = { code: 'CLUSTER_AUTH', message: 'no', retryable: false }
    const run = runOf('stopping', [
      { type: 'step-started', step: 'initialize', attempt: 1 },
      { type: 'step-failed', step: 'initialize', failure, final: false },
    ])
    const seen = view({ ...run, workflow: { ...run.workflow!, shutdown: false, phase: 'Failed' } })
    expect(stepOf(seen, 'initialize').failure?.code).toBe('CLUSTER_AUTH')
  })

  test('steps that have nothing to do are skipped when their turn has come', () => {
    const run = runOf('waiting', ended('initialize'))
    const steps = run.plan.steps.map((step) => {
      return ['create-snapshot', 'verify'].includes(step.kind) ? { ...step, skip: 'not wanted' } : step
    })
    const seen = view({ ...run, plan: { ...run.plan, steps } })
    expect(stepOf(seen, 'm1/create-snapshot')).toMatchObject({ phase: 'Skipped', summary: 'not wanted' })
    expect(stepOf(seen, 'm1g1/verify').phase).toBe('Pending')
  })

  test('shows how far a load is by its journal, else by the pods that have ended', () => {
    const step = 'm1g1/restore-documents'
    const begun: RunEventBody[] = [...BEFORE_LOAD, { type: 'step-started', step, attempt: 1 }]
    const run = runOf('waiting', begun)
    const load = { name: 'migration-a1.Restore-Documents.load', type: 'TaskGroup', phase: 'Running', progress: '3/8' }
    const workflow = { ...run.workflow!, nodes: [...run.workflow!.nodes, load as WorkflowNode] }
    expect(stepOf(view({ ...run, workflow }), step).progress?.message).toBe('3 of 8 workers ended')
    const progress = { message: '', documents: { done: 5, total: 10 } }
    const told = runOf('waiting', [...begun, { type: 'step-progress', step, progress }], { workflow })
    expect(stepOf(view(told), step).progress).toMatchObject(progress)
  })

  test('understands nodes that Argo has compressed', () => {
    const object = captured('waiting')
    const { nodes, ...status } = object['status'] as { nodes: object }
    const packed = gzipSync(JSON.stringify(nodes)).toString('base64')
    const workflow = readWorkflow({ ...object, status: { ...status, compressedNodes: packed } })
    expect(workflow).toEqual(readWorkflow(object))
  })
})

describe('why a run on Argo does not move', () => {
  test('no node has room for a pod', () => {
    const seen = view(runOf('unschedulable'), Date.parse('2026-11-28T20:04:00Z'))
    expect(seen).toMatchObject({ phase: 'Pending', alive: true })
    expect(seen.message).toMatch(
      /^Initialize: pod unsched1-step-\d+ waits: no node has room for it: .*Insufficient cpu/,
    )
    expect(seen.hindrance).toMatchObject({ code: 'POD_PENDING', message: seen.message })
    expect(stepOf(seen, 'initialize')).toMatchObject({
      summary: expect.stringContaining('Insufficient cpu') as unknown,
      hindrance: {
        code: 'POD_PENDING',
        hint: expect.stringMatching(
          /^Lower the resources in the values of the chart.* kubectl describe pod /,
        ) as unknown,
      },
    })
  })

  test('a pod that is to go on with a later step, and has to be made again, waits at that one', () => {
    const run = runOf('unschedulable', ended('initialize'))
    const ahead = new Map([['initialize', ['m1/create-snapshot', 'm1/register-snapshot']]])
    const seen = view({ ...run, workflow: { ...run.workflow!, ahead } }, Date.parse('2026-11-28T20:04:00Z'))
    expect(seen.message).toMatch(/^Create Snapshot: pod unsched1-step-\d+ waits: no node has room for it: /)
    expect(stepOf(seen, 'm1/create-snapshot').hindrance?.code).toBe('POD_PENDING')
    expect(stepOf(seen, 'initialize').hindrance).toBeUndefined()
  })

  test('an image cannot be pulled', () => {
    const seen = view(runOf('image'), NOON)
    expect(seen.message).toMatch(/its image cannot be pulled: Back-off pulling image "localhost\/ma\/absent:1"/)
    expect(seen.hindrance).toMatchObject({
      code: 'POD_PENDING',
      hint: expect.stringContaining('image.repository') as unknown,
    })
  })

  test('a Secret is missing, which only an event tells', () => {
    const run = runOf('secret')
    const pod = run.pods.find(({ status }) => (status as { phase: string }).phase === 'Pending')!
    const event = {
      apiVersion: 'v1',
      kind: 'Event' as const,
      metadata: { name: 'e' },
      reason: 'FailedMount',
      message: 'MountVolume.SetUp failed for volume "workflow-secrets" : secret "login" not found',
      involvedObject: { kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
    }
    const seen = view({ ...run, podEvents: [event] })
    expect(seen.message).toContain('the Secret login is missing')
    expect(seen.hindrance?.hint).toContain('workflow configure credentials create login')
  })

  test('a quota is used up', () => {
    const run = runOf('unschedulable', [], { pods: [] })
    const quota = 'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=5, limited: pods=5'
    const nodes = run.workflow!.nodes.map((node) => (node.phase === 'Pending' ? { ...node, message: quota } : node))
    const seen = view({ ...run, workflow: { ...run.workflow!, nodes } })
    expect(seen.message).toContain('its pod cannot be made: pods "x" is forbidden: exceeded quota')
    expect(seen.hindrance).toMatchObject({ code: 'POD_PENDING', hint: expect.stringContaining('quota') as unknown })
  })

  test('the controller has not looked at the Workflow', () => {
    const run = runOf('waiting')
    const { phase: _phase, ...untouched } = { ...run.workflow!, nodes: [] }
    const at = run.workflow!.createdAt
    const waiting = { ...run, workflow: untouched }
    expect(view(waiting, at + 29_000).message).toBeUndefined()
    expect(view(waiting, at + 40_000)).toMatchObject({
      message: "Argo's controller has not looked at it for 40s",
      hindrance: { code: 'ARGO_MISSING', hint: 'See whether it runs: kubectl get pods -n argo' },
    })
  })

  test('the templates were removed after it was submitted', () => {
    const run = runOf('waiting')
    const message = 'templates.migration.tasks.Initialize template reference backfill-workflow.step not found'
    const seen = view({ ...run, workflow: { ...run.workflow!, phase: 'Error', message, nodes: [] } })
    expect(seen).toMatchObject({
      phase: 'Failed',
      alive: false,
      hindrance: {
        code: 'ARGO_TEMPLATES_MISSING',
        hint: expect.stringContaining('kubectl get workflowtemplates -n moving') as unknown,
      },
    })
  })

  test('the templates were removed while it waited at a gate, which only the nodes of Argo tell', () => {
    const run = runOf('waiting')
    const message = 'workflow template backfill-workflow not found'
    const node = { name: 'waiting.Cleanup', type: 'Skipped', phase: 'Error', message } as const
    const workflow = { ...run.workflow!, phase: 'Failed', nodes: [...run.workflow!.nodes, node] } as const
    expect(view({ ...run, workflow })).toMatchObject({
      alive: false,
      hindrance: { code: 'ARGO_TEMPLATES_MISSING', message },
    })
  })

  test('the controller has not taken note of a pod that ended', () => {
    const run = runOf('secret')
    const [first, ...others] = run.pods
    const labels = { ...first!.metadata.labels, 'workflows.argoproj.io/completed': 'false' }
    const unseen = { ...first!, metadata: { ...first!.metadata, labels }, status: endedAt('2026-11-28T20:04:30Z') }
    expect(view({ ...run, pods: [unseen, ...others] }).message).toContain('has not looked at it for 40s')
  })
})

function endedAt(finishedAt: string): object {
  return { phase: 'Succeeded', containerStatuses: [{ name: 'main', state: { terminated: { finishedAt } } }] }
}
