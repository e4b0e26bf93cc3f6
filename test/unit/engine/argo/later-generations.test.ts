import { expect, test } from 'vitest'
import { IndexWorkStore } from '../../../../src/coordination/index-work-store.ts'
import { RenewedWork } from '../../../../src/coordination/renewed-work.ts'
import { NO_COUNTS, type WorkStore } from '../../../../src/coordination/work-store.ts'
import { Failure } from '../../../../src/core/failure.ts'
import { generationsItem, generationsStep, loadGenerations } from '../../../../src/engine/argo/later-generations.ts'
import { VirtualClock } from '../../blob/virtual-clock.ts'
import { slice } from '../../coordination/conformance.ts'
import { MemoryWorkIndex } from '../../coordination/memory-work-index.ts'
import { seededWorld } from '../../coordination/seeded-world.ts'

const COUNT = 4
const SLICES = 3
const calm = new AbortController().signal

/** A load of generations with three slices each, and what its processes did, in order. */
function world() {
  const clock = new VirtualClock({ hurried: true })
  const index = new MemoryWorkIndex(clock)
  const story: string[] = []
  const store = (process: string, step: string): WorkStore => {
    const random = seededWorld(`${process} ${step}`)
    const items = new IndexWorkStore(index, { clock, random, signal: calm }, { step, process })
    return new RenewedWork(items, clock, random)
  }
  const of = (generation: number) => Array.from({ length: SLICES }, (_, n) => slice(generation * SLICES + n))
  const work = store('planner', 'load')
  const begun = Promise.all([work.plan(of(0)), store('planner', generationsStep('load')).plan([generationsItem()])])

  async function process(name: string, onPlan: (generation: number) => Promise<void> | void = () => undefined) {
    await begun
    const own = store(name, 'load')
    await loadGenerations({
      count: COUNT,
      planning: store(name, generationsStep('load')),
      work: own,
      clock,
      signal: calm,
      plan: async (generation) => {
        story.push(`plan ${generation}`)
        await onPlan(generation)
        await own.plan(of(generation))
        await index.refresh()
      },
      load: async () => {
        for (;;) {
          const item = await own.claim('w')
          if (item === undefined) {
            const { pending, leased } = (await own.totals()).items
            if (pending + leased === 0) return
            await clock.sleep(1000, calm)
            continue
          }
          await clock.sleep(100, calm)
          story.push(`load ${Math.floor(item.slice.firstChunk / of(0)[1]!.firstChunk / SLICES)}`)
          await own.finish(item.id, 'w', { kind: 'done', checksum: 0, counts: NO_COUNTS })
        }
      },
    })
  }
  return { story, process }
}

const IN_ORDER = [0, 1, 2, 3].flatMap((generation) => [
  ...(generation === 0 ? [] : [`plan ${generation}`]),
  ...Array.from({ length: SLICES }, () => `load ${generation}`),
])

test('one process loads generation after generation', async () => {
  const { story, process } = world()
  await process('a')
  expect(story).toEqual(IN_ORDER)
})

test('of many processes one plans the next generation when nothing is left of the one before, and all load it', async () => {
  const { story, process } = world()
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => process(name)))
  expect(story).toEqual(IN_ORDER)
})

test('a process that fails while it plans leaves the generation to the next one', async () => {
  const { story, process } = world()
  const lost = new Failure('CLUSTER_UNREACHABLE', 'no answer', { op: 'plan', subject: 'it', retryable: true })
  const failing = process('a', (generation) => (generation === 2 ? Promise.reject(lost) : undefined))
  await expect(failing).rejects.toBe(lost)
  await process('b')
  expect(story.filter((entry) => entry.startsWith('plan'))).toEqual(['plan 1', 'plan 2', 'plan 2', 'plan 3'])
  expect(story.filter((entry) => entry.startsWith('load'))).toEqual(
    IN_ORDER.filter((entry) => entry.startsWith('load')),
  )
})
