import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { renderDiagnostics } from '../config/render-diagnostics.ts'
import { Failure, messageOf } from '../core/failure.ts'
import { withAbsoluteFiles } from '../plan/absolute-files.ts'
import { savedConfigFile } from './state-folder.ts'
import type { World } from './world.ts'

/** A configuration that is proven good, and the file it came from when it is not the saved one. */
export interface ReadConfig {
  readonly config: Config
  readonly configFile: string | undefined
}

/**
 * Reads the given configuration, else the saved one, and shows every finding in it on stderr. Relative paths in a file count
 * from its folder, those of the saved configuration from the current one. `CONFIG_MISSING`, `CONFIG_INVALID`.
 */
export async function readConfig(world: World, file: string | undefined): Promise<ReadConfig> {
  const configFile = file === undefined ? undefined : resolve(world.cwd, file)
  const path = configFile ?? savedConfigFile(world)
  const subject = configFile === undefined ? 'the saved configuration' : path
  const { config, diagnostics } = loadConfig(await readText(path, subject))
  if (diagnostics.length > 0) {
    const fileName = file ?? 'saved configuration'
    const color = world.color && world.stderr.isTty
    await world.stderr.write(`${renderDiagnostics(diagnostics, { fileName, color })}\n`)
  }
  if (config === undefined) {
    throw new Failure('CONFIG_INVALID', 'it has the mistakes listed above', { op: 'read', subject })
  }
  const base = configFile === undefined ? world.cwd : dirname(configFile)
  return { config: withAbsoluteFiles(config, base), configFile }
}

async function readText(path: string, subject: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const absent = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new Failure(absent ? 'CONFIG_MISSING' : 'CONFIG_INVALID', absent ? 'it does not exist' : messageOf(cause), {
      op: 'read',
      subject,
      cause,
    })
  }
}
