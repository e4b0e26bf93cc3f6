import { expect, test } from 'vitest'
import { startWatchdog } from '../../../src/blob/watchdog.ts'
import { Failure } from '../../../src/core/failure.ts'
import { VirtualClock } from './virtual-clock.ts'

const silence = new Failure('STORE_UNREACHABLE', 'silent', { op: 'read', subject: 'a', retryable: true })

function watched(signal = new AbortController().signal) {
  const clock = new VirtualClock()
  return { clock, watchdog: startWatchdog(clock, 1000, signal, () => silence) }
}

test('silence for the whole time ends the exchange with its failure', async () => {
  const { clock, watchdog } = watched()
  await clock.advance(999)
  expect(watchdog.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(watchdog.signal.reason).toBe(silence)
})

test('whatever is heard starts the time anew', async () => {
  const { clock, watchdog } = watched()
  for (let round = 0; round < 5; round++) {
    await clock.advance(900)
    watchdog.heard()
  }
  expect(watchdog.signal.aborted).toBe(false)
  await clock.advance(1000)
  expect(watchdog.signal.aborted).toBe(true)
})

test('the time of a busy reader does not count', async () => {
  const { clock, watchdog } = watched()
  watchdog.pause()
  await clock.advance(100_000)
  watchdog.heard()
  await clock.advance(999)
  expect(watchdog.signal.aborted).toBe(false)
  await clock.advance(1001)
  expect(watchdog.signal.aborted).toBe(true)
})

test('the reason of the caller comes through, before the start and after it', () => {
  const stopping = new AbortController()
  const { watchdog } = watched(stopping.signal)
  const reason = new Failure('TIMEOUT', 'enough', { op: 'wait', subject: 'x' })
  stopping.abort(reason)
  expect(watchdog.signal.reason).toBe(reason)
  expect(watched(stopping.signal).watchdog.signal.reason).toBe(reason)
})

test('after the stop nothing fires any more', async () => {
  const stopping = new AbortController()
  const { clock, watchdog } = watched(stopping.signal)
  watchdog.stop()
  stopping.abort()
  await clock.advance(5000)
  expect(watchdog.signal.aborted).toBe(false)
})
