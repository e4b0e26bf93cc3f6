import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildImage, imageName } from '../../../scripts/image/build-image.ts'
import { bootKubernetes } from './boot-kubernetes.ts'
import { serveControl } from './control.ts'
import type { KeeperReady } from './keeper.ts'
import { reasonWithoutKubernetes } from './requirements.ts'

/** The cluster that all test files of the group share; `inject('kubernetes')` gives it. */
export interface SharedKubernetes extends KeeperReady {
  /** The program's image, which the node has. */
  readonly image: string
  /** For `restartController`. */
  readonly control: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** Undefined where no cluster can be booted; `kubernetesReason` says why. */
    readonly kubernetes: SharedKubernetes | undefined
    readonly kubernetesReason: string | undefined
  }
}

/** Boots one cluster with the program's image for all files of the group, and ends it after the last. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const reason = reasonWithoutKubernetes()
  project.provide('kubernetesReason', reason)
  project.provide('kubernetes', undefined)
  if (reason !== undefined) return undefined
  const cluster = await bootKubernetes()
  const work = mkdtempSync(join(tmpdir(), 'backfill-image-'))
  try {
    const archive = join(work, 'image.tar')
    buildImage(archive)
    await cluster.importImage(archive)
  } catch (error) {
    await cluster.stop()
    throw error
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  const { kubeconfig, binaries, hostAddress, hostName, logs } = cluster
  const control = await serveControl(cluster)
  const shared = { kubeconfig, binaries, hostAddress, hostName, logs, image: imageName(), control: control.url }
  project.provide('kubernetes', shared)
  return () => {
    control.close()
    return cluster.stop()
  }
}
