import type { Engine } from '../engine/engine.ts'
import { chooseEngine, type EngineChoice } from './choose-engine.ts'
import { openNamespace } from './open-namespace.ts'
import { configFileText } from './read-config-text.ts'
import { savedWish, wishIn } from './saved-configuration.ts'
import { stateFolder } from './state-folder.ts'
import type { World } from './world.ts'

/**
 * The engine that the commands talk to: the given one, else the one that the saved configuration of this machine, the environment
 * or the pod asks for. The local one works on the state folder of this user, and its runners are detached processes; the argo one
 * works in a namespace. `KUBERNETES_CONFIG` when it is not known how to reach the cluster. What only one engine needs is loaded with
 * it, since `workflow status` is asked for often.
 */
export async function openEngine(world: World, wanted?: EngineChoice): Promise<Engine> {
  const choice = wanted ?? (await currentChoice(world))
  const { clock, random, signal } = world
  if (choice.kind === 'local') {
    const { LocalEngine } = await import('../engine/local/local-engine.ts')
    return new LocalEngine({
      home: stateFolder(world),
      clock,
      random,
      signal,
      startRunner: (folder) => world.startDetached(['runner', folder.name], folder.runnerLog),
    })
  }
  const { ArgoEngine } = await import('../engine/argo/argo-engine.ts')
  return new ArgoEngine({
    kubernetes: await openNamespace(world, choice.namespace),
    clock,
    random,
    signal,
    reveal: async (ref) => (await import('./reveal-secret.ts')).secretRevealer(world, choice)(ref),
    connect: async (plan) => (await import('./connect-run.ts')).connectRun(world, choice, plan),
  })
}

/** The engine of commands that need nothing else of a configuration. `CONFIG_MISSING` when the file that `--file` names is not there. */
export async function currentChoice(world: World): Promise<EngineChoice> {
  const file = world.where?.file
  return chooseEngine(
    world,
    file === undefined ? await savedWish(world) : await wishIn(await configFileText(world, file)),
  )
}
