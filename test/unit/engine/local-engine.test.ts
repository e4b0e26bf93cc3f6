import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../../src/core/failure.ts'
import { currentPid } from '../../../src/core/process.ts'
import { LocalEngine } from '../../../src/engine/local/local-engine.ts'
import { runWorkflow } from '../../../src/engine/local/runner.ts'
import { workflowFolder, type WorkflowFolder } from '../../../src/engine/local/workflow-folder.ts'
import type { Plan } from '../../../src/plan/plan.ts'
import type { Step, StepOutput } from '../../../src/steps/step.ts'
import { settled, VirtualClock } from '../blob/virtual-clock.ts'
import { calm } from '../http/test-world.ts'
import { loadPlan, temporaryFolder } from './load-world.ts'

const done: StepOutput = { result: 'done', summary: 'done' }

/** An engine whose runners live in this process, with the Restore Documents step that a test gives. */
function world(restore: Step = () => Promise.resolve(done), initialize: Step = () => Promise.resolve(done)) {
  const clock = new VirtualClock()
  const home = temporaryFolder()
  const runs: Promise<unknown>[] = []
  const world = { restore, initialize, started: 0, names: 0 }
  const random = { next: () => 0.5, hex: (bytes: number) => (++world.names).toString(16).padStart(2 * bytes, '0') }
  const unused = (): never => {
    throw new Error('not in this test')
  }
  const simple: Step = () => Promise.resolve(done)
  const startRunner = (folder: WorkflowFolder): Promise<number> => {
    world.started++
    const run = runWorkflow(folder, {
      clock,
      random,
      signal: calm,
      steps: {
        initialize: (input, context) => world.initialize(input, context),
        'create-snapshot': simple,
        'register-snapshot': simple,
        'migrate-metadata': simple,
        'restore-documents': (input, context) => world.restore(input, context),
        verify: simple,
        cleanup: simple,
      },
      clusters: { source: unused, target: unused, close: unused },
      loadItems: unused,
      putBack: unused,
    })
    run.catch(() => undefined)
    runs.push(run)
    return Promise.resolve(currentPid())
  }
  const engine = new LocalEngine({ home, clock, random, signal: calm, startRunner })
  return Object.assign(world, { engine, home, clock, ended: () => Promise.allSettled(runs) })
}

function plan(configDigest = 'd1'): Plan {
  return { ...loadPlan('http://target', ['i']), configDigest }
}

/** A step that ends when its gate is opened, or when it is asked to stop. */
function gate() {
  let open: (output: StepOutput) => void = () => undefined
  const step: Step = (_input, { signal }) =>
    new Promise((resolve, reject) => {
      open = resolve
      signal.addEventListener('abort', () => reject(signal.reason as Failure), { once: true })
    })
  return { step, open: (output: StepOutput = done) => open(output) }
}

const broken: Step = () =>
  Promise.reject(new Failure('CLUSTER_REFUSED', 'no', { op: 'load', subject: 'documents', hint: 'Ask again.' }))

describe('the local engine', () => {
  test('runs a plan to its end under a name of its own', async () => {
    const { engine, ended } = world()
    const submission = await engine.submit(plan(), {})
    expect(submission).toEqual({ name: expect.stringMatching(/^migration-[0-9a-f]{6}$/) as unknown, kind: 'started' })
    await ended()
    const view = await engine.view(undefined)
    expect(view).toMatchObject({ name: submission.name, phase: 'Succeeded', alive: false })
    expect(view.steps.map(({ phase }) => phase)).toEqual(['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded'])
    expect((await engine.log(submission.name, 0)).map(({ message }) => message)).toContain('run finished')
  })

  test('touches nothing that runs: the same configuration again is refused with the name and a way to look', async () => {
    const { step, open } = gate()
    const w = world(step)
    const { name } = await w.engine.submit(plan(), {})
    await settled()
    await expect(w.engine.submit(plan(), {})).rejects.toMatchObject({
      code: 'WORKFLOW_LOCKED',
      hint: expect.stringContaining(`workflow status ${name}`) as unknown,
    })
    await expect(w.engine.submit(plan('d2'), { name })).rejects.toMatchObject({ code: 'WORKFLOW_LOCKED' })
    await expect(w.engine.resume(name)).rejects.toMatchObject({ code: 'WORKFLOW_LOCKED' })
    expect(w.started).toBe(1)
    open()
    await w.ended()
  })

  test('starts nothing for a configuration that has been run, unless a fresh run is asked for', async () => {
    const w = world()
    const first = await w.engine.submit(plan(), {})
    await w.ended()
    expect(await w.engine.submit(plan(), {})).toEqual({ name: first.name, kind: 'unchanged' })
    expect(w.started).toBe(1)
    const fresh = await w.engine.submit(plan(), { fresh: true })
    expect(fresh.kind).toBe('started')
    expect(fresh.name).not.toBe(first.name)
    await w.ended()
  })

  test('goes on with a failed run of the same configuration, without repeating what is done', async () => {
    let initialized = 0
    const w = world(broken, () => {
      initialized++
      return Promise.resolve(done)
    })
    const { name } = await w.engine.submit(plan(), {})
    await w.ended()
    expect(await w.engine.view(name)).toMatchObject({
      phase: 'Failed',
      message: 'load documents: no',
      steps: [
        {},
        {},
        { phase: 'Failed', failure: { code: 'CLUSTER_REFUSED', hint: 'Ask again.' } },
        { phase: 'Pending' },
      ],
    })
    w.restore = () => Promise.resolve(done)
    expect(await w.engine.submit(plan(), {})).toEqual({ name, kind: 'continued' })
    await w.ended()
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Succeeded' })
    expect(initialized).toBe(1)
  })

  test('replaces the plan of a run that never got through Initialize', async () => {
    const w = world(undefined, broken)
    const { name } = await w.engine.submit(plan(), {})
    await w.ended()
    const seen: string[] = []
    w.initialize = ({ plan: { warnings } }) => {
      seen.push(...warnings)
      return Promise.resolve(done)
    }
    await w.engine.submit({ ...plan(), warnings: ['new'] }, {})
    await w.ended()
    expect(seen).toEqual(['new'])
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Succeeded' })
  })

  test('starts a new run for a changed configuration and keeps the old one', async () => {
    const w = world()
    const first = await w.engine.submit(plan('d1'), {})
    const second = await w.engine.submit(plan('d2'), { name: 'second' })
    await w.ended()
    expect(second).toEqual({ name: 'second', kind: 'started' })
    expect((await w.engine.list()).map(({ name }) => name).toSorted()).toEqual([first.name, 'second'].toSorted())
  })

  test('refuses a name of another configuration, and a name that is none', async () => {
    const w = world()
    await w.engine.submit(plan('d1'), { name: 'mine' })
    await w.ended()
    await expect(w.engine.submit(plan('d2'), { name: 'mine' })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(w.engine.submit(plan('d1'), { name: 'mine', fresh: true })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(w.engine.submit(plan('d2'), { name: '../x' })).rejects.toMatchObject({ code: 'USAGE' })
  })

  test('stops in good order when asked, and resumes', async () => {
    const { step } = gate()
    const w = world(step)
    const { name } = await w.engine.submit(plan(), {})
    await settled()
    expect(await w.engine.stop(undefined)).toMatchObject({ name, phase: 'Stopping' })
    await w.clock.advance(300)
    await w.ended()
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Stopped', alive: false })
    w.restore = () => Promise.resolve(done)
    await w.engine.resume(name)
    await w.ended()
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Succeeded' })
    expect(await w.engine.stop(name)).toMatchObject({ phase: 'Succeeded', alive: false })
  })

  test('says that a runner died and what to do, and goes on with its run', async () => {
    const w = world(broken)
    const { name } = await w.engine.submit(plan(), {})
    await w.ended()
    const { path, journal } = workflowFolder(w.home, name)
    // As a kill leaves it: no last event, and the lock of a process that is gone.
    const text = readFileSync(journal, 'utf8')
    writeFileSync(journal, text.slice(0, text.indexOf('\n', text.indexOf('step-started')) + 1))
    writeFileSync(join(path, 'lock'), JSON.stringify({ pid: 999_999_999, host: 'gone', processStart: '1', token: 't' }))
    await w.clock.advance(120_000 + Date.now())
    const view = await w.engine.view(name)
    expect(view).toMatchObject({ phase: 'Stopped', alive: false })
    expect(view.message).toBe(`The runner died; nothing is lost. Go on with: workflow resume ${name}`)
    w.restore = () => Promise.resolve(done)
    expect(await w.engine.submit(plan(), {})).toEqual({ name, kind: 'continued' })
    await w.ended()
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Succeeded' })
  })

  test('reports a runner that ends before it begins, with its last words', async () => {
    const home = temporaryFolder()
    const engine = new LocalEngine({
      home,
      clock: new VirtualClock({ hurried: true }),
      random: { next: () => 0, hex: () => 'abcdef' },
      signal: calm,
      startRunner: (folder) => {
        writeFileSync(folder.runnerLog, 'SyntaxError: no such thing\n')
        return Promise.resolve(999_999_999)
      },
    })
    await expect(engine.submit(plan(), {})).rejects.toThrow('SyntaxError: no such thing')
  })

  test('shows the running workflow by default, else the latest', async () => {
    const { step, open } = gate()
    const w = world()
    await w.engine.submit(plan('d1'), { name: 'one' })
    await w.ended()
    await w.clock.advance(1000)
    w.restore = step
    await w.engine.submit(plan('d2'), { name: 'two' })
    await w.clock.advance(1000)
    w.restore = () => Promise.resolve(done)
    await w.engine.submit(plan('d3'), { name: 'three' })
    await settled()
    expect((await w.engine.view(undefined)).name).toBe('two')
    open()
    await w.ended()
    expect((await w.engine.view(undefined)).name).toBe('three')
    await expect(w.engine.view('four')).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
    await expect(world().engine.view(undefined)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
  })

  test('holds a step at its gate until it is approved', async () => {
    const w = world()
    const base = plan()
    const gated = {
      ...base,
      steps: base.steps.map((s) => (s.kind === 'restore-documents' ? { ...s, approval: true as const } : s)),
    }
    const { name } = await w.engine.submit(gated, {})
    await settled()
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Waiting', steps: [{}, {}, { phase: 'Waiting' }, {}] })
    await expect(w.engine.approve(name, ['initialize'])).rejects.toMatchObject({ code: 'USAGE' })
    expect(await w.engine.approve(name, [])).toEqual(['m1g1/restore-documents'])
    await w.clock.advance(300)
    await w.ended()
    expect(await w.engine.view(name)).toMatchObject({ phase: 'Succeeded' })
  })

  test('gives out rejects without the lines that a crash tore', async () => {
    const w = world()
    const { name } = await w.engine.submit(plan(), {})
    await w.ended()
    const { rejects } = workflowFolder(w.home, name)
    appendFileSync(join(rejects, 'm1g1.restore-documents.ndjson'), '{"id":"1"}\n{"id":"2\n{"id":"3"}\n')
    const lines: string[] = []
    for await (const line of w.engine.rejects(name)) lines.push(line)
    expect(lines).toEqual(['{"id":"1"}', '{"id":"3"}'])
  })

  test('lists a workflow that cannot be read beside those that can', async () => {
    const w = world()
    await w.engine.submit(plan(), { name: 'good' })
    await w.ended()
    const bad = workflowFolder(w.home, 'bad')
    mkdirSync(bad.path, { recursive: true })
    writeFileSync(bad.plan, '{}')
    writeFileSync(bad.journal, 'nonsense\nnonsense\n')
    const views = await w.engine.list()
    expect(views.map(({ name }) => name).toSorted()).toEqual(['bad', 'good'])
    expect((await w.engine.view(undefined)).name).toBe('good')
  })
})
