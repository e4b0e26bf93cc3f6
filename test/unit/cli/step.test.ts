import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { World } from '../../../src/cli/world.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { Failure } from '../../../src/core/failure.ts'
import { systemRandom } from '../../../src/core/random.ts'
import { journalManifest, packEvents, readJournals } from '../../../src/engine/argo/journal-object.ts'
import { planPartManifest, planParts } from '../../../src/engine/argo/plan-objects.ts'
import { parseRoot, rootManifest, type RunRoot } from '../../../src/engine/argo/run-root.ts'
import type { RunEvent } from '../../../src/engine/run/run-events.ts'
import { openKubernetes } from '../../../src/kubernetes/open-kubernetes.ts'
import type { Kubernetes } from '../../../src/kubernetes/kubernetes.ts'
import { loadPlan } from '../engine/load-world.ts'
import { startScriptedServer } from '../http/scripted-server.ts'
import { startFakeApiServer, type FakeApiServer } from '../kubernetes/fake-api-server.ts'
import { writeKubeconfig } from '../kubernetes/kubeconfig.ts'
import { runCli, type ProgramRun } from './world.ts'

const RESTORE = 'm1g1/restore-documents'

let server: FakeApiServer
let folder: string
let env: Record<string, string>
let kubernetes: Kubernetes
let root: RunRoot
beforeEach(async () => {
  server = await startFakeApiServer()
  folder = mkdtempSync(join(tmpdir(), 'step-'))
  env = { KUBECONFIG: writeKubeconfig(folder, server.url) }
  const world = { clock: systemClock, random: systemRandom, signal: new AbortController().signal }
  kubernetes = await openKubernetes({ env, cwd: folder, ...world })
  const plan = loadPlan('http://127.0.0.1:9', ['many'])
  const [part] = planParts(plan)
  root = parseRoot(
    await kubernetes.create(rootManifest({ name: 'shop', configDigest: 'd1', submittedAt: 1, planParts: 1 })),
  )
  await kubernetes.create(planPartManifest(root, 0, part!))
})
afterEach(async () => {
  await kubernetes.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

function step(args: readonly string[], changes: Partial<World> = {}): Promise<ProgramRun> {
  return runCli(['step', ...args], { env, cwd: folder, ...changes })
}

const events = (): Promise<readonly RunEvent[]> => readJournals(kubernetes, 'shop')

test('a step that has ended well ends the pod with 0, with dated lines in its log and its events in the journal', async () => {
  const run = await step(['m1/register-snapshot', '--run', 'shop'])
  expect([run.exitCode, run.stderr]).toEqual([0, ''])
  expect(run.stdout).toMatch(/^\d{4}-\d\d-\d\dT\S+Z .*\n$/m)
  expect((await events()).map(({ type }) => type)).toEqual(expect.arrayContaining(['step-started', 'step-ended']))
})

test('a step that has ended before is not run again, and its load gets one pod that finds nothing to do', async () => {
  const before: RunEvent[] = [
    { at: 1, type: 'step-started', step: RESTORE, attempt: 1 },
    { at: 2, type: 'step-ended', step: RESTORE, output: { result: 'done', summary: 'all' } },
  ]
  await kubernetes.create(journalManifest(root, RESTORE, packEvents(before)))
  const file = join(folder, 'workers')
  const run = await step([RESTORE, '--run', 'shop', '--part', 'plan', '--workers-file', file])
  expect([run.exitCode, run.stderr]).toEqual([0, ''])
  expect(run.stdout).toContain('has ended before')
  expect(readFileSync(file, 'utf8')).toBe('1')
  expect(await events()).toEqual(before)
})

test('a target that does not answer ends the pod with 75, so that Argo tries again', async () => {
  const run = await step([RESTORE, '--run', 'shop', '--part', 'work', '--worker', '0'])
  expect(run.exitCode).toBe(75)
  expect(run.stdout).toContain('failed: ')
  expect(await events()).toMatchObject([
    { type: 'step-failed', step: RESTORE, final: false, failure: { retryable: true } },
  ])
})

test('a stop ends the pod with 143 and fails nothing', async () => {
  const signal = AbortSignal.abort(new Failure('ABORTED', 'SIGTERM', { op: 'run', subject: 'command' }))
  const run = await step(['m1/register-snapshot', '--run', 'shop'], { signal })
  expect(run.exitCode).toBe(143)
  expect(run.stdout).toContain('stopped')
  expect((await events()).filter(({ type }) => type === 'step-failed')).toEqual([])
})

test('an overloaded cluster ends the pod with 75, as nothing could be recorded', async () => {
  const busy = await startScriptedServer(() => ({ status: 503, body: { kind: 'Status', message: 'busy' } }))
  try {
    const run = await step(['m1/register-snapshot', '--run', 'shop'], {
      env: { KUBECONFIG: writeKubeconfig(folder, busy.url) },
    })
    expect([run.exitCode, run.code]).toEqual([75, 'KUBERNETES_REFUSED'])
  } finally {
    await busy.close()
  }
})

test.each([
  ['a run that is not there', ['initialize', '--run', 'other'], 1, 'WORKFLOW_NOT_FOUND'],
  ['a step that the plan does not have', ['m9/verify', '--run', 'shop'], 2, 'USAGE'],
  ['no run', ['initialize'], 2, 'USAGE'],
  ['a worker that is no number', [RESTORE, '--run', 'shop', '--part', 'work', '--worker', 'x'], 2, 'USAGE'],
])('%s ends the pod for good', async (_case, args, exitCode, code) => {
  const run = await step(args)
  expect([run.exitCode, run.code]).toEqual([exitCode, code])
})
