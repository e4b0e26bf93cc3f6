import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { BootError, lockTimeout } from './messages.ts'

const LOCK_TIMEOUT_MS = 1_800_000
const LOCK_POLL_MS = 250

/** The folder of assembled servers: outside the repository, kept between runs. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['BACKFILL_TEST_CACHE']
  if (chosen !== undefined && chosen !== '') return chosen
  const base = env['XDG_CACHE_HOME']
  const parent = base !== undefined && base !== '' ? base : join(homedir(), '.cache')
  return join(parent, 'backfill-workflow-tests')
}

/**
 * Returns the folder `name` of the cache, built on first use. It appears whole or not at all: it is built beside its place
 * and renamed. One build of a kind at a time on this machine: Maven's local repository does not bear two writers. What boots a
 * server to fill its folder is `data`, since the server may have to be built meanwhile.
 */
export async function cached(
  name: string,
  build: (folder: string) => Promise<void>,
  kind: 'build' | 'go' | 'data' = 'build',
): Promise<string> {
  const cache = cacheFolder()
  const target = join(cache, name)
  if (existsSync(target)) return target
  mkdirSync(cache, { recursive: true })
  const release = await lock(join(cache, `${kind}.lock`))
  try {
    if (existsSync(target)) return target
    const draft = mkdtempSync(join(cache, 'building-'))
    try {
      await build(draft)
      renameSync(draft, target)
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
    return target
  } finally {
    release()
  }
}

/** Waits for a lock file and takes it; a lock whose process on this machine is gone does not count. */
async function lock(file: string): Promise<() => void> {
  const own = `${file}.${randomUUID()}`
  writeFileSync(own, `${process.pid}@${hostname()}`)
  const giveUpAt = Date.now() + LOCK_TIMEOUT_MS
  try {
    for (;;) {
      try {
        linkSync(own, file)
        return () => rmSync(file, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const holder = holderOf(file)
      if (holder !== undefined && isGone(holder)) rmSync(file, { force: true })
      else if (Date.now() > giveUpAt) {
        throw new BootError(lockTimeout(file, LOCK_TIMEOUT_MS / 1000, holder ?? 'unknown'))
      } else await delay(LOCK_POLL_MS)
    }
  } finally {
    rmSync(own, { force: true })
  }
}

function holderOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // released meanwhile
  }
}

function isGone(holder: string): boolean {
  const [pid, host] = holder.split('@')
  if (host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
