import { describe, expect, it } from 'vitest'
import { mapBounded } from '../../../src/core/concurrency.ts'

const signal = new AbortController().signal
const turn = (): Promise<void> => Promise.resolve()

describe('mapBounded', () => {
  it('keeps the order of the items and never runs more than its limit at once', async () => {
    let running = 0
    let most = 0
    const results = await mapBounded(
      Array.from({ length: 20 }, (_, index) => index),
      3,
      async (item) => {
        most = Math.max(most, ++running)
        for (let wait = item % 4; wait >= 0; wait--) await turn()
        running--
        return item * 2
      },
      signal,
    )
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index * 2))
    expect(most).toBe(3)
  })

  it('throws the first failure, starts nothing after it and waits for what runs', async () => {
    const started: number[] = []
    const finished: number[] = []
    const work = async (item: number): Promise<void> => {
      started.push(item)
      if (item === 1) throw new Error('boom')
      for (let wait = 0; wait < 10; wait++) await turn()
      finished.push(item)
    }
    await expect(mapBounded([0, 1, 2, 3, 4], 2, work, signal)).rejects.toThrow('boom')
    expect(started).toEqual([0, 1])
    expect(finished).toEqual([0])
  })

  it('starts nothing under a signal that has fired', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(mapBounded([1], 1, async () => 1, controller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('resolves to nothing for no items', async () => {
    expect(await mapBounded([], 4, async () => 1, signal)).toEqual([])
  })
})
