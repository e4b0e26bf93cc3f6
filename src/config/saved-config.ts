import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, messageOf } from '../core/failure.ts'
import { hasErrors } from './diagnostic.ts'
import type { LoadedConfig } from './load.ts'

/** Name of the file in a state folder. */
export const SAVED_CONFIG = 'config.yaml'
const HISTORY = 'config-history'
const KEPT_VERSIONS = 20

/** A version of the saved configuration that was replaced or cleared. */
export interface PreviousConfig {
  /** Counts up; the newest has the highest. */
  readonly number: number
  readonly path: string
}

/** The saved configuration of a state folder, undefined when there is none. `STATE_UNWRITABLE` when it cannot be read. */
export async function readSavedConfig(folder: string): Promise<string | undefined> {
  const path = join(folder, SAVED_CONFIG)
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unusable('read', path, cause)
  }
}

/**
 * Replaces the saved configuration, if the text has no errors; otherwise nothing is changed and the findings tell why. A crash
 * leaves the old or the new one whole. The file can be read by its owner only, as it may hold passwords. The last 20 versions
 * are kept. `STATE_UNWRITABLE` when the folder cannot be written.
 */
export async function saveConfig(folder: string, text: string): Promise<LoadedConfig> {
  // Commands that only read the text do not wait for the schema to load.
  const { loadConfig } = await import('./load.ts')
  const loaded = loadConfig(text)
  if (hasErrors(loaded.diagnostics)) return loaded
  const before = await readSavedConfig(folder)
  if (before === text) return loaded
  if (before !== undefined) await keepVersion(folder, before)
  await replaceFile(folder, SAVED_CONFIG, text)
  return loaded
}

/** Removes the saved configuration; it stays among the previous ones. False when there was none. `STATE_UNWRITABLE`. */
export async function clearSavedConfig(folder: string): Promise<boolean> {
  const before = await readSavedConfig(folder)
  if (before === undefined) return false
  await keepVersion(folder, before)
  const path = join(folder, SAVED_CONFIG)
  try {
    await rm(path, { force: true })
  } catch (cause) {
    throw unusable('remove', path, cause)
  }
  return true
}

/** Versions that were replaced or cleared, newest first. */
export async function previousConfigs(folder: string): Promise<readonly PreviousConfig[]> {
  const history = join(folder, HISTORY)
  let names: string[]
  try {
    names = await readdir(history)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unusable('read', history, cause)
  }
  return names
    .flatMap((name) => {
      const number = /^(\d+)\.yaml$/.exec(name)?.[1]
      return number === undefined ? [] : [{ number: Number(number), path: join(history, name) }]
    })
    .sort((a, b) => b.number - a.number)
}

async function keepVersion(folder: string, text: string): Promise<void> {
  const previous = await previousConfigs(folder)
  const number = (previous[0]?.number ?? 0) + 1
  await replaceFile(join(folder, HISTORY), `${number.toString().padStart(6, '0')}.yaml`, text)
  for (const old of previous.slice(KEPT_VERSIONS - 1)) {
    try {
      await rm(old.path, { force: true })
    } catch (cause) {
      throw unusable('remove', old.path, cause)
    }
  }
}

/** Writes beside the file, then renames over it. */
async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name)
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw unusable('write', path, cause)
  }
}

function unusable(op: string, subject: string, cause: unknown): Failure {
  return new Failure('STATE_UNWRITABLE', messageOf(cause), { op, subject, cause })
}
