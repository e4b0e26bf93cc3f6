import { openCluster, type Cluster } from '../cluster/cluster.ts'
import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import type { Secret, SecretRef } from '../core/secret.ts'
import type { HttpAuth } from '../http/auth.ts'
import { openHttp } from '../http/open-http.ts'
import type { Plan, PlannedAuth, PlannedCluster } from '../plan/plan.ts'

/** Finds the value of a secret when it is needed; `CONFIG_INVALID` names the reference that leads nowhere. */
export type RevealSecret = (ref: SecretRef) => Promise<Secret>

/** Connections to the clusters of a plan, opened on first use and shared by all steps of a process. */
export interface Clusters {
  source(name: string): Promise<Cluster>
  target(name: string): Promise<Cluster>
  close(): Promise<void>
}

/** Connects to the clusters of a plan; codes as `openHttp` and `openCluster`. A failed connection is tried anew by the next call. */
export function connectClusters(
  plan: Plan,
  reveal: RevealSecret,
  clock: Clock,
  random: Random,
  signal: AbortSignal,
): Clusters {
  const open = new Map<string, Promise<Cluster>>()
  const connect = (side: string, name: string, planned: PlannedCluster | undefined): Promise<Cluster> => {
    if (planned === undefined) throw new Error(`the plan has no ${side} cluster ${name}`)
    const key = `${side} ${name}`
    const known = open.get(key)
    if (known !== undefined) return known
    const opening = connectOne(planned, reveal, clock, random, signal)
    open.set(key, opening)
    opening.catch(() => open.delete(key))
    return opening
  }
  return {
    source: (name) => connect('source', name, plan.sources[name]),
    target: (name) => connect('target', name, plan.targets[name]),
    close: async () => {
      const clusters = await Promise.allSettled(open.values())
      open.clear()
      for (const result of clusters) if (result.status === 'fulfilled') await result.value.http.close()
    },
  }
}

/** Connects to one cluster and asks what it is. */
export async function connectOne(
  planned: Pick<PlannedCluster, 'endpoint' | 'auth' | 'tls' | 'connections' | 'requestsPerSecond'>,
  reveal: RevealSecret,
  clock: Clock,
  random: Random,
  signal: AbortSignal,
): Promise<Cluster> {
  const http = await openHttp(
    {
      endpoint: planned.endpoint,
      auth: await revealAuth(planned.auth, reveal),
      tls: planned.tls,
      ...(planned.connections === undefined ? {} : { connections: planned.connections }),
      ...(planned.requestsPerSecond === undefined ? {} : { requestsPerSecond: planned.requestsPerSecond }),
    },
    clock,
    random,
  )
  try {
    return await openCluster(http, signal)
  } catch (error) {
    await http.close()
    throw error
  }
}

async function revealAuth(auth: PlannedAuth, reveal: RevealSecret): Promise<HttpAuth> {
  switch (auth.kind) {
    case 'none':
    case 'mtls':
      return auth
    case 'basic':
      return {
        kind: 'basic',
        username: (await reveal(auth.username)).reveal(),
        password: await reveal(auth.password),
      }
    case 'apiKey':
      return { kind: 'apiKey', key: await reveal(auth.key) }
    case 'sigv4':
      return { kind: 'sigv4', region: auth.region, service: auth.service }
  }
}
