import { describe, expect, test } from 'vitest'
import { NO_COUNTS } from '../../../src/coordination/work-store.ts'
import { isFailure } from '../../../src/core/failure.ts'
import { Journal } from '../../../src/engine/local/journal.ts'
import { withoutSuperseded } from '../../../src/engine/local/superseded-events.ts'
import type { RunEvent } from '../../../src/engine/run/run-events.ts'
import { MemoryDisk, type DiskFault } from './memory-disk.ts'

const PATH = '/run/journal'
const LATER: RunEvent = { at: 900, type: 'stop-requested' }

/** A load of two items with many positions. */
const EVENTS: readonly RunEvent[] = [
  { at: 1, type: 'submitted', name: 'migration-abc123', configDigest: 'd' },
  { at: 2, type: 'runner-started', pid: 7, host: 'häuschen' },
  ...Array.from({ length: 40 }, (_, n): RunEvent => ({
    at: 3 + n,
    type: 'work-advanced',
    step: 's',
    item: `i/0/_0/${n % 2}`,
    position: { doc: n, checksum: n },
    counts: { ...NO_COUNTS, read: n },
  })),
]
const COMPACTED = withoutSuperseded(EVENTS)

/** A disk with a journal of {@link EVENTS}, and the journal open on it. */
function written(): { readonly disk: MemoryDisk; readonly journal: Journal } {
  const disk = new MemoryDisk()
  const { journal } = Journal.open(PATH, disk)
  for (const event of EVENTS) journal.append(event, { durable: true })
  disk.calls = 0
  return { disk, journal }
}

function eventsOn(disk: MemoryDisk): readonly RunEvent[] {
  return Journal.open(PATH, disk).events
}

/** Number of calls of a compaction that nothing disturbs. */
function callsOfCompaction(): number {
  const { disk, journal } = written()
  journal.compact()
  return disk.calls
}

describe('compacting a journal', () => {
  test('leaves what counts, in fewer bytes, and goes on with it', () => {
    const { disk, journal } = written()
    const before = disk.read(PATH).length
    journal.compact()
    expect(disk.names).toEqual([PATH])
    expect(disk.read(PATH).length).toBeLessThan(before / 5)
    journal.append(LATER, { durable: true })
    for (const found of disk.afterPowerLoss()) expect(eventsOn(found)).toEqual([...COMPACTED, LATER])
    journal.compact()
    expect(eventsOn(disk.copy())).toEqual([...COMPACTED, LATER])
  })

  test('is worth it when the journal has grown by some megabytes, and then when it has doubled', () => {
    const disk = new MemoryDisk()
    const { journal } = Journal.open(PATH, disk)
    const message = 'x'.repeat(1024 * 1024)
    const appended = (): number => {
      for (let lines = 1; ; lines++) {
        journal.append({ at: 1, type: 'log', level: 'info', message }, { durable: false })
        if (journal.isWorthCompacting) return lines
      }
    }
    expect(appended()).toBe(8)
    journal.compact()
    expect(journal.isWorthCompacting).toBe(false)
    // The line before the compacted ones counts, too.
    expect(appended()).toBe(9)
    journal.compact()
    expect(appended()).toBe(18)
    expect(Journal.open(PATH, disk.copy()).journal.isWorthCompacting).toBe(true)
  })

  const calls = Array.from({ length: callsOfCompaction() }, (_, n) => n + 1)

  test.each(calls.flatMap((call) => (['crash', 'crash-after'] as const).map((fault) => [fault, call] as const)))(
    'with a %s at its call %i leaves the old journal or the new one, whole',
    (fault, crashAt) => {
      const { disk, journal } = written()
      disk.fault = (call) => (call === crashAt ? fault : undefined)
      expect(thrownBy(() => journal.compact())).toBeInstanceOf(Error)
      let found = 0
      for (const left of disk.afterPowerLoss()) {
        found++
        const { journal: again, events } = Journal.open(PATH, left)
        expect([EVENTS, COMPACTED]).toContainEqual(events)
        again.append(LATER, { durable: true })
        again.compact()
        for (const later of left.afterPowerLoss()) expect(eventsOn(later)).toEqual([...COMPACTED, LATER])
      }
      expect(found).toBe(6)
    },
  )

  test.each(calls.flatMap((call) => (['ENOSPC', 'EIO'] as const).map((fault) => [fault, call] as const)))(
    'with %s at its call %i loses no event, neither of before nor of later',
    (fault: DiskFault, failAt) => {
      const { disk, journal } = written()
      disk.fault = (call) => (call === failAt ? fault : undefined)
      const failure = thrownBy(() => journal.compact())
      expect(isFailure(failure, fault === 'ENOSPC' ? 'STORE_FULL' : 'STATE_UNWRITABLE')).toBe(true)
      disk.fault = () => undefined
      const refused = thrownBy(() => journal.append(LATER, { durable: true }))
      for (const left of disk.afterPowerLoss()) {
        const events = eventsOn(left)
        expect([EVENTS, COMPACTED].map((all) => (refused === undefined ? [...all, LATER] : all))).toContainEqual(events)
      }
      if (refused === undefined) expect(journal.isWorthCompacting).toBe(false)
    },
  )

  test('that was cut short by something else is noticed, wherever the end is missing', () => {
    const { disk, journal } = written()
    journal.compact()
    const length = disk.read(PATH).length
    for (const missing of [1, 10, length >> 1]) {
      const cut = disk.copy()
      cut.truncate(cut.open(PATH), length - missing)
      expect(thrownBy(() => Journal.open(PATH, cut))).toMatchObject({
        code: 'STATE_CORRUPT',
        detail: expect.stringContaining('compacted part') as unknown,
      })
    }
  })
})

test('a line that was half written and cannot be taken back is the last one', () => {
  const { disk, journal } = written()
  disk.fault = (_call, name) => (name === 'write' || name === 'truncate' ? 'ENOSPC' : undefined)
  expect(
    isFailure(
      thrownBy(() => journal.append(LATER, { durable: true })),
      'STORE_FULL',
    ),
  ).toBe(true)
  disk.fault = () => undefined
  expect(
    isFailure(
      thrownBy(() => journal.append(LATER, { durable: true })),
      'STORE_FULL',
    ),
  ).toBe(true)
  expect(eventsOn(disk.copy())).toEqual(EVENTS)
})

function thrownBy(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}
