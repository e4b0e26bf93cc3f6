import type { ConfigStore } from '../config/config-store.ts'
import { fileConfigStore } from '../config/file-config-store.ts'
import { environmentEngine, type EngineWish } from './choose-engine.ts'
import { openNamespace, type NamespaceWorld } from './open-namespace.ts'
import { stateFolder } from './state-folder.ts'

/**
 * Where the saved configuration is: in the namespace when the environment is that of the argo engine, else in the state folder. It
 * cannot hang on what the configuration says. `KUBERNETES_CONFIG` when it is not known how to reach the cluster.
 */
export async function openConfigStore(world: NamespaceWorld): Promise<ConfigStore> {
  if (environmentEngine(world).kind === 'local') return fileConfigStore(stateFolder(world))
  const { kubernetesConfigStore } = await import('../config/kubernetes-config-store.ts')
  return kubernetesConfigStore(await openNamespace(world), world.clock)
}

/** Text without any of these has neither key, not even a quoted one with escapes, so that YAML need not be loaded for it. */
const MAY_NAME_ENGINE = /engine|namespace|\\/

/** What the saved configuration says of the engine; nothing where there is none, or where it is not YAML. */
export async function savedWish(world: NamespaceWorld): Promise<EngineWish> {
  return wishIn(await (await openConfigStore(world)).read())
}

/** What the text of a configuration says of the engine. */
export async function wishIn(text: string | undefined): Promise<EngineWish> {
  if (text === undefined || !MAY_NAME_ENGINE.test(text)) return {}
  const { parseYaml } = await import('../config/parse-yaml.ts')
  const { engine, namespace } = parseYaml(text).value ?? {}
  return {
    ...(engine === 'local' || engine === 'argo' ? { engine } : {}),
    ...(typeof namespace === 'string' ? { namespace } : {}),
  }
}
