import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { Failure, isFailure } from '../../core/failure.ts'
import type { Random } from '../../core/random.ts'
import { acquireLock, type HeldLock } from './lock.ts'

const LOCK_POLL_MS = 50
const PATIENCE_MS = 15_000

/**
 * Locks the state folder, which is made where it is missing, against other commands that start runs: two submissions at the same
 * moment must not both start a run of the same configuration. `STATE_UNWRITABLE`; `WORKFLOW_LOCKED` after a quarter of a minute.
 */
export async function lockHome({
  home,
  clock,
  random,
  signal,
}: {
  readonly home: string
  readonly clock: Clock
  readonly random: Random
  readonly signal: AbortSignal
}): Promise<HeldLock> {
  try {
    mkdirSync(join(home, 'workflows'), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Failure('STATE_UNWRITABLE', (cause as Error).message, { op: 'create', subject: home, cause })
  }
  const deadline = clock.monotonic() + PATIENCE_MS
  for (;;) {
    try {
      return acquireLock(home, clock, random)
    } catch (error) {
      if (!isFailure(error, 'WORKFLOW_LOCKED') || clock.monotonic() > deadline) throw error
    }
    await clock.sleep(LOCK_POLL_MS, signal)
  }
}
