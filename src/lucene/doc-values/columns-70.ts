import { binaryColumn, compressedStrings, plainStrings } from './binary-70.ts'
import type { AddressesMeta, ColumnMeta, Layout70, NumbersMeta, TermsMeta } from './column-meta-70.ts'
import type { ColumnData } from './column-data.ts'
import { numberColumn, termColumn, type Column, type NumberColumn, type TermLookup } from './column.ts'
import type { DocSlots } from './doc-slots.ts'
import { monotonicWindows, type MonotonicWindows } from './monotonic-window.ts'
import { numberRun70 } from './number-run-70.ts'
import { RegionReader } from './region-reader.ts'
import { termLookup } from './term-lookup.ts'
import { addressedRanges, singleRanges } from './value-ranges.ts'
import { openSlots } from './open-slots.ts'

/** Opens a column of Lucene 7 to 10 for reading window by window. */
export async function openColumn70(
  meta: ColumnMeta,
  layout: Layout70,
  data: ColumnData,
  signal: AbortSignal,
): Promise<Column> {
  switch (meta.kind) {
    case 'numeric':
      return openNumbers(meta.numbers, undefined, data, signal)
    case 'sorted_numeric':
      return openNumbers(meta.numbers, meta.perDoc, data, signal)
    case 'binary': {
      const { binary } = meta
      const slots = await openSlots(binary.docs, binary.count, data, signal)
      const region = new RegionReader(data.body, binary.data)
      const addresses =
        binary.addresses === undefined
          ? undefined
          : openAddresses(binary.addresses, data, binary.data.offset + binary.data.length)
      if (binary.compressed === undefined) return binaryColumn(slots, plainStrings(binary, region, addresses))
      if (addresses === undefined) return binaryColumn(slots, () => Promise.resolve([]))
      return binaryColumn(slots, compressedStrings(binary, region, addresses))
    }
    case 'sorted':
      return termColumn(
        await openNumbers(meta.ordinals, undefined, data, signal),
        openTerms(meta.terms, layout.family === 90, data),
      )
    case 'sorted_set': {
      const { perDoc } = meta
      let { ordinals } = meta
      if (perDoc !== undefined && layout.family !== 90) {
        // Lucene 7 and 8 do not record how many ordinals there are; the last address does.
        const addresses = openAddresses(perDoc, data, Number.MAX_SAFE_INTEGER)
        const [count] = await addresses.read(addresses.count - 1, addresses.count, signal)
        ordinals = { ...ordinals, count: count! }
      }
      return termColumn(
        await openNumbers(ordinals, perDoc, data, signal),
        openTerms(meta.terms, layout.family === 90, data),
      )
    }
  }
}

async function openNumbers(
  numbers: NumbersMeta,
  perDoc: AddressesMeta | undefined,
  data: ColumnData,
  signal: AbortSignal,
): Promise<NumberColumn> {
  const docs = perDoc === undefined ? numbers.count : perDoc.addresses.count - 1
  const slots: DocSlots = await openSlots(numbers.docs, docs, data, signal)
  const run = await numberRun70(numbers, new RegionReader(data.body, numbers.values), data.order, signal)
  if (perDoc === undefined) return numberColumn(singleRanges(slots), run)
  const addresses = openAddresses(perDoc, data, numbers.count)
  return numberColumn(addressedRanges(slots, addresses, run.count, data.body.name), run)
}

/** Opens the addresses of a column whose values end at `limit`. */
export function openAddresses({ addresses, region }: AddressesMeta, data: ColumnData, limit: number): MonotonicWindows {
  return monotonicWindows(addresses, new RegionReader(data.body, region), limit)
}

/** Opens the terms of a column. */
export function openTerms(meta: TermsMeta, firstTermIsHistory: boolean, data: ColumnData): TermLookup {
  const addresses = monotonicWindows(meta.addresses, new RegionReader(data.body, meta.addressData), meta.terms.length)
  return termLookup(meta, { addresses, terms: new RegionReader(data.body, meta.terms), firstTermIsHistory })
}
