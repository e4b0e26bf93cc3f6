import { ByteCursor } from '../../core/byte-cursor.ts'
import type { NumbersTsdb } from './column-meta-tsdb.ts'
import type { NumberColumn, NumberRun } from './column.ts'
import type { DocSlots } from './doc-slots.ts'
import { monotonicWindows } from './monotonic-window.ts'
import { readStagedBlock } from './number-stages.ts'
import type { RegionReader } from './region-reader.ts'
import { readNumberBlock, readOrdinalBlock } from './tsdb-block.ts'

/**
 * The numbers of a logsdb or time-series column, any stretch of them at a time; ordinals when `termCount` is given.
 * `BLOB_CORRUPT` when a block does not end where the next begins.
 *
 * Source: Elasticsearch `ES819TSDBDocValuesProducer.getValues`.
 */
export function numberRunTsdb(
  meta: NumbersTsdb,
  values: RegionReader,
  indexData: RegionReader,
  termCount: number | undefined,
): NumberRun {
  const { packing, count } = meta
  if (packing.form !== 'blocks') {
    return { count, read: (from, to) => Promise.resolve(new BigInt64Array(to - from)) }
  }
  const blockValues = 2 ** packing.blockShift
  const starts = monotonicWindows(packing.index, indexData, values.length)
  const bitsPerOrdinal = termCount === undefined ? 0 : ordinalWidth(termCount)
  return {
    count,
    read: async (from, to, signal) => {
      const output = new BigInt64Array(to - from)
      if (from === to) return output
      const firstBlock = Math.floor(from / blockValues)
      const endBlock = Math.ceil(to / blockValues)
      const bounds = await starts.read(firstBlock, Math.min(endBlock + 1, starts.count), signal)
      const boundOf = (block: number): number => (block === starts.count ? values.length : bounds[block - firstBlock]!)
      const decoded = new BigInt64Array(blockValues)
      const valuesIn = (block: number): number => Math.min(blockValues, count - block * blockValues)
      for (let block = firstBlock; block < endBlock; block++) {
        const bytes = await values.read(boundOf(block), boundOf(block + 1), signal)
        const cursor = new ByteCursor(bytes, values.name, { order: 'little', base: values.base + boundOf(block) })
        if (termCount !== undefined) readOrdinalBlock(cursor, bitsPerOrdinal, decoded)
        else if (packing.stages === undefined) readNumberBlock(cursor, decoded)
        else readStagedBlock(cursor, packing.stages, valuesIn(block), decoded)
        cursor.expectEnd()
        const base = block * blockValues
        const start = Math.max(from, base)
        output.set(decoded.subarray(start - base, Math.min(to, base + blockValues) - base), start - from)
      }
      return output
    },
  }
}

/** Ordinals are packed with the bits that the largest takes, rounded up to a width that is packed fast. */
function ordinalWidth(termCount: number): number {
  let bits = 1
  while (2 ** bits < termCount) bits++
  if (bits <= 24) return bits
  return bits <= 32 ? 32 : Math.ceil(bits / 8) * 8
}

/** The ordinals of the field that sorts the segment, kept as the first document of each. */
export async function ordinalStretches(
  meta: NumbersTsdb,
  values: RegionReader,
  slots: DocSlots,
  maxDoc: number,
  signal: AbortSignal,
): Promise<NumberColumn> {
  if (meta.packing.form !== 'stretches') throw new Error('the ordinals are not stretches of documents')
  const { starts } = meta.packing
  const first = await monotonicWindows(starts, values, maxDoc).read(0, starts.count, signal)
  return {
    kind: 'numbers',
    window: (from, to) => {
      const range = slots.range(from, to)
      const ordinals = new BigInt64Array(range.count)
      let ordinal = lastAtMost(first, from)
      for (let doc = from; doc < to; doc++) {
        while (ordinal + 1 < first.length && first[ordinal + 1]! <= doc) ordinal++
        const slot = range.starts[doc - from]!
        if (range.starts[doc - from + 1]! > slot) ordinals[slot] = BigInt(ordinal)
      }
      return Promise.resolve({ starts: range.starts, values: ordinals })
    },
  }
}

function lastAtMost(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}
