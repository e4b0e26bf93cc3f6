import { isInPod } from '../kubernetes/in-cluster.ts'
import { usage } from './command.ts'
import type { World } from './world.ts'

/** Which engine runs workflows. */
export type EngineChoice =
  | { readonly kind: 'local' }
  /** Without a namespace: that of the environment, see `openKubernetes`. */
  | { readonly kind: 'argo'; readonly namespace?: string }

/** What a configuration says of the engine. */
export interface EngineWish {
  readonly engine?: 'local' | 'argo'
  readonly namespace?: string
}

/**
 * The engine that the command line asks for, else the configuration, else the environment as `environmentEngine` says. `USAGE` as
 * there.
 */
export function chooseEngine(world: Pick<World, 'env' | 'where'>, wish: EngineWish): EngineChoice {
  const kind = world.where?.engine ?? wish.engine ?? environmentEngine(world).kind
  return kind === 'local' || wish.namespace === undefined ? { kind } : { kind, namespace: wish.namespace }
}

/**
 * The engine that `WORKFLOW_ENGINE` names, else argo in a pod that has a service account, else local: it also says where the
 * saved configuration is kept. `USAGE` for another word in `WORKFLOW_ENGINE`.
 */
export function environmentEngine(world: Pick<World, 'env'>): EngineChoice {
  const named = world.env['WORKFLOW_ENGINE']
  const kind = named === undefined || named === '' ? (isInPod(world.env) ? 'argo' : 'local') : named
  switch (kind) {
    case 'local':
    case 'argo':
      return { kind }
    default:
      throw usage(`WORKFLOW_ENGINE is local or argo, not '${kind}'`)
  }
}
