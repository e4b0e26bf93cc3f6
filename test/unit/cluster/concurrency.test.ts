import { describe, expect, test } from 'vitest'
import { AdaptiveLimit, type Slot, type SlotOutcome } from '../../../src/cluster/concurrency.ts'
import { calm, stepClock, type StepClock } from '../http/test-world.ts'

const quick: SlotOutcome = { kind: 'success', latencyMs: 100, bytes: 1000 }
const overload: SlotOutcome = { kind: 'overload' }

/** Fills every slot, then gives all back with one outcome, `rounds` times. */
async function rounds(limit: AdaptiveLimit, clock: StepClock, count: number, outcome: SlotOutcome): Promise<void> {
  for (let round = 0; round < count; round++) {
    const slots: Slot[] = []
    while (slots.length < limit.limit) slots.push(await limit.acquire(calm))
    await clock.sleep(100, calm)
    for (const slot of slots) slot.release(outcome)
  }
}

describe('the adaptive limit', () => {
  test('rises by one a round while it is used, up to its maximum', async () => {
    const clock = stepClock()
    const limit = new AdaptiveLimit({ max: 6, initial: 2 }, clock)
    await rounds(limit, clock, 2, quick)
    expect(limit.limit).toBeGreaterThanOrEqual(3)
    await rounds(limit, clock, 50, quick)
    expect(limit.limit).toBe(6)
  })

  test('does not rise while one request after the other is enough', async () => {
    const clock = stepClock()
    const limit = new AdaptiveLimit({ max: 10, initial: 4 }, clock)
    for (let count = 0; count < 100; count++) (await limit.acquire(calm)).release(quick)
    expect(limit.limit).toBe(4)
  })

  test('halves once for a burst of refusals and never passes its minimum', async () => {
    const clock = stepClock()
    const limit = new AdaptiveLimit({ max: 16, initial: 16 }, clock)
    await rounds(limit, clock, 1, overload)
    expect(limit.limit).toBe(8)
    await rounds(limit, clock, 20, overload)
    expect(limit.limit).toBe(1)
  })

  test('recovers after refusals', async () => {
    const clock = stepClock()
    const limit = new AdaptiveLimit({ max: 8, initial: 8 }, clock)
    await rounds(limit, clock, 3, overload)
    await rounds(limit, clock, 100, quick)
    expect(limit.limit).toBe(8)
  })

  test('falls when answers take several times as long as they could', async () => {
    const clock = stepClock()
    const limit = new AdaptiveLimit({ max: 8, initial: 8 }, clock)
    await rounds(limit, clock, 5, quick)
    await rounds(limit, clock, 5, { kind: 'success', latencyMs: 2000, bytes: 1000 })
    expect(limit.limit).toBeLessThan(8)
  })

  test('lets the next one in when a slot comes free, in the order of asking', async () => {
    const limit = new AdaptiveLimit({ max: 1, initial: 1 }, stepClock())
    const first = await limit.acquire(calm)
    const order: string[] = []
    const second = limit.acquire(calm).then((slot) => (order.push('second'), slot))
    const third = limit.acquire(calm).then((slot) => (order.push('third'), slot))
    first.release(quick)
    ;(await second).release(quick)
    ;(await third).release(quick)
    expect(order).toEqual(['second', 'third'])
    expect(limit.inFlight).toBe(0)
  })

  test('an aborted wait throws ABORTED and takes no slot', async () => {
    const limit = new AdaptiveLimit({ max: 1, initial: 1 }, stepClock())
    const slot = await limit.acquire(calm)
    const controller = new AbortController()
    const waiting = limit.acquire(controller.signal)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
    slot.release(quick)
    expect(limit.inFlight).toBe(0)
  })
})
