import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../core/clock.ts'
import { systemRandom } from '../core/random.ts'
import type { LoadTask, ToLoader } from '../engine/load/load-messages.ts'
import { serveLoads } from '../engine/load/load-worker.ts'
import { secretRevealer } from './reveal-secret.ts'

// The entry point of a loader's thread: the runner starts it with a task and talks to it over the parent port.
const port = parentPort!
const clocks = { clock: systemClock, random: systemRandom }
const here = { ...clocks, env: process.env, cwd: process.cwd(), signal: new AbortController().signal }
// On Kubernetes a thread runs in a pod, whose Secrets are files.
const world = { ...clocks, reveal: secretRevealer(here, { kind: 'local' }) }
await serveLoads(
  workerData as LoadTask, // Sent by the runner of this same program.
  {
    post: (message, transfer = []) => port.postMessage(message, [...transfer]),
    listen: (handler) => port.on('message', (message: ToLoader) => handler(message)),
  },
  world,
)
port.close()
