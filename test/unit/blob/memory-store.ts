import { throwIfAborted } from '../../../src/core/clock.ts'
import { Failure } from '../../../src/core/failure.ts'
import { checkKey } from '../../../src/blob/blob-key.ts'
import type { BlobStore, ByteRange } from '../../../src/blob/blob-store.ts'
import { memoryFor } from '../../../src/blob/memory-for.ts'
import { resolveRange } from '../../../src/blob/resolve-range.ts'

const STREAM_CHUNK_BYTES = 64 * 1024

/** The blobs of a map, which may change while the store is in use. */
export function memoryStore(blobs: ReadonlyMap<string, Uint8Array>, uri = 'memory://'): BlobStore {
  const find = (key: string, op: string, signal: AbortSignal): Uint8Array => {
    throwIfAborted(signal)
    checkKey(key, 'key', uri)
    const bytes = blobs.get(key)
    if (bytes === undefined) throw new Failure('BLOB_NOT_FOUND', 'no such blob', { op, subject: `${uri}/${key}` })
    return bytes
  }
  const part = (key: string, range: ByteRange, signal: AbortSignal, memory?: Uint8Array): Uint8Array => {
    const bytes = find(key, 'read', signal)
    const { start, end } = resolveRange(`${uri}/${key}`, range, bytes.length)
    const copy = memoryFor(end - start, memory)
    copy.set(bytes.subarray(start, end))
    return copy
  }
  return {
    uri,
    list: async function* (prefix, { delimiter }, signal) {
      checkKey(prefix, 'prefix', uri)
      throwIfAborted(signal)
      for (const [key, { length }] of [...blobs]) {
        throwIfAborted(signal)
        if (!key.startsWith(prefix) || (delimiter && key.includes('/', prefix.length))) continue
        yield { key, size: length }
      }
    },
    size: async (key, signal) => find(key, 'look up', signal).length,
    read: async (key, range, signal, memory) => part(key, range, signal, memory),
    stream: async function* (key, range, signal) {
      const bytes = part(key, range, signal)
      for (let start = 0; start < bytes.length; start += STREAM_CHUNK_BYTES) {
        throwIfAborted(signal)
        yield bytes.slice(start, start + STREAM_CHUNK_BYTES)
      }
    },
  }
}
