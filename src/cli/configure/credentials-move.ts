import { loadConfig } from '../../config/load.ts'
import type { CommandRun } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { openCredentialStore } from './open-credential-store.ts'
import { moveInlineSecrets } from './move-inline-secrets.ts'
import { saveAndSay } from './save.ts'
import { invalid, readConfigText, showDiagnostics } from './texts.ts'

/**
 * `workflow configure credentials move`: every inline secret of the saved configuration is kept outside of it, and the text refers
 * to it. Earlier versions of the configuration keep what they had.
 */
export const run: CommandRun = async (world) => {
  const { text, title } = await readConfigText(world, undefined)
  const { config, diagnostics } = loadConfig(text)
  if (config === undefined) {
    await showDiagnostics(world, diagnostics, title)
    throw invalid(title, 'nothing was changed')
  }
  const moved = await moveInlineSecrets(text, await openCredentialStore(world), (line) => world.stderr.write(line))
  if (moved === text) await world.stderr.write('No secret stands in the saved configuration.\n')
  else await saveAndSay(world, moved, title)
  return EXIT.done
}
