import { lz4Decode } from '../../codec/lz4.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import type { BinaryMeta } from './column-meta-70.ts'
import type { BytesColumn } from './column.ts'
import type { DocSlots } from './doc-slots.ts'
import type { MonotonicWindows } from './monotonic-window.ts'
import type { RegionReader } from './region-reader.ts'

/** Writers put 32 values into a chunk; bounds what a damaged number can allocate. */
const MAX_CHUNK_SHIFT = 16

/** Reads byte strings by their place among those of the column. */
export type ReadStrings = (from: number, to: number, signal: AbortSignal) => Promise<readonly Uint8Array[]>

/** A column with one byte string a document. */
export function binaryColumn(slots: DocSlots, read: ReadStrings): BytesColumn {
  return {
    kind: 'bytes',
    distinct: false,
    fewValues: false,
    window: async (from, to, signal) => {
      const { first, count, starts } = slots.range(from, to)
      return { starts, values: await read(first, first + count, signal) }
    },
  }
}

/** Byte strings one after the other, of one length or with addresses. Source: Lucene `Lucene90DocValuesProducer.getBinary`. */
export function plainStrings(
  meta: Pick<BinaryMeta, 'maxLength'>,
  data: RegionReader,
  addresses: MonotonicWindows | undefined,
): ReadStrings {
  return async (from, to, signal) => {
    if (from === to) return []
    if (addresses === undefined) {
      const { maxLength } = meta
      const bytes = await data.read(from * maxLength, to * maxLength, signal)
      return Array.from({ length: to - from }, (_, k) => bytes.subarray(k * maxLength, (k + 1) * maxLength))
    }
    const bounds = await addresses.read(from, to + 1, signal)
    const bytes = await data.read(bounds[0]!, bounds[to - from]!, signal)
    return Array.from({ length: to - from }, (_, k) =>
      bytes.subarray(bounds[k]! - bounds[0]!, bounds[k + 1]! - bounds[0]!),
    )
  }
}

/**
 * Byte strings in LZ4 chunks, Lucene 8.5 and later. Addresses are offsets in the file.
 *
 * ```
 * vint first length << 1 | all the same, [vint length of each other], LZ4 block of all of them
 * ```
 *
 * Source: Lucene `Lucene80DocValuesProducer.BinaryDecoder`.
 */
export function compressedStrings(meta: BinaryMeta, data: RegionReader, addresses: MonotonicWindows): ReadStrings {
  const { docsPerChunkShift, maxChunkLength } = meta.compressed!
  if (docsPerChunkShift > MAX_CHUNK_SHIFT || addresses.count < Math.ceil(meta.count / 2 ** docsPerChunkShift)) {
    throw new ByteCursor(new Uint8Array(0), data.name, { base: data.base }).corrupt(
      `${addresses.count} chunks of 2^${docsPerChunkShift} for ${meta.count} values`,
    )
  }
  const perChunk = 2 ** docsPerChunkShift
  let kept: { readonly chunk: number; readonly values: readonly Uint8Array[] } | undefined
  const readChunk = async (chunk: number, signal: AbortSignal): Promise<readonly Uint8Array[]> => {
    if (kept?.chunk === chunk) return kept.values
    const last = chunk === addresses.count - 1
    const bounds = await addresses.read(chunk, last ? chunk + 1 : chunk + 2, signal)
    const start = bounds[0]! - data.base
    const end = last ? data.length : bounds[1]! - data.base
    const cursor = new ByteCursor(await data.read(start, end, signal), data.name, { base: bounds[0]! })
    const values = decodeChunk(cursor, Math.min(perChunk, meta.count - chunk * perChunk), perChunk, maxChunkLength)
    kept = { chunk, values }
    return values
  }
  return async (from, to, signal) => {
    const values: Uint8Array[] = []
    for (let index = from; index < to;) {
      const chunk = Math.floor(index / perChunk)
      const end = Math.min(to, (chunk + 1) * perChunk)
      const all = await readChunk(chunk, signal)
      for (; index < end; index++) values.push(all[index - chunk * perChunk]!)
    }
    return values
  }
}

function decodeChunk(cursor: ByteCursor, count: number, perChunk: number, maxLength: number): Uint8Array[] {
  const head = cursor.vCount('length of a value')
  const lengths = [head >> 1]
  // The writer records a length for every place of the chunk, also behind the last value.
  for (let index = 1; index < perChunk; index++) {
    lengths.push((head & 1) === 1 ? head >> 1 : cursor.vCount('length of a value', maxLength))
  }
  const total = lengths.reduce((sum, length) => sum + length, 0)
  if (total > maxLength) throw cursor.corrupt(`chunk of ${total} bytes, at most ${maxLength}`)
  const bytes = new Uint8Array(total)
  if (total > 0) lz4Decode(cursor.bytes, cursor.offset, cursor.end, bytes, 0, total, 0, cursor.subject)
  let at = 0
  return lengths.slice(0, count).map((length) => bytes.subarray(at, (at += length)))
}
