import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../../src/core/clock.ts'
import { Failure } from '../../../src/core/failure.ts'
import type { RunEvent } from '../../../src/engine/run/run-events.ts'
import { runGraph } from '../../../src/engine/local/run-graph.ts'
import { applyEvent, emptyState, foldEvents, stepState } from '../../../src/engine/run/run-state.ts'
import type { PlannedStep } from '../../../src/plan/plan.ts'
import type { StepOutput } from '../../../src/steps/step.ts'

const done: StepOutput = { result: 'done', summary: 'done' }

function step(id: string, ...dependsOn: string[]): PlannedStep {
  return { id, kind: 'initialize', title: id, dependsOn }
}

/** A graph world with a clock whose sleeps end at once. */
function world(
  run: (step: PlannedStep, attempt: number) => Promise<StepOutput>,
  past: RunEvent[] = [],
  approval: (step: PlannedStep) => Promise<void> = () => Promise.resolve(),
) {
  let state = foldEvents(past)
  const events: RunEvent[] = [...past]
  const slept: number[] = []
  const abort = new AbortController()
  const clock: Clock = {
    now: () => events.length,
    monotonic: () => events.length,
    sleep: (ms) => {
      slept.push(ms)
      return Promise.resolve()
    },
  }
  return {
    events,
    slept,
    abort,
    world: {
      clock,
      random: { next: () => 0.5, hex: () => '00' },
      signal: abort.signal,
      state: () => state,
      record: (body: Parameters<Parameters<typeof runGraph>[1]['record']>[0]) => {
        const event = { at: events.length, ...body }
        events.push(event)
        state = applyEvent(state, event)
      },
      runStep: (planned: PlannedStep) => run(planned, stepState(state, planned.id).attempt),
      approval,
    },
  }
}

describe('a graph of steps', () => {
  test('runs each step once, after those it depends on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 10 }),
        async (edges) => {
          const steps = edges.map((to, index) =>
            step(`s${index}`, ...new Set(to.filter((n) => n < index).map((n) => `s${n}`))),
          )
          const order: string[] = []
          const { world: w } = world(async (planned) => {
            for (const id of planned.dependsOn) expect(order).toContain(id)
            order.push(planned.id)
            return done
          })
          expect(await runGraph(steps, w)).toBe('finished')
          expect(order.toSorted()).toEqual(steps.map((s) => s.id).toSorted())
        },
      ),
    )
  })

  test('tries a retryable failure again with growing pauses, and gives up after six attempts', async () => {
    const {
      world: w,
      slept,
      events,
    } = world(() =>
      Promise.reject(new Failure('CLUSTER_UNREACHABLE', 'refused', { op: 'a', subject: 'b', retryable: true })),
    )
    expect(await runGraph([step('a'), step('b', 'a')], w)).toBe('failed')
    expect(slept).toEqual([1500, 3000, 6000, 12_000, 24_000])
    expect(events.filter((event) => event.type === 'step-started')).toHaveLength(6)
    expect(stepState(w.state(), 'b').phase).toBe('pending')
  })

  test('lets independent steps finish after a failure and runs nothing that depends on it', async () => {
    const ran: string[] = []
    const { world: w } = world(async (planned) => {
      ran.push(planned.id)
      if (planned.id === 'bad') throw new Failure('CLUSTER_AUTH', 'no', { op: 'a', subject: 'b' })
      return done
    })
    const steps = [
      step('bad'),
      step('good'),
      step('after-bad', 'bad'),
      step('after-good', 'good'),
      step('end', 'after-bad', 'after-good'),
    ]
    expect(await runGraph(steps, w)).toBe('failed')
    expect(ran.toSorted()).toEqual(['after-good', 'bad', 'good'])
  })

  test('does not run again what ended before a crash', async () => {
    const past: RunEvent[] = [
      { at: 0, type: 'runner-started', pid: 1, host: 'h' },
      { at: 1, type: 'step-started', step: 'a', attempt: 1 },
      { at: 2, type: 'step-ended', step: 'a', output: done },
      { at: 3, type: 'step-started', step: 'b', attempt: 1 },
      { at: 4, type: 'runner-started', pid: 2, host: 'h' },
    ]
    const ran: string[] = []
    const { world: w } = world(async (planned) => {
      ran.push(planned.id)
      return done
    }, past)
    expect(await runGraph([step('a'), step('b', 'a')], w)).toBe('finished')
    expect(ran).toEqual(['b'])
  })

  test('skips a step with a reason and goes on', async () => {
    const { world: w } = world(async () => done)
    const skipped = { ...step('a'), skip: 'metadataMigration is disabled' }
    expect(await runGraph([skipped, step('b', 'a')], w)).toBe('finished')
    expect(stepState(w.state(), 'a')).toMatchObject({ phase: 'skipped', skipReason: 'metadataMigration is disabled' })
  })

  test('stops without marking the running step as failed', async () => {
    const { world: w, abort } = world(async () => {
      abort.abort(new Failure('ABORTED', 'stop', { op: 'a', subject: 'b' }))
      throw new Failure('ABORTED', 'stop', { op: 'a', subject: 'b' })
    })
    expect(await runGraph([step('a'), step('b', 'a')], w)).toBe('stopped')
    expect(stepState(w.state(), 'a').phase).toBe('running')
  })

  test('a fault of the program ends the step at once and keeps its stack', async () => {
    const { world: w } = world(() => Promise.reject(new TypeError('x is undefined')))
    expect(await runGraph([step('a')], w)).toBe('failed')
    expect(stepState(w.state(), 'a').failure).toMatchObject({ code: 'PROGRAM_FAULT', retryable: false })
  })

  test('the state before any event is empty', () => {
    expect(emptyState().steps.size).toBe(0)
  })

  test('holds a step with a gate until it is approved, and asks only once', async () => {
    const gated: PlannedStep = { ...step('gated'), approval: true }
    const seen: string[] = []
    const first = world(
      async ({ id }) => {
        seen.push(id)
        return done
      },
      [],
      async () => {
        seen.push('asked')
      },
    )
    expect(await runGraph([gated], first.world)).toBe('finished')
    expect(seen).toEqual(['asked', 'gated'])
    expect(first.events.map(({ type }) => type).slice(0, 3)).toEqual(['step-waiting', 'step-approved', 'step-started'])
    const upToApproval = first.events.slice(0, 2)
    const again = world(
      async () => done,
      [...upToApproval, { at: 9, type: 'runner-started', pid: 1, host: 'h' }],
      () => Promise.reject(new Error('asked again')),
    )
    expect(await runGraph([gated], again.world)).toBe('finished')
  })

  test('a stop while a step waits for approval leaves it for the next runner', async () => {
    const stopped = world(
      async () => done,
      [],
      () => Promise.reject(new Failure('ABORTED', 'stop', { op: 'wait', subject: 'gate' })),
    )
    stopped.abort.abort()
    expect(await runGraph([{ ...step('gated'), approval: true }], stopped.world)).toBe('stopped')
  })
})
