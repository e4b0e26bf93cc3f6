import { dirname, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { Failure } from '../core/failure.ts'
import { withAbsoluteFiles } from '../plan/absolute-files.ts'
import { showDiagnostics } from './configure/texts.ts'
import { configFileText } from './read-config-text.ts'
import { openConfigStore } from './saved-configuration.ts'
import type { World } from './world.ts'

/** A configuration that is proven good, and the file it came from when it is not the saved one. */
export interface ReadConfig {
  readonly config: Config
  readonly configFile: string | undefined
}

/**
 * Reads the configuration that `--file` names, else the saved one, and shows every finding in it on stderr. Relative paths in a file count
 * from its folder, those of the saved configuration from the current one. `CONFIG_MISSING`, `CONFIG_INVALID`.
 */
export async function readConfig(world: World): Promise<ReadConfig> {
  const file = world.where?.file
  const configFile = file === undefined ? undefined : resolve(world.cwd, file)
  const subject = configFile ?? 'the saved configuration'
  const { config, diagnostics } = loadConfig(
    await (file === undefined ? readSaved(world) : configFileText(world, file)),
  )
  await showDiagnostics(world, diagnostics, file ?? 'saved configuration')
  if (config === undefined) {
    throw new Failure('CONFIG_INVALID', 'it has the mistakes listed above', { op: 'read', subject })
  }
  const base = configFile === undefined ? world.cwd : dirname(configFile)
  return { config: withAbsoluteFiles(config, base), configFile }
}

async function readSaved(world: World): Promise<string> {
  const text = await (await openConfigStore(world)).read()
  if (text !== undefined) return text
  throw new Failure('CONFIG_MISSING', 'it does not exist', { op: 'read', subject: 'the saved configuration' })
}
