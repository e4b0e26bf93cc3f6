import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { KubernetesHandle } from './boot-kubernetes.ts'

/** Where test files, which run in processes of their own, ask for what only the process that booted the cluster can do. */
export interface Control {
  readonly url: string
  close(): void
}

/** Serves the requests of {@link restartController}. */
export async function serveControl(cluster: Pick<KubernetesHandle, 'restartController'>): Promise<Control> {
  const server = createServer((_, response) => {
    cluster.restartController().then(
      () => response.end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

/** Ends the workflow controller of a shared cluster and starts it again; returns when it is healthy. */
export async function restartController({ control }: { readonly control: string }): Promise<void> {
  const answer = await fetch(control, { method: 'POST' })
  if (!answer.ok) throw new Error(await answer.text())
}
