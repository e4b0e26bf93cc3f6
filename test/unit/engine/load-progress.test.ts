import { expect, test } from 'vitest'
import { NO_COUNTS } from '../../../src/coordination/work-store.ts'
import { LoadProgress } from '../../../src/engine/load/load-progress.ts'
import type { StepProgress } from '../../../src/steps/step.ts'
import { VirtualClock } from '../blob/virtual-clock.ts'

const HUNDRED = { ...NO_COUNTS, read: 100 }

test('a change right after another is published too, although nothing follows', async () => {
  const published: StepProgress[] = []
  const clock = new VirtualClock()
  let obstacle = 'waiting for a free worker'
  const progress = new LoadProgress({ clock, progress: (next) => published.push(next) }, 1000, () => obstacle)
  progress.publish()
  obstacle = ''
  progress.count(NO_COUNTS, HUNDRED)
  progress.count(HUNDRED, { ...NO_COUNTS, read: 300 })
  const seen = (): unknown => published.map(({ message, documents }) => [message, documents?.done])
  expect(seen()).toEqual([['waiting for a free worker', 0]])
  await clock.advance(500)
  expect(seen()).toEqual([
    ['waiting for a free worker', 0],
    ['', 300],
  ])
  await clock.advance(10_000)
  expect(published).toHaveLength(2)
})

test('nothing is published after the end, which is published at once', async () => {
  const published: StepProgress[] = []
  const clock = new VirtualClock()
  const progress = new LoadProgress({ clock, progress: (next) => published.push(next) }, 1000, () => '')
  progress.publish()
  progress.count(NO_COUNTS, HUNDRED)
  progress.end()
  await clock.advance(10_000)
  expect(published.map(({ documents }) => documents?.done)).toEqual([0, 100])
})
