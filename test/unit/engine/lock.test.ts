import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { currentPid } from '../../../src/core/process.ts'
import { ABANDONED_AFTER_MS, acquireLock, readLock, type LockOwner } from '../../../src/engine/local/lock.ts'
import { processStart } from '../../../src/engine/local/process-start.ts'
import { fixedRandom, stepClock } from '../http/test-world.ts'
import { temporaryFolder } from './load-world.ts'

const clock = stepClock()
const random = fixedRandom()

function folderLockedBy(owner: Partial<LockOwner>, quietMs = 0): string {
  const folder = temporaryFolder()
  const path = join(folder, 'lock')
  const self = { pid: currentPid(), host: hostname(), processStart: processStart(currentPid())!, token: 't' }
  writeFileSync(path, JSON.stringify({ ...self, ...owner }))
  const seconds = (clock.now() - quietMs) / 1000
  utimesSync(path, seconds, seconds)
  return folder
}

const taken = (folder: string): boolean => {
  try {
    acquireLock(folder, clock, random).release()
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'WORKFLOW_LOCKED' })
    return false
  }
}

describe('the lock of a workflow', () => {
  test('belongs to one runner at a time and leaves nothing behind', () => {
    const folder = temporaryFolder()
    const held = acquireLock(folder, clock, random)
    expect(taken(folder)).toBe(false)
    held.release()
    expect(taken(folder)).toBe(true)
    expect(readdirSync(folder)).toEqual([])
  })

  test('of a process that is gone is taken over', () => {
    expect(taken(folderLockedBy({ pid: 999_999_999 }))).toBe(true)
  })

  test('of a process whose id was given to another one is taken over', () => {
    expect(taken(folderLockedBy({ processStart: '1' }))).toBe(true)
  })

  test('of a living process is respected however quiet it is', () => {
    expect(taken(folderLockedBy({}, 10 * ABANDONED_AFTER_MS))).toBe(false)
  })

  test('of another host is respected while it beats, and taken over when it has been quiet', () => {
    expect(taken(folderLockedBy({ host: 'other', pid: 1 }, ABANDONED_AFTER_MS - 1000))).toBe(false)
    expect(taken(folderLockedBy({ host: 'other', pid: 1 }, ABANDONED_AFTER_MS + 1000))).toBe(true)
  })

  test('that was half written is nobody’s', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'lock'), '{"pid":')
    expect(readLock(folder, clock)?.alive).toBe(false)
    expect(taken(folder)).toBe(true)
  })

  test('that somebody else took over is not released by its former owner', () => {
    const folder = temporaryFolder()
    const former = acquireLock(folder, clock, { ...random, hex: () => 'former' })
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 1, host: 'other', processStart: '', token: 'new' }))
    former.release()
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toContain('new')
  })
})
