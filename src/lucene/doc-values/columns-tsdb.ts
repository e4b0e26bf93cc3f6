import { binaryColumn, plainStrings } from './binary-70.ts'
import { blockStrings } from './binary-tsdb.ts'
import type { AddressesMeta } from './column-meta-70.ts'
import type { ColumnMetaTsdb, LayoutTsdb, NumbersTsdb } from './column-meta-tsdb.ts'
import { numberColumn, termColumn, type Column, type NumberColumn } from './column.ts'
import type { ColumnData } from './column-data.ts'
import { openAddresses, openTerms } from './columns-70.ts'
import { numberRunTsdb, ordinalStretches } from './numbers-tsdb.ts'
import { openSlots } from './open-slots.ts'
import { RegionReader } from './region-reader.ts'
import { addressedRanges, singleRanges } from './value-ranges.ts'
import { Failure } from '../../core/failure.ts'

/** Versions whose byte strings may have offsets in a form that is not known. */
const UNKNOWN_OFFSETS: ReadonlySet<number> = new Set([1, 2])

/** Opens a column of a logsdb or time-series index for reading window by window. */
export async function openColumnTsdb(
  meta: ColumnMetaTsdb,
  layout: LayoutTsdb,
  data: ColumnData,
  signal: AbortSignal,
): Promise<Column> {
  switch (meta.kind) {
    case 'binary': {
      const { binary } = meta
      const slots = await openSlots(binary.docs, binary.count, data, signal)
      const region = new RegionReader(data.body, binary.data)
      const end = binary.data.offset + binary.data.length
      const addresses = binary.addresses === undefined ? undefined : openAddresses(binary.addresses, data, end)
      if (binary.blocks === undefined || addresses === undefined) {
        return binaryColumn(slots, plainStrings(binary, region, addresses))
      }
      if (UNKNOWN_OFFSETS.has(layout.version)) {
        throw new Failure('FORMAT_UNSUPPORTED', `byte strings in blocks of version ${layout.version}`, {
          op: 'decode',
          subject: data.body.name,
        })
      }
      const firstValues = openAddresses(binary.blocks.firstValues, data, binary.count)
      return binaryColumn(slots, blockStrings(binary, region, addresses, firstValues))
    }
    case 'numeric':
    case 'sorted_numeric':
      return openNumbers(meta.numbers, meta.perDoc, undefined, data, signal)
    case 'sorted':
    case 'sorted_set':
      return termColumn(
        await openNumbers(meta.numbers, meta.perDoc, meta.terms.count, data, signal),
        openTerms(meta.terms, true, data),
      )
  }
}

async function openNumbers(
  numbers: NumbersTsdb,
  perDoc: AddressesMeta | undefined,
  termCount: number | undefined,
  data: ColumnData,
  signal: AbortSignal,
): Promise<NumberColumn> {
  const docs = perDoc === undefined ? numbers.count : perDoc.addresses.count - 1
  const slots = await openSlots(numbers.docs, docs, data, signal)
  const values = new RegionReader(data.body, numbers.values)
  const { packing } = numbers
  if (packing.form === 'stretches') return ordinalStretches(numbers, values, slots, data.maxDoc, signal)
  const indexRegion = packing.form === 'blocks' ? packing.indexData : { offset: 0, length: 0 }
  const run = numberRunTsdb(numbers, values, new RegionReader(data.body, indexRegion), termCount)
  if (perDoc === undefined) return numberColumn(singleRanges(slots), run)
  const addresses = openAddresses(perDoc, data, numbers.count)
  return numberColumn(addressedRanges(slots, addresses, numbers.count, data.body.name), run)
}
