import { describe, expect, test } from 'vitest'
import { waitForRun } from '../../../src/cli/runs/wait.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { RunPhase, RunView, StepPhase } from '../../../src/report/run-view.ts'
import { VirtualClock } from '../blob/virtual-clock.ts'
import { fakeWorld } from './world.ts'

function view(phase: RunPhase, step: StepPhase, changes: Partial<RunView> = {}): RunView {
  return {
    schemaVersion: 1,
    name: 'migration-abc123',
    phase,
    submittedAt: '2024-01-15T10:30:00Z',
    engine: 'local',
    alive: ['Running', 'Stopping', 'Waiting'].includes(phase),
    steps: [
      { id: 'i', kind: 'initialize', title: 'Initialize', path: [], phase: 'Succeeded', attempt: 1 },
      {
        id: 'r',
        kind: 'restore-documents',
        title: 'Restore Documents',
        path: [],
        phase: step,
        attempt: 1,
        ...(step === 'Running' ? { progress: { message: '', documents: { done: 5, total: 10 } } } : {}),
        ...(step === 'Failed' ? { failure: { code: 'CLUSTER_AUTH', message: 'no', hint: 'Log in.' } } : {}),
      },
    ],
    ...changes,
  }
}

const running = view('Running', 'Running')

/** A run that has succeeded after so many milliseconds. */
const runningFor =
  (ms: number) =>
  (now: number): RunView =>
    now < ms ? running : view('Succeeded', 'Succeeded')

/** Waits for a run that shows `views` one after the other, the last one ever after, or what it is at each time. */
async function wait(
  views: readonly RunView[] | ((now: number) => RunView),
  options: { readonly tty?: boolean; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
) {
  const written: string[] = []
  const clock = new VirtualClock({ hurried: true })
  const world = fakeWorld({
    clock,
    stderr: {
      write: (chunk) => {
        written.push(String(chunk))
        return Promise.resolve()
      },
      isTty: options.tty ?? false,
      columns: 60,
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  let n = 0
  const next = (): RunView => {
    const looked = n++
    return typeof views === 'function' ? views(clock.now()) : views[Math.min(looked, views.length - 1)]!
  }
  const engine = { view: () => Promise.resolve(next()) }
  const exitCode = await waitForRun(world, engine, 'migration-abc123', options.timeoutMs)
  return { exitCode, written, looks: n, endedAt: clock.now() }
}

function interruptedBy(name: string): AbortSignal {
  return AbortSignal.abort(new Failure('ABORTED', `interrupted by ${name}`, { op: 'run', subject: 'command' }))
}

describe('waiting for a workflow', () => {
  test.each([
    ['Succeeded', 'Succeeded', 0],
    ['Failed', 'Failed', 1],
    ['Rejects', 'Rejects', 3],
    ['Differences', 'Succeeded', 4],
    ['Stopped', 'Pending', 130],
    ['Waiting', 'Waiting', 6],
  ] as const)('ends with the result of the run: %s', async (phase, step, exitCode) => {
    expect((await wait([running, view(phase, step)])).exitCode).toBe(exitCode)
  })

  test('gives up after its time with 75 and says that the workflow goes on', async () => {
    const { exitCode, written } = await wait([running], { timeoutMs: 25_000 })
    expect(exitCode).toBe(75)
    expect(written.at(-1)).toBe(
      'Workflow migration-abc123 has not ended after 25s and goes on. Look at it with: workflow status migration-abc123\n',
    )
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('stops waiting at %s with %i, and the workflow goes on', async (name, exitCode) => {
    const result = await wait([running], { signal: interruptedBy(name) })
    expect(result.exitCode).toBe(exitCode)
    expect(result.written.at(-1)).toContain('workflow migration-abc123 goes on')
  })

  test('notices the end of a short run soon, and looks at a long one seldom', async () => {
    expect((await wait(runningFor(100))).endedAt).toBe(100)
    expect((await wait(runningFor(3000))).endedAt).toBeLessThanOrEqual(3300)
    const hour = await wait(runningFor(3_600_000))
    expect(hour.endedAt).toBeLessThanOrEqual(3_601_000)
    expect(hour.looks).toBeLessThan(3650)
  })

  test('writes a line every ten seconds to a pipe', async () => {
    const { written } = await wait([running], { timeoutMs: 30_000 })
    const line = 'migration-abc123: Running, 1 of 2 steps; Restore Documents: 50%, 5 of 10 documents\n'
    expect(written.slice(0, -1)).toEqual([line, line, line, line])
  })

  test('draws one line anew every second on a terminal, within its width', async () => {
    const { written } = await wait(runningFor(1500), { tty: true })
    const line = '\r\u001b[2Kmigration-abc123: Running, 1 of 2 steps; Restore Documents…'
    expect(written).toEqual([line, line, '\n', 'migration-abc123: Succeeded, 2 of 2 steps\n'])
  })

  test('ends a failed run with code and hint', async () => {
    const { written } = await wait([view('Failed', 'Failed', { message: 'connect to a: no' })])
    expect(written).toEqual([
      'migration-abc123: Failed, 1 of 2 steps\n  connect to a: no\n  Code: CLUSTER_AUTH\n  Hint: Log in.\n',
    ])
  })
})
