import { messageOf } from '../../core/failure.ts'
import type { FromLoader, ToLoader } from './load-messages.ts'
import { Mailbox } from './mailbox.ts'
import type { LoaderEnded, StartLoader } from './load-thread.ts'
import { serveLoads, type LoaderWorld } from './load-worker.ts'

/** Starts loaders that run in the runner's own thread, over the same messages: for loads that are not worth a thread. */
export function inlineStarter(world: LoaderWorld): StartLoader {
  return (task) => {
    const inbox = new Mailbox<FromLoader | LoaderEnded>()
    let deliver: (message: ToLoader) => void = () => undefined
    const port = {
      post: (message: FromLoader): void => inbox.put(message),
      listen: (handler: (message: ToLoader) => void): void => {
        deliver = handler
      },
    }
    serveLoads(task, port, world).then(
      () => inbox.end({ type: 'ended' }),
      (error: unknown) => inbox.end({ type: 'ended', reason: messageOf(error) }),
    )
    return {
      // As between threads, a message arrives after whoever sent it has gone on.
      post: (message) => queueMicrotask(() => deliver(message)),
      next: () => inbox.next(),
    }
  }
}
