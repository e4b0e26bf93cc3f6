import { closeSync, openSync, readFileSync, renameSync, unlinkSync, utimesSync, statSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { Failure, messageOf } from '../../core/failure.ts'
import { currentPid } from '../../core/process.ts'
import type { Random } from '../../core/random.ts'
import { processStart } from './process-start.ts'

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number
  readonly host: string
  /** Start time of the process in clock ticks since boot, so that a reused process id is not taken for the owner. */
  readonly processStart: string
  /** Unique for each acquisition. */
  readonly token: string
}

/** A lock that is held; `beat` every few seconds keeps it from being taken for abandoned. */
export interface HeldLock {
  beat(): void
  release(): void
}

/** Milliseconds without a heartbeat after which the lock of another host counts as abandoned. */
export const ABANDONED_AFTER_MS = 60_000

/** Takes the lock file in `folder` for this process. `WORKFLOW_LOCKED` names a living owner; an abandoned lock is taken over. */
export function acquireLock(folder: string, clock: Clock, random: Random): HeldLock {
  const path = join(folder, 'lock')
  const owner: LockOwner = {
    pid: currentPid(),
    host: hostname(),
    processStart: processStart(currentPid()) ?? '',
    token: random.hex(8),
  }
  for (let attempt = 0; attempt < 5; attempt++) {
    if (create(path, owner)) return held(path, owner, clock)
    const found = readLock(folder, clock)
    if (found === undefined) continue
    if (found.alive) throw locked(folder, found.owner)
    // Only one of several takers can rename the abandoned file away.
    try {
      renameSync(path, `${path}.abandoned-${owner.token}`)
      unlinkSync(`${path}.abandoned-${owner.token}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unwritable(path, error)
    }
  }
  throw locked(folder, undefined)
}

/** The owner of the lock in `folder` and whether it is alive; undefined when there is no lock. */
export function readLock(
  folder: string,
  clock: Clock,
): { readonly owner: LockOwner; readonly alive: boolean } | undefined {
  const path = join(folder, 'lock')
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as LockOwner
    const quietMs = clock.now() - statSync(path).mtimeMs
    const alive =
      owner.host === hostname()
        ? processStart(owner.pid) === owner.processStart && owner.processStart !== ''
        : quietMs < ABANDONED_AFTER_MS
    return { owner, alive }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // Half-written by a process that died in between: nobody can be holding it.
    if (error instanceof SyntaxError) {
      return { owner: { pid: 0, host: hostname(), processStart: '', token: '' }, alive: false }
    }
    throw unwritable(path, error)
  }
}

function create(path: string, owner: LockOwner): boolean {
  try {
    const fd = openSync(path, 'wx', 0o600)
    writeSync(fd, JSON.stringify(owner))
    closeSync(fd)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw unwritable(path, error)
  }
}

function held(path: string, owner: LockOwner, clock: Clock): HeldLock {
  return {
    beat: () => {
      const seconds = clock.now() / 1000
      utimesSync(path, seconds, seconds)
    },
    release: () => {
      const found = JSON.parse(readFileSync(path, 'utf8')) as LockOwner
      if (found.token === owner.token) unlinkSync(path)
    },
  }
}

function locked(folder: string, owner: LockOwner | undefined): Failure {
  const who = owner === undefined ? 'another runner' : `process ${owner.pid} on ${owner.host}`
  return new Failure('WORKFLOW_LOCKED', `${who} works on it`, { op: 'lock', subject: folder })
}

function unwritable(path: string, cause: unknown): Failure {
  return new Failure('STATE_UNWRITABLE', messageOf(cause), { op: 'lock', subject: path, cause })
}
