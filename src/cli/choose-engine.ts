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
 * The engine that a configuration asks for, else the one that `WORKFLOW_ENGINE` names, else argo in a pod that has a service
 * account, else local. `USAGE` for another word in `WORKFLOW_ENGINE`.
 */
export function chooseEngine(world: Pick<World, 'env'>, wish: EngineWish = {}): EngineChoice {
  const named = wish.engine ?? world.env['WORKFLOW_ENGINE']
  const kind = named === undefined || named === '' ? (isInPod(world.env) ? 'argo' : 'local') : named
  switch (kind) {
    case 'local':
      return { kind }
    case 'argo':
      return wish.namespace === undefined ? { kind } : { kind, namespace: wish.namespace }
    default:
      throw usage(`WORKFLOW_ENGINE is local or argo, not '${kind}'`)
  }
}
