import type { Engine } from '../engine/engine.ts'
import { LocalEngine } from '../engine/local/local-engine.ts'
import { stateFolder } from './state-folder.ts'
import type { World } from './world.ts'

/** The engine that the commands talk to, on the state folder of this user; its runners are detached processes. */
export function openEngine(world: World): Engine {
  return new LocalEngine({
    home: stateFolder(world),
    clock: world.clock,
    random: world.random,
    signal: world.signal,
    startRunner: (folder) => world.startDetached(['runner', folder.name], folder.runnerLog),
  })
}
