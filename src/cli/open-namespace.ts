import type { Kubernetes } from '../kubernetes/kubernetes.ts'
import type { World } from './world.ts'

/** What reaching a cluster takes from the world. */
export type NamespaceWorld = Pick<World, 'env' | 'cwd' | 'clock' | 'random' | 'signal'>

/**
 * The namespace that commands work in: the given one, else that of the environment. Connections that are not used do not keep the
 * program from ending. `KUBERNETES_CONFIG` when it is not known how to reach the cluster.
 */
export async function openNamespace(world: NamespaceWorld, namespace?: string): Promise<Kubernetes> {
  const { openKubernetes } = await import('../kubernetes/open-kubernetes.ts')
  const { env, cwd, clock, random, signal } = world
  const home = env['HOME']
  return openKubernetes({
    env,
    cwd,
    clock,
    random,
    signal,
    ...(namespace === undefined ? {} : { namespace }),
    ...(home === undefined ? {} : { home }),
  })
}
