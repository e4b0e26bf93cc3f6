import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { outputFailure } from '../output-failure.ts'

/** Where export lines go. */
export interface Sink {
  write(chunk: Uint8Array): Promise<void>
  /** Everything has been written and verified. */
  finish(): Promise<void>
  /** Something failed: nothing that looks complete may stay. */
  abandon(): Promise<void>
}

/** A file that has its final name only once it is complete; until then `.partial` is added. `STORE_FULL`, `OUTPUT_UNWRITABLE`. */
export async function finishedFile(path: string): Promise<Sink> {
  const partial = `${path}.partial`
  const file = await wrap(partial, async () => {
    await mkdir(dirname(path), { recursive: true })
    return open(partial, 'w')
  })
  return {
    write: (chunk) => wrap(partial, () => file.writeFile(chunk)),
    finish: () =>
      wrap(partial, async () => {
        await file.sync()
        await file.close()
        await rename(partial, path)
      }),
    abandon: async () => {
      // The failure that led here is what the user has to hear of, so a disk that refuses this as well stays unsaid.
      await file.close().catch(() => undefined)
      await rm(partial, { force: true }).catch(() => undefined)
    },
  }
}

async function wrap<T>(subject: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (cause) {
    throw outputFailure(cause, subject)
  }
}
