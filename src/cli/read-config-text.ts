import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Failure, messageOf } from '../core/failure.ts'
import type { World } from './world.ts'

/** The text of a configuration in a file. `CONFIG_MISSING`; `CONFIG_INVALID` when it cannot be read. */
export async function configFileText(world: Pick<World, 'cwd'>, file: string): Promise<string> {
  const subject = resolve(world.cwd, file)
  try {
    return await readFile(subject, 'utf8')
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    const code = absent ? 'CONFIG_MISSING' : 'CONFIG_INVALID'
    throw new Failure(code, absent ? 'it does not exist' : messageOf(cause), { op: 'read', subject, cause })
  }
}
