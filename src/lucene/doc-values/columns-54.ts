import { ByteCursor } from '../../core/byte-cursor.ts'
import { docBitsLength } from '../doc-bits.ts'
import { plainStrings } from './binary-70.ts'
import type { Bytes54, Column54, Multi54, Numbers54 } from './column-meta-54.ts'
import { termColumn, type BytesColumn, type Column, type NumberColumn, type TermLookup } from './column.ts'
import type { ColumnData } from './column-data.ts'
import { monotonicWindows } from './monotonic-window.ts'
import { numberRun54, perDoc54 } from './numbers-54.ts'
import { RegionReader } from './region-reader.ts'
import { readTerms54 } from './sorted-54.ts'

/**
 * Opens a column of Lucene 5.4 to 6.x for reading window by window; of the terms of a column all are kept in memory.
 *
 * Source: Lucene `Lucene54DocValuesProducer`.
 */
export async function openColumn54(meta: Column54, data: ColumnData, signal: AbortSignal): Promise<Column> {
  switch (meta.kind) {
    case 'numeric':
      return singleNumbers(meta.numbers, false, data, signal)
    case 'sorted_numeric':
      return openMulti(meta.numbers, meta.multi, false, data, signal)
    case 'binary':
      return openBinary(meta.binary, data)
    case 'sorted':
      return termColumn(
        await singleNumbers(meta.ordinals, true, data, signal),
        await openTerms(meta.terms, data, signal),
      )
    case 'sorted_set':
      return termColumn(
        await openMulti(meta.ordinals, meta.multi, true, data, signal),
        await openTerms(meta.terms, data, signal),
      )
  }
}

/** One number a document at most; an ordinal of -1 is none. */
async function singleNumbers(
  numbers: Numbers54,
  areOrdinals: boolean,
  data: ColumnData,
  signal: AbortSignal,
): Promise<NumberColumn> {
  const perDoc = await perDoc54(numbers, data, signal)
  return {
    kind: 'numbers',
    window: async (from, to, abort) => {
      const { values, present } = await perDoc.read(from, to, abort)
      const starts = new Int32Array(to - from + 1)
      let count = 0
      for (let index = 0; index < to - from; index++) {
        starts[index] = count
        if (present[index] === 1 && !(areOrdinals && values[index] === -1n)) values[count++] = values[index]!
      }
      starts[to - from] = count
      return { starts, values: values.subarray(0, count) }
    },
  }
}

async function openMulti(
  numbers: Numbers54,
  multi: Multi54,
  areOrdinals: boolean,
  data: ColumnData,
  signal: AbortSignal,
): Promise<NumberColumn> {
  if (multi.form === 'single') return singleNumbers(numbers, areOrdinals, data, signal)
  const fail = (detail: string): never => {
    throw new ByteCursor(new Uint8Array(0), data.body.name).corrupt(detail)
  }
  if (multi.form === 'addresses') {
    const run = numberRun54(numbers, data)
    const addresses = numberRun54(multi.addresses, data)
    return {
      kind: 'numbers',
      window: async (from, to, abort) => {
        const bounds = Array.from(await addresses.read(from, to + 1, abort), Number)
        const [begin, end] = [bounds[0]!, bounds[to - from]!]
        if (begin > end || end > run.count) fail(`values ${begin} to ${end} of ${run.count}`)
        const values = await run.read(begin, end, abort)
        return { starts: Int32Array.from(bounds, (bound) => bound - begin), values }
      },
    }
  }
  const { sets } = multi
  const perDoc = await perDoc54(numbers, data, signal)
  return {
    kind: 'numbers',
    window: async (from, to, abort) => {
      const { values, present } = await perDoc.read(from, to, abort)
      const starts = new Int32Array(to - from + 1)
      const all: bigint[] = []
      for (let index = 0; index < to - from; index++) {
        starts[index] = all.length
        if (present[index] === 0) continue
        all.push(...(sets[Number(values[index]!)] ?? fail(`set ${values[index]!} of ${sets.length}`)))
      }
      starts[to - from] = all.length
      return { starts, values: BigInt64Array.from(all) }
    },
  }
}

async function openTerms(meta: Bytes54, { body }: ColumnData, signal: AbortSignal): Promise<TermLookup> {
  const terms = await new RegionReader(body, meta.data).readAll(signal)
  const addresses = await new RegionReader(body, meta.addressData).readAll(signal)
  const { bytes, starts } = readTerms54(meta, terms, addresses, body.name)
  return {
    isShort: false,
    terms: (ordinals) =>
      Promise.resolve(
        Array.from(ordinals, (ordinal) => {
          const index = Number(ordinal)
          if (index < 0 || index >= meta.count) {
            throw new ByteCursor(terms, body.name).corrupt(`ordinal ${index}, there are ${meta.count} terms`)
          }
          return bytes.subarray(starts[index], starts[index + 1])
        }),
      ),
  }
}

/** One byte string a document; an empty one where it has none. */
function openBinary(meta: Bytes54, data: ColumnData): BytesColumn {
  const { body, maxDoc } = data
  if (meta.form === 'prefix') throw new ByteCursor(new Uint8Array(0), body.name).corrupt('byte strings share prefixes')
  const region = new RegionReader(body, meta.data)
  const addresses =
    meta.addresses === undefined
      ? undefined
      : monotonicWindows(meta.addresses, new RegionReader(body, meta.addressData), meta.data.length)
  const strings = plainStrings(meta, region, addresses)
  const bits =
    typeof meta.missing === 'number'
      ? new RegionReader(body, { offset: meta.missing, length: docBitsLength(maxDoc) })
      : undefined
  return {
    kind: 'bytes',
    distinct: false,
    fewValues: false,
    window: async (from, to, signal) => {
      if (meta.missing === 'none has one') return { starts: new Int32Array(to - from + 1), values: [] }
      const all = await strings(from, to, signal)
      const flags = await bits?.read(from >> 3, docBitsLength(to), signal)
      const starts = new Int32Array(to - from + 1)
      const values: Uint8Array[] = []
      for (let doc = from; doc < to; doc++) {
        starts[doc - from] = values.length
        if (flags === undefined || ((flags[(doc >> 3) - (from >> 3)]! >> (doc & 7)) & 1) === 1) {
          values.push(all[doc - from]!)
        }
      }
      starts[to - from] = values.length
      return { starts, values }
    },
  }
}
