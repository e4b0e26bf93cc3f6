import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BootError } from '../messages.ts'
import type { KeeperReady, KeeperRequest } from './keeper.ts'
import { runKubectl } from './kubectl.ts'

/** A running Kubernetes cluster of one node with Argo Workflows. */
export interface KubernetesHandle extends KeeperReady {
  /** Runs kubectl as the administrator and returns what it printed; throws when it fails. */
  kubectl(args: readonly string[], input?: string): string
  /** Gives an image archive to the node. */
  importImage(archive: string): Promise<void>
  /** Ends the workflow controller. */
  stopController(): Promise<void>
  /** Ends the workflow controller and starts it again. */
  restartController(): Promise<void>
  /** Ends everything that was started and removes all that it left. May be called again. */
  stop(): Promise<void>
}

const KEEPER = fileURLToPath(new URL('keeper.ts', import.meta.url))

/** Boots a cluster, in about half a minute when its programs are built. It ends with this process. Throws `BootError`. */
export async function bootKubernetes(): Promise<KubernetesHandle> {
  // A group of its own: Ctrl-C in a terminal reaches this process, and the end of the pipe reaches the keeper.
  const child = spawn(process.execPath, ['--import', 'tsx', KEEPER], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async <T>(): Promise<T> => {
    const line = await lines.next()
    if (line.done === true) throw new BootError('boot Kubernetes: its keeper ended without a word')
    const message = JSON.parse(line.value) as T & { readonly error?: string }
    if (message.error !== undefined) throw new BootError(message.error)
    return message
  }
  const ask = async (request: KeeperRequest): Promise<void> => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    await next()
  }
  const ready = await next<KeeperReady>()
  return {
    ...ready,
    kubectl: (args, input) => runKubectl(ready, args, input),
    importImage: (archive) => ask({ importImage: archive }),
    stopController: () => ask({ stopController: true }),
    restartController: async () => {
      await ask({ stopController: true })
      await ask({ startController: true })
    },
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}
