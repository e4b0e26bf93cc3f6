import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { BootError } from '../messages.ts'
import { installArgo, startController } from './argo.ts'
import { kubernetesBinaries } from './binaries.ts'
import { importImage, startNode, stopNode } from './node.ts'
import { HOST_NAME, nodeLayout, type NodeLayout, nodePaths } from './node-layout.ts'
import { NodeProcesses, startTime } from './node-processes.ts'
import { installPackages } from './requirements.ts'

/** What a keeper says when the cluster is up; one line of JSON. */
export interface KeeperReady {
  readonly kubeconfig: string
  readonly binaries: string
  readonly hostAddress: string
  readonly hostName: string
  readonly logs: string
}

/** What a keeper is asked: one line of JSON each, answered by one line `{"error"?}`. */
export type KeeperRequest =
  { readonly importImage: string } | { readonly stopController: true } | { readonly startController: true }

const NODES = 10

/**
 * Boots a cluster and keeps it until its own input ends, which it does whenever its parent ends, however that happens; then
 * everything of the cluster is ended and removed.
 */
async function main(): Promise<number> {
  const say = (line: string): void => void process.stderr.write(`Kubernetes: ${line}\n`)
  installPackages(say)
  const binaries = await kubernetesBinaries(say)
  const layout = await takeNode()
  const processes = new NodeProcesses(layout)
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
  try {
    await startNode(layout, binaries, processes)
    await installArgo(layout, binaries, processes)
    const { kubeconfig, logs } = nodePaths(layout)
    answer({ kubeconfig, binaries, hostAddress: layout.hostAddress, hostName: HOST_NAME, logs } satisfies KeeperReady)
    await Promise.race([stopped, serve(layout, binaries, processes)])
    return 0
  } catch (error) {
    answer({ error: error instanceof BootError ? error.message : String((error as Error).stack) })
    return 1
  } finally {
    await stopNode(layout, processes)
  }
}

/** Takes the first node that no living keeper has; what a dead one left is cleaned up first. */
async function takeNode(): Promise<NodeLayout> {
  for (let number = 0; number < NODES; number++) {
    const layout = nodeLayout(number, join(tmpdir(), `backfill-kubernetes-${number}`))
    const owner = join(layout.folder, 'keeper')
    if (existsSync(owner)) {
      const [pid, started] = readFileSync(owner, 'utf8').split(' ')
      if (startTime(Number(pid)) === started) continue
    }
    if (existsSync(layout.folder)) await stopNode(layout, new NodeProcesses(layout))
    mkdirSync(layout.folder, { mode: 0o755 })
    writeFileSync(owner, `${process.pid} ${startTime(process.pid) ?? ''}`)
    return layout
  }
  throw new BootError(`boot Kubernetes: ${NODES} clusters run already`)
}

async function serve(layout: NodeLayout, binaries: string, processes: NodeProcesses): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const request = JSON.parse(line) as KeeperRequest
      if ('importImage' in request) importImage(layout, request.importImage)
      else if ('stopController' in request) await processes.stop(['workflow-controller'])
      else await startController(layout, binaries, processes)
      answer({})
    } catch (error) {
      answer({ error: (error as Error).message })
    }
  }
}

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

process.stdout.on('error', () => undefined) // The parent is gone; the end of the input says so, too.
process.exitCode = await main()
