import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { BlobStore } from '../../../src/blob/blob-store.ts'
import { openFsStore } from '../../../src/blob/fs-store.ts'
import { locationIn } from '../../../src/blob/location.ts'
import { meteredStore, newBlobMeter } from '../../../src/blob/metered-store.ts'
import { rateLimitedStore } from '../../../src/blob/rate-limited-store.ts'
import { retryStore } from '../../../src/blob/retry-store.ts'
import { describeBlobStore } from './conformance.ts'
import { faultyStore } from './faulty-store.ts'
import { memoryStore } from './memory-store.ts'

const close = (): Promise<void> => Promise.resolve()

async function folderOf(blobs: ReadonlyMap<string, Uint8Array>, below = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-blobs-'))
  for (const [key, bytes] of blobs) {
    const path = join(folder, below, key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, bytes)
  }
  return folder
}

describeBlobStore('a map in memory', async (blobs) => ({ store: memoryStore(blobs), close }))

describeBlobStore('a folder', async (blobs) => {
  const folder = await folderOf(blobs)
  return { store: openFsStore(folder), close: () => rm(folder, { recursive: true }) }
})

describeBlobStore('a base path in a folder', async (blobs) => {
  const folder = await folderOf(blobs, 'team a/snapshots')
  const { store } = locationIn(openFsStore(folder), '/team a/snapshots/')
  return { store, close: () => rm(folder, { recursive: true }) }
})

describeBlobStore('all wrappers around a store that answers', async (blobs) => {
  const wrap = (store: BlobStore): BlobStore =>
    retryStore(meteredStore(rateLimitedStore(store, { maxConcurrent: 4 }), newBlobMeter()))
  return { store: wrap(faultyStore(memoryStore(blobs), () => undefined)), close }
})
