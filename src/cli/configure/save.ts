import { hasErrors } from '../../config/diagnostic.ts'
import { saveConfig } from '../../config/saved-config.ts'
import { savedConfigFile, stateFolder } from '../state-folder.ts'
import type { World } from '../world.ts'
import { invalid, showDiagnostics } from './texts.ts'

/** Saves a text if it has no errors and says where; findings go to stderr. `CONFIG_INVALID` (nothing changed), `STATE_UNWRITABLE`. */
export async function saveAndSay(world: World, text: string, title: string): Promise<void> {
  const { diagnostics } = await saveConfig(stateFolder(world), text)
  await showDiagnostics(world, diagnostics, title)
  if (hasErrors(diagnostics)) throw invalid(title, 'nothing was changed')
  await world.stderr.write(`Saved as ${savedConfigFile(world)}\n`)
}
