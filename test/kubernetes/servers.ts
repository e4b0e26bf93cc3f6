import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootServer, type ServerHandle } from '../servers/boot.ts'
import { exposePort, type ExposedPort } from '../servers/expose.ts'
import type { RestTarget } from '../servers/rest.ts'

/** Two clusters of this machine that pods reach as well. */
export interface ExposedServers {
  readonly source: ServerHandle
  readonly target: ServerHandle
  readonly seen: { readonly source: RestTarget; readonly target: RestTarget }
  /** Folder of this machine in the source's `path.repo`; its sub-folders are repositories. Pods find it at `/snapshots`. */
  readonly snapshots: string
  /** Keys of the source in a configuration: its snapshots go into a folder of their own in there. */
  readonly repository: string
  close(): Promise<void>
}

/** Boots Elasticsearch 7.10.2 and OpenSearch 2.19, that one with HTTPS and users when asked to, and lets pods reach them at `address`. */
export async function bootExposed(
  address: string,
  { security = false }: { readonly security?: boolean } = {},
): Promise<ExposedServers> {
  const work = mkdtempSync(join(tmpdir(), 'kubernetes-servers-'))
  const snapshots = join(work, 'snapshots')
  const [source, target] = await Promise.all([
    bootServer({ distribution: 'elasticsearch', version: '7.10.2', repositoryFolder: snapshots }),
    bootServer({ distribution: 'opensearch', version: '2.19', heap: '768m', security }),
  ])
  const exposed: ExposedPort[] = []
  const expose = async ({ url }: RestTarget): Promise<RestTarget> => {
    const port = await exposePort(address, Number(new URL(url).port))
    exposed.push(port)
    return { url: `${new URL(url).protocol}//${port.authority}` }
  }
  return {
    source,
    target,
    snapshots,
    repository: `    snapshotRepo:\n      fsRepoPath: ${snapshots}/own\n      localPath: /snapshots/own\n`,
    seen: { source: await expose(source), target: await expose(target) },
    close: async () => {
      await Promise.all([source.stop(), target.stop(), ...exposed.map((port) => port.close())])
      rmSync(work, { recursive: true, force: true })
    },
  }
}
