import type { Kubernetes } from '../kubernetes/kubernetes.ts'
import type { World } from './world.ts'

/** What reaching a cluster takes from the world. */
export type NamespaceWorld = Pick<World, 'env' | 'cwd' | 'clock' | 'random' | 'signal'>

/** Setting up TLS takes a good part of a short command, so that a command does it once. */
const opened = new WeakMap<NamespaceWorld, Map<string | undefined, Promise<Kubernetes>>>()

/**
 * The namespace that commands work in: the given one, else that of the environment. All of a world have the same connections, which
 * nobody closes: those that are not used do not keep the program from ending. `KUBERNETES_CONFIG` when it is not known how to reach
 * the cluster.
 */
export function openNamespace(world: NamespaceWorld, namespace?: string): Promise<Kubernetes> {
  const ofWorld = opened.get(world) ?? new Map<string | undefined, Promise<Kubernetes>>()
  opened.set(world, ofWorld)
  const known = ofWorld.get(namespace)
  if (known !== undefined) return known
  const kubernetes = openNew(world, namespace)
  ofWorld.set(namespace, kubernetes)
  return kubernetes
}

async function openNew(world: NamespaceWorld, namespace: string | undefined): Promise<Kubernetes> {
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
