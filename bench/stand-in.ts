import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Received } from './stand-in-target.ts'

/** A stand-in target in a process of its own. */
export interface StandIn {
  readonly port: number
  /** Without a slash at the end. */
  readonly endpoint: string
  received(): Promise<Received>
  stop(): void
}

/** Starts the stand-in that was bundled as `stand-in-target` into `folder`. */
export async function startStandIn(folder: string): Promise<StandIn> {
  const child = spawn(process.execPath, [join(folder, 'stand-in-target.js')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString().trim())
  const endpoint = `http://127.0.0.1:${port}`
  return {
    port,
    endpoint,
    received: async () => (await (await fetch(`${endpoint}/_received`)).json()) as Received,
    stop: () => child.kill(),
  }
}
