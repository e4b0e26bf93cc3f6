import { systemClock } from '../../../src/core/clock.ts'
import { systemRandom } from '../../../src/core/random.ts'
import { Secret } from '../../../src/core/secret.ts'
import { openCluster, type Cluster } from '../../../src/cluster/cluster.ts'
import { openHttp, type HttpOptions } from '../../../src/http/open-http.ts'
import type { ServerHandle } from '../boot.ts'

/** A signal that nothing fires. */
export const calm = new AbortController().signal

/** Options that reach a booted server with all it needs; tests change single ones. */
export function httpOptions(server: ServerHandle): HttpOptions {
  const { credentials, caFile } = server
  return {
    endpoint: server.url,
    auth:
      credentials === undefined
        ? { kind: 'none' }
        : { kind: 'basic', username: credentials.username, password: new Secret(credentials.password) },
    ...(caFile !== undefined && { tls: { caFile } }),
  }
}

/** Opens the cluster, runs `work` and closes the connections. */
export async function withCluster<T>(options: HttpOptions, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const http = await openHttp(options, systemClock, systemRandom)
  try {
    return await work(await openCluster(http, calm))
  } finally {
    await http.close()
  }
}
