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

/** Waits for a run that shows `views` one after the other, the last one ever after. */
async function wait(
  views: readonly RunView[],
  options: { readonly tty?: boolean; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
) {
  const written: string[] = []
  const world = fakeWorld({
    clock: new VirtualClock({ hurried: true }),
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
  const engine = { view: () => Promise.resolve(views[Math.min(n++, views.length - 1)]!) }
  const exitCode = await waitForRun(world, engine, 'migration-abc123', options.timeoutMs)
  return { exitCode, written }
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

  test('writes a line every ten seconds to a pipe', async () => {
    const { written } = await wait([running], { timeoutMs: 30_000 })
    const line = 'migration-abc123: Running, 1 of 2 steps; Restore Documents: 50%, 5 of 10 documents\n'
    expect(written.slice(0, -1)).toEqual([line, line, line, line])
  })

  test('draws one line anew every second on a terminal, within its width', async () => {
    const { written } = await wait([running, running, running, view('Succeeded', 'Succeeded')], { tty: true })
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
