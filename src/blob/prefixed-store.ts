import { checkKey } from './blob-key.ts'
import type { BlobStore } from './blob-store.ts'

/** The blobs of `store` under the folder `folder`, with keys relative to it; the same store when `folder` is empty. */
export function prefixedStore(store: BlobStore, folder: string): BlobStore {
  if (folder === '') return store
  checkKey(folder, 'key', store.uri)
  const base = `${folder}/`
  const inside = (key: string): string => {
    checkKey(key, 'key', store.uri)
    return base + key
  }
  return {
    uri: `${store.uri.replace(/\/$/, '')}/${folder}`,
    list: async function* (prefix, options, signal) {
      for await (const { key, size } of store.list(base + prefix, options, signal)) {
        yield { key: key.slice(base.length), size }
      }
    },
    size: async (key, signal) => store.size(inside(key), signal),
    read: async (key, range, signal, memory) => store.read(inside(key), range, signal, memory),
    stream: (key, range, signal) => store.stream(inside(key), range, signal),
  }
}
