import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfigStore } from './config-store.ts'
import { clearSavedConfig, previousConfigs, readSavedConfig, saveConfig, SAVED_CONFIG } from './saved-config.ts'

/** The saved configuration in the state folder of a user. `STATE_UNWRITABLE` when the folder cannot be used. */
export function fileConfigStore(folder: string): ConfigStore {
  return {
    place: join(folder, SAVED_CONFIG),
    read: () => readSavedConfig(folder),
    save: (text) => saveConfig(folder, text),
    clear: () => clearSavedConfig(folder),
    previous: async () => {
      const versions = await previousConfigs(folder)
      return Promise.all(
        versions.map(async ({ number, path }) => ({
          number,
          replacedAt: Math.trunc((await stat(path)).mtimeMs),
          read: () => readFile(path, 'utf8'),
        })),
      )
    },
  }
}
