import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LocalWorkStore } from '../../../src/coordination/local-work-store.ts'
import type { WorkEvent } from '../../../src/coordination/work-events.ts'
import { NO_COUNTS, type WorkItem } from '../../../src/coordination/work-store.ts'
import { KeptWork } from '../../../src/engine/local/kept-work.ts'
import { withoutSuperseded } from '../../../src/engine/local/superseded-events.ts'
import type { RunEvent, RunEventBody } from '../../../src/engine/run/run-events.ts'
import { logOf } from '../../../src/engine/run/run-log.ts'
import { foldEvents } from '../../../src/engine/run/run-state.ts'

const STEPS = ['m1g1/restore-documents', 'm1g2/restore-documents']
const ITEMS = 3
const itemOf = (number: number): string => `i/0/_0/${number}`

const planned = (step: string): RunEventBody => ({
  type: 'work-planned',
  step,
  slices: Array.from({ length: ITEMS }, (_, n) => ({
    index: 'i',
    shard: 0,
    segment: '_0',
    firstChunk: n,
    endChunk: n + 1,
    bytes: 100,
  })),
})

const step = fc.constantFrom(...STEPS)
const item = fc.nat(ITEMS - 1).map(itemOf)
const counts = fc.nat(1000).map((read) => ({ ...NO_COUNTS, read, acknowledged: read }))
const body: fc.Arbitrary<RunEventBody> = fc.oneof(
  fc.record({ type: fc.constant('runner-started' as const), pid: fc.nat(), host: fc.constant('h') }),
  fc.record({ type: fc.constant('step-started' as const), step, attempt: fc.nat(3) }),
  fc.record({
    type: fc.constant('step-progress' as const),
    step,
    progress: fc.nat(1000).map((done) => ({ message: '', documents: { done, total: 1000 } })),
  }),
  fc.record({
    type: fc.constant('work-advanced' as const),
    step,
    item,
    position: fc.nat().map((doc) => ({ doc, checksum: doc })),
    counts,
  }),
  fc.record({ type: fc.constant('work-failed' as const), step, item, reason: fc.string() }),
  fc.record({ type: fc.constant('log' as const), level: fc.constant('info' as const), step, message: fc.string() }),
  fc.record({
    type: fc.constant('step-failed' as const),
    step,
    failure: fc.constant({ code: 'TIMEOUT', message: 'slow', retryable: true }),
    final: fc.boolean(),
  }),
)

/** A run as it may go: two loads, of which the first may have ended; some seconds between events. */
const run: fc.Arbitrary<readonly RunEvent[]> = fc
  .record({
    bodies: fc.array(fc.record({ body, seconds: fc.nat(20) }), { maxLength: 40 }),
    done: fc.array(item, { maxLength: 2 }),
    ended: fc.boolean(),
  })
  .map(({ bodies, done, ended }) => {
    let at = 1000
    const all: RunEventBody[] = [...STEPS.map(planned), ...bodies.map(({ body: one }) => one)]
    for (const one of done) {
      all.push({ type: 'work-done', step: STEPS[1]!, item: one, checksum: 1, counts: NO_COUNTS })
    }
    if (ended) all.push({ type: 'step-ended', step: STEPS[0]!, output: { result: 'done', summary: 'all' } })
    return all.map((one, n) => ({ at: (at += (bodies[n]?.seconds ?? 1) * 1000), ...one }))
  })

async function itemsOf(events: Iterable<WorkEvent>, of: string): Promise<WorkItem[]> {
  const items: WorkItem[] = []
  for await (const one of new LocalWorkStore(of, events, () => Promise.resolve()).items()) {
    // Nobody goes on with an item that is done.
    const { position, ...rest } = one
    items.push(one.state === 'done' || position === undefined ? rest : one)
  }
  return items
}

const isWork = (event: RunEvent): event is RunEvent & WorkEvent => event.type.startsWith('work-')

describe('events without those that were superseded', () => {
  test('fold to the same state and the same log, and leave nothing to be left out', () => {
    fc.assert(
      fc.property(run, (events) => {
        const kept = withoutSuperseded(events)
        expect(foldEvents(kept)).toEqual(foldEvents(events))
        expect(logOf(kept)).toEqual(logOf(events))
        expect(withoutSuperseded(kept)).toEqual(kept)
      }),
    )
  })

  test('make the same work items of every step that has not ended', async () => {
    await fc.assert(
      fc.asyncProperty(run, async (events) => {
        const ended = new Set(events.flatMap((event) => (event.type === 'step-ended' ? [event.step] : [])))
        const kept = withoutSuperseded(events)
        const inMemory = new KeptWork()
        for (const event of events) if (isWork(event)) inMemory.add(event)
        for (const of of STEPS.filter((one) => !ended.has(one))) {
          const expected = await itemsOf(events.filter(isWork), of)
          expect(expected).toHaveLength(ITEMS)
          expect(await itemsOf(kept.filter(isWork), of)).toEqual(expected)
          expect(await itemsOf(inMemory.of(of), of)).toEqual(expected)
        }
      }),
    )
  })

  test('are as few as there are items, whatever number of positions they had', () => {
    const positions = Array.from({ length: 10_000 }, (_, n): RunEvent => ({
      at: n,
      type: 'work-advanced',
      step: STEPS[0]!,
      item: itemOf(n % ITEMS),
      position: { doc: n, checksum: n },
      counts: NO_COUNTS,
    }))
    const load: RunEvent[] = [{ at: 0, ...planned(STEPS[0]!) }, ...positions]
    expect(withoutSuperseded(load)).toHaveLength(1 + ITEMS)
    const end: RunEvent = { at: 1e5, type: 'step-ended', step: STEPS[0]!, output: { result: 'done', summary: '' } }
    const work = withoutSuperseded([...load, end]).filter(isWork)
    expect(work).toEqual([])
  })
})
