import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Journal, readJournal } from '../../../src/engine/local/journal.ts'
import type { RunEvent } from '../../../src/engine/run/run-events.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
  path = join(folder, 'journal')
})
afterEach(() => rmSync(folder, { recursive: true }))

const events: RunEvent[] = [
  { at: 1, type: 'submitted', name: 'migration-abc123', configDigest: 'd' },
  { at: 2, type: 'runner-started', pid: 7, host: 'häuschen' },
  { at: 3, type: 'log', level: 'info', message: 'line one\nline two' },
]

function write(): void {
  const { journal } = Journal.open(path)
  for (const event of events) journal.append(event, { durable: true })
  journal.close()
}

describe('a journal', () => {
  test('returns the events that were appended, in order', () => {
    write()
    expect(readJournal(path)).toEqual(events)
    expect(Journal.open(path).events).toEqual(events)
  })

  test('drops a last line torn at any byte and goes on after it', () => {
    write()
    const whole = readFileSync(path)
    const lastLine = whole.subarray(0, -1).lastIndexOf(0x0a) + 1
    for (let cut = lastLine; cut < whole.length; cut++) {
      writeFileSync(path, whole)
      truncateSync(path, cut)
      const { journal, events: kept } = Journal.open(path)
      expect(kept).toEqual(events.slice(0, 2))
      journal.append(events[2]!, { durable: false })
      journal.close()
      expect(readJournal(path)).toEqual(events)
    }
  })

  test('names the line when a byte in the middle was changed', () => {
    write()
    const bytes = readFileSync(path)
    bytes[20]! ^= 1
    writeFileSync(path, bytes)
    expect(() => readJournal(path)).toThrow(/line 1 \(byte 0\) does not fit its checksum/)
  })

  test('does not read a line without its checksum', () => {
    write()
    appendFileSync(path, '{"at":9,"type":"stop-requested"}\n')
    expect(readJournal(path)).toEqual(events)
  })

  test('says which file cannot be written', () => {
    expect(() => Journal.open(join(folder, 'missing', 'journal'))).toThrow(/open .*missing.journal/)
  })

  test('can be read without events of some types', () => {
    const { journal } = Journal.open(path)
    const work: RunEvent = {
      at: Date.UTC(2024, 0, 15),
      type: 'work-failed',
      step: 's',
      item: 'i/0/_0/0',
      reason: 'a log line that says "type":"work-done" is none of these',
    }
    const log: RunEvent = { at: Date.UTC(2024, 0, 15), type: 'log', level: 'info', message: '"type":"work-done"' }
    for (const event of [events[0]!, work, log, work]) journal.append(event, { durable: true })
    journal.close()
    expect(readJournal(path, ['work-'])).toEqual([events[0], log])
    appendFileSync(path, '12345678 {"at":1,"type":"work-do')
    expect(readJournal(path, ['work-'])).toEqual([events[0], log])
  })
})
