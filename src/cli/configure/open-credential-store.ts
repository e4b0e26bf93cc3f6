import { chooseEngine, environmentEngine } from '../choose-engine.ts'
import { openNamespace } from '../open-namespace.ts'
import { savedWish } from '../saved-configuration.ts'
import type { World } from '../world.ts'
import type { CredentialStore } from './credential-store.ts'

/**
 * Where credentials are kept: as Secrets in the namespace when environment or saved configuration mean the argo engine, else in
 * the state folder.
 */
export async function openCredentialStore(world: World): Promise<CredentialStore> {
  const environment = environmentEngine(world)
  const choice = environment.kind === 'argo' ? environment : chooseEngine(world, await savedWish(world))
  if (choice.kind === 'local') {
    const { fileCredentials } = await import('./file-credentials.ts')
    return fileCredentials(world)
  }
  const { secretCredentials } = await import('./secret-credentials.ts')
  return secretCredentials(await openNamespace(world, choice.namespace))
}
