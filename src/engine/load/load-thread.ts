import { Worker } from 'node:worker_threads'
import { messageOf } from '../../core/failure.ts'
import { packFailure, type FromLoader, type LoadTask, type ToLoader } from './load-messages.ts'
import { Mailbox } from './mailbox.ts'

/** A loader that the runner talks to, wherever it runs. */
export interface LoadThread {
  post(message: ToLoader): void
  /** The next message; once the loader has ended, `ended` with the reason unless it ended in good order, and so ever after. */
  next(): Promise<FromLoader | LoaderEnded>
}

/** The loader is gone. */
export interface LoaderEnded {
  readonly type: 'ended'
  /** Why, unless it was told to. */
  readonly reason?: string
}

/** Starts a loader for a step. */
export type StartLoader = (task: LoadTask) => LoadThread

/** Starts loaders as threads of this process; `entry` is the module that calls `serveLoads` on its parent port. */
export function threadStarter(entry: URL): StartLoader {
  return (task) => {
    const inbox = new Mailbox<FromLoader | LoaderEnded>()
    const worker = new Worker(entry, { workerData: task })
    let reason: string | undefined
    worker.on('message', (message: FromLoader) => inbox.put(message))
    worker.on('messageerror', (error) => (reason = messageOf(error)))
    worker.on('error', (error) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
    })
    worker.on('exit', (code) => {
      if (code !== 0) reason ??= `the thread ended with code ${code}`
      inbox.end({ type: 'ended', ...(reason === undefined ? {} : { reason }) })
    })
    return { post: (message) => worker.postMessage(message), next: () => inbox.next() }
  }
}

/** Records something a loader reported, and tells it how that went. */
export async function answer(loader: LoadThread, record: () => Promise<void>): Promise<void> {
  try {
    await record()
  } catch (error) {
    loader.post({ type: 'unrecorded', failure: packFailure(error) })
    throw error
  }
  loader.post({ type: 'recorded' })
}
