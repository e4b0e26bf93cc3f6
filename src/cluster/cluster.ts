import type { HttpClient } from '../http/http-client.ts'
import { detect, type ClusterInfo } from './detect.ts'
import { quirksOf, type Quirks } from './quirks.ts'

/** An open cluster: the connection, what it is, and how its version differs. */
export interface Cluster {
  readonly http: HttpClient
  readonly info: ClusterInfo
  readonly quirks: Quirks
}

/**
 * Asks what answers at the endpoint and looks up its quirks; changes nothing. `CLUSTER_NOT_ONE`, `CLUSTER_UNSUPPORTED`, and
 * what the connection throws.
 */
export async function openCluster(http: HttpClient, signal: AbortSignal): Promise<Cluster> {
  const info = await detect(http, signal)
  return { http, info, quirks: quirksOf(info, http.endpoint) }
}
