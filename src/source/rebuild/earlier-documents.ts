import { chunkOfDoc } from '../../lucene/chunk-index.ts'
import { decodeChunk } from '../../lucene/stored-fields.ts'
import type { SegmentSource } from '../segment-source.ts'
import type { StoredByName, StoredValuesAt } from './stored-values-of.ts'

/**
 * The stored values of documents `[from, to)`, which lie in chunks before the one that is being read: nested objects whose root
 * begins a chunk. Values are copies. Codes as `decodeChunk`.
 */
export async function earlierDocuments(
  source: SegmentSource,
  storedAt: StoredValuesAt,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, StoredByName>> {
  const { index, fdt } = source.stored
  const found = new Map<number, StoredByName>()
  for (let doc = from; doc < to;) {
    const number = chunkOfDoc(index, doc)
    const raw = await fdt.read(index.pointers[number]!, index.pointers[number + 1]!, signal)
    const chunk = decodeChunk(source.stored, raw, number)
    const end = Math.min(to, index.docBases[number + 1]!)
    for (; doc < end; doc++) found.set(doc, storedAt(chunk, doc))
  }
  return found
}
