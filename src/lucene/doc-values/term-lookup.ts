import { lz4Decode } from '../../codec/lz4.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import { halvesOf, numberAt } from '../../core/int64-halves.ts'
import type { TermsMeta } from './column-meta-70.ts'
import type { TermLookup } from './column.ts'
import type { MonotonicWindows } from './monotonic-window.ts'
import type { RegionReader } from './region-reader.ts'

/** Bytes of decoded blocks that are kept: dictionaries up to that size are decoded once. */
const KEPT_BYTES = 16 * 1024 * 1024

/** Terms of a column, and their bytes, up to which each is kept as an array of its own. */
const SHORT_LIST = 1024
const SHORT_LIST_BYTES = 1024 * 1024

/** Where the terms of a column lie. */
export interface TermRegions {
  readonly addresses: MonotonicWindows
  readonly terms: RegionReader
  /** True when the first term of an LZ4 block is the history of the others, since Lucene 9. */
  readonly firstTermIsHistory: boolean
}

/**
 * Finds terms by ordinal: blocks of 16 plain or 64 compressed terms, each sharing a prefix with the one before.
 * `BLOB_CORRUPT` when a block does not hold its terms in ascending order, or an ordinal has no term.
 *
 * ```
 * vint length, bytes, [LZ4: vint rawLength, block]; then each: u8 prefix & 15 | (suffix - 1) << 4, [vint], [vint], suffix
 * ```
 *
 * Source: Lucene `Lucene90DocValuesProducer.TermsDict`.
 */
export function termLookup(meta: TermsMeta, regions: TermRegions): TermLookup {
  const blockSize = 2 ** meta.blockShift
  const blocks = new Map<number, TermBlock>()
  let keptBytes = 0

  const block = async (number: number, signal: AbortSignal): Promise<TermBlock> => {
    const last = (number + 1) * blockSize >= meta.count
    const bounds = await regions.addresses.read(number, last ? number + 1 : number + 2, signal)
    const end = last ? meta.terms.length : bounds[1]!
    const bytes = await regions.terms.read(bounds[0]!, end, signal)
    const cursor = new ByteCursor(bytes, regions.terms.name, { base: regions.terms.base + bounds[0]! })
    const terms = readBlock(cursor, Math.min(blockSize, meta.count - number * blockSize), meta, regions)
    keptBytes += terms.bytes.length + terms.ends.byteLength
    if (keptBytes > KEPT_BYTES) {
      blocks.clear()
      keptBytes = 0
    }
    blocks.set(number, terms)
    return terms
  }

  return {
    isShort: isShortList(meta),
    terms: async (ordinals, signal) => {
      const found = new Array<Uint8Array>(ordinals.length)
      const open: number[] = []
      const halves = halvesOf(ordinals)
      for (let at = 0; at < ordinals.length; at++) {
        const ordinal = numberAt(halves, at)
        if (!(ordinal >= 0 && ordinal < meta.count)) {
          throw new ByteCursor(new Uint8Array(0), regions.terms.name).corrupt(
            `ordinal ${ordinal}, there are ${meta.count} terms`,
          )
        }
        const known = blocks.get(Math.floor(ordinal / blockSize))
        if (known === undefined) open.push(at)
        else found[at] = termAt(known, ordinal % blockSize)
      }
      // In the order they lie in the file, so that each block is read once, whether it is kept or not.
      open.sort((a, b) => numberAt(halves, a) - numberAt(halves, b))
      let last = -1
      let current: TermBlock | undefined
      for (const at of open) {
        const ordinal = numberAt(halves, at)
        const number = Math.floor(ordinal / blockSize)
        if (current === undefined || number !== last) current = await block(number, signal)
        last = number
        found[at] = termAt(current, ordinal % blockSize)
      }
      return found
    },
  }
}

/** The terms of a block one after the other, and where each ends. */
interface TermBlock {
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
  /** The terms one by one, of short lists. */
  readonly terms: readonly Uint8Array[] | undefined
}

function termAt({ bytes, ends, terms }: TermBlock, place: number): Uint8Array {
  return terms?.[place] ?? sliceOf(bytes, ends, place)
}

function readBlock(cursor: ByteCursor, count: number, meta: TermsMeta, { firstTermIsHistory }: TermRegions): TermBlock {
  const { compressed, maxTermLength } = meta
  const first = cursor.take(cursor.vCount('length of a term', Math.min(maxTermLength, cursor.remaining)))
  const rest = compressed && count > 1 ? decompress(cursor, first, firstTermIsHistory) : cursor
  const ends = new Uint32Array(count)
  let bytes: Uint8Array = new Uint8Array(Math.max(256, 2 * (first.length + rest.remaining)))
  bytes.set(first)
  ends[0] = first.length
  for (let index = 1, start = 0, end = first.length; index < count; index++) {
    const token = rest.uint8()
    let prefix = token & 15
    if (prefix === 15) prefix += rest.vCount('length of a prefix')
    let suffix = 1 + (token >> 4)
    if (suffix === 16) suffix += rest.vCount('length of a suffix')
    if (prefix > end - start || prefix + suffix > maxTermLength) {
      throw rest.corrupt(`term of ${prefix} + ${suffix} bytes after one of ${end - start}`)
    }
    const next = end + prefix + suffix
    if (next > bytes.length) bytes = grown(bytes, next)
    bytes.copyWithin(end, start, start + prefix)
    bytes.set(rest.take(suffix), end + prefix)
    if (!isAscending(bytes, start, end, next, prefix)) throw rest.corrupt('terms are not in ascending order')
    start = end
    end = next
    ends[index] = end
  }
  const exact = bytes.slice(0, ends[count - 1])
  return {
    bytes: exact,
    ends,
    terms: isShortList(meta) ? Array.from(ends, (_, place) => sliceOf(exact, ends, place)) : undefined,
  }
}

function isShortList({ count, maxTermLength }: TermsMeta): boolean {
  return count <= SHORT_LIST && count * maxTermLength <= SHORT_LIST_BYTES
}

function sliceOf(bytes: Uint8Array, ends: Uint32Array, place: number): Uint8Array {
  return bytes.subarray(place === 0 ? 0 : ends[place - 1], ends[place])
}

function grown(bytes: Uint8Array, least: number): Uint8Array {
  const larger = new Uint8Array(Math.max(least, 2 * bytes.length))
  larger.set(bytes)
  return larger
}

/** True when the term `[end, next)` comes after `[start, end)`, of which its first `prefix` bytes are a copy. */
function isAscending(bytes: Uint8Array, start: number, end: number, next: number, prefix: number): boolean {
  const [left, right] = [end - start, next - end]
  for (let at = prefix; at < left && at < right; at++) {
    const difference = bytes[end + at]! - bytes[start + at]!
    if (difference !== 0) return difference > 0
  }
  return right > left
}

function decompress(cursor: ByteCursor, first: Uint8Array, firstTermIsHistory: boolean): ByteCursor {
  const length = cursor.vCount('length of a block', 1 << 24)
  const history = firstTermIsHistory ? first.length : 0
  const bytes = new Uint8Array(history + length)
  if (firstTermIsHistory) bytes.set(first)
  cursor.offset = lz4Decode(
    cursor.bytes,
    cursor.offset,
    cursor.end,
    bytes,
    history,
    history + length,
    0,
    cursor.subject,
  )
  return new ByteCursor(bytes, `terms of ${cursor.subject}`, { offset: history })
}
