import { lz4Decode } from '../../codec/lz4.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import type { TermsMeta } from './column-meta-70.ts'
import type { TermLookup } from './column.ts'
import type { MonotonicWindows } from './monotonic-window.ts'
import type { RegionReader } from './region-reader.ts'

/** Bytes of decoded blocks that are kept; dictionaries of few terms fit as a whole. */
const KEPT_BYTES = 2 * 1024 * 1024

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
  const blocks = new Map<number, readonly Uint8Array[]>()
  let keptBytes = 0

  const block = async (number: number, signal: AbortSignal): Promise<readonly Uint8Array[]> => {
    const known = blocks.get(number)
    if (known !== undefined) return known
    const last = (number + 1) * blockSize >= meta.count
    const bounds = await regions.addresses.read(number, last ? number + 1 : number + 2, signal)
    const end = last ? meta.terms.length : bounds[1]!
    const bytes = await regions.terms.read(bounds[0]!, end, signal)
    const cursor = new ByteCursor(bytes, regions.terms.name, { base: regions.terms.base + bounds[0]! })
    const terms = readBlock(cursor, Math.min(blockSize, meta.count - number * blockSize), meta, regions)
    keptBytes += terms.reduce((total, term) => total + term.length + 64, 0)
    if (keptBytes > KEPT_BYTES) {
      blocks.clear()
      keptBytes = 0
    }
    blocks.set(number, terms)
    return terms
  }

  return {
    terms: async (ordinals, signal) => {
      const found = new Map<number, Uint8Array>()
      for (const ordinal of ascending(ordinals)) {
        if (!(ordinal >= 0 && ordinal < meta.count)) {
          throw new ByteCursor(new Uint8Array(0), regions.terms.name).corrupt(
            `ordinal ${ordinal}, there are ${meta.count} terms`,
          )
        }
        const number = Math.floor(ordinal / blockSize)
        found.set(ordinal, (blocks.get(number) ?? (await block(number, signal)))[ordinal - number * blockSize]!)
      }
      return Array.from(ordinals, (ordinal) => found.get(Number(ordinal))!)
    },
  }
}

/** Distinct ordinals in ascending order, so that blocks are read in the order they lie in the file. */
function ascending(ordinals: BigInt64Array): number[] {
  return [...new Set(Array.from(ordinals, Number))].sort((a, b) => a - b)
}

function readBlock(
  cursor: ByteCursor,
  count: number,
  { compressed, maxTermLength }: TermsMeta,
  { firstTermIsHistory }: TermRegions,
): readonly Uint8Array[] {
  const first = cursor.take(cursor.vCount('length of a term', Math.min(maxTermLength, cursor.remaining)))
  const terms = [first]
  const rest = compressed && count > 1 ? decompress(cursor, first, firstTermIsHistory) : cursor
  let previous = first
  for (let index = 1; index < count; index++) {
    const token = rest.uint8()
    let prefix = token & 15
    if (prefix === 15) prefix += rest.vCount('length of a prefix')
    let suffix = 1 + (token >> 4)
    if (suffix === 16) suffix += rest.vCount('length of a suffix')
    if (prefix > previous.length || prefix + suffix > maxTermLength) {
      throw rest.corrupt(`term of ${prefix} + ${suffix} bytes after one of ${previous.length}`)
    }
    const term = new Uint8Array(prefix + suffix)
    term.set(previous.subarray(0, prefix))
    term.set(rest.take(suffix), prefix)
    if (Buffer.compare(previous, term) >= 0) throw rest.corrupt('terms are not in ascending order')
    terms.push(term)
    previous = term
  }
  return terms
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
