import { hasErrors } from '../../config/diagnostic.ts'
import { loadConfig } from '../../config/load.ts'
import { environmentEngine } from '../choose-engine.ts'
import { openConfigStore } from '../saved-configuration.ts'
import type { World } from '../world.ts'
import { openCredentialStore } from './open-credential-store.ts'
import { moveInlineSecrets } from './move-inline-secrets.ts'
import { invalid, showDiagnostics } from './texts.ts'

/**
 * Saves a text if it has no errors and says where; findings go to stderr. On Kubernetes passwords that stand in it go into Secrets
 * first, since many may read a ConfigMap. `CONFIG_INVALID` (nothing changed), `STATE_UNWRITABLE`, `KUBERNETES_…`.
 */
export async function saveAndSay(world: World, text: string, title: string): Promise<void> {
  const { diagnostics } = loadConfig(text)
  if (hasErrors(diagnostics)) {
    await showDiagnostics(world, diagnostics, title)
    throw invalid(title, 'nothing was changed')
  }
  const store = await openConfigStore(world)
  const kept =
    environmentEngine(world).kind === 'local'
      ? text
      : await moveInlineSecrets(text, await openCredentialStore(world), (line) => world.stderr.write(line))
  const saved = await store.save(kept)
  await showDiagnostics(world, saved.diagnostics, title)
  await world.stderr.write(`Saved as ${store.place}\n`)
}
