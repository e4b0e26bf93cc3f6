import type { BlobStore } from '../../src/blob/blob-store.ts'
import { memoryStore } from '../unit/blob/memory-store.ts'
import type { Region } from './mutation.ts'

/** What was read of the blobs of a store. */
export interface Reading {
  /** The ranges read, by key. */
  readonly ranges: ReadonlyMap<string, readonly Region[]>
  /** Keys of which a read gave other bytes than the original blob has in that range. */
  readonly tainted: ReadonlySet<string>
}

/**
 * The blobs of a repository in memory, some of them replaced. It records what is read, and whether any of it differs from
 * the originals: damage that nobody reads cannot be noticed, damage that is read has to be.
 */
export function recordedStore(
  originals: ReadonlyMap<string, Uint8Array>,
  replaced: ReadonlyMap<string, Uint8Array> = new Map(),
): { readonly store: BlobStore; readonly reading: Reading } {
  const inner = memoryStore(new Map([...originals, ...replaced]))
  const ranges = new Map<string, Region[]>()
  const tainted = new Set<string>()
  const read: BlobStore['read'] = async (key, range, signal) => {
    const bytes = await inner.read(key, range, signal)
    const original = originals.get(key)
    const region = { start: range.start, end: range.start + bytes.length }
    const known = ranges.get(key)
    if (known === undefined) ranges.set(key, [region])
    else known.push(region)
    if (replaced.has(key)) {
      const before = original?.subarray(range.start, range.end ?? original.length) ?? new Uint8Array(0)
      if (Buffer.compare(before, bytes) !== 0) tainted.add(key)
    }
    return bytes
  }
  return { store: { ...inner, read }, reading: { ranges, tainted } }
}
