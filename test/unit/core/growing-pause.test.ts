import { expect, test } from 'vitest'
import { growingPause } from '../../../src/core/growing-pause.ts'

test('a pause is a tenth of the time that has passed, within its bounds', () => {
  expect([0, 400, 2000, 9000, 60_000].map((elapsedMs) => growingPause(elapsedMs, 1000))).toEqual([
    50, 50, 200, 900, 1000,
  ])
})
