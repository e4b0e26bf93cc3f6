import { ByteCursor } from '../../core/byte-cursor.ts'
import { docBitsLength } from '../doc-bits.ts'
import { directLength, readDirectLong } from '../direct-reader.ts'
import type { Numbers54 } from './column-meta-54.ts'
import type { NumberRun } from './column.ts'
import type { ColumnData } from './column-data.ts'
import { monotonicWindows } from './monotonic-window.ts'
import { RegionReader } from './region-reader.ts'

/** Numbers of Lucene 5.4 to 6.x, one for each document, with whether the document really has it. */
export interface PerDoc54 {
  read(from: number, to: number, signal: AbortSignal): Promise<{ values: BigInt64Array; present: Uint8Array }>
}

/** Numbers by their place: all forms but the sparse one. Source: Lucene `Lucene54DocValuesProducer.getNumeric`. */
export function numberRun54({ packing, count, data }: Numbers54, { body }: ColumnData): NumberRun {
  const region = new RegionReader(body, data)
  const fail = (detail: string): never => {
    throw new ByteCursor(new Uint8Array(0), body.name, { base: data.offset }).corrupt(detail)
  }
  switch (packing.form) {
    case 'constant':
      return { count, read: (from, to) => Promise.resolve(new BigInt64Array(to - from).fill(packing.value)) }
    case 'monotonic': {
      const windows = monotonicWindows(packing.values, region, Number.MAX_SAFE_INTEGER)
      return {
        count,
        read: async (from, to, signal) => BigInt64Array.from(await windows.read(from, to, signal), BigInt),
      }
    }
    case 'sparse':
      return fail('sparse numbers where each place has one')
    default: {
      const { bits } = packing
      if (directLength(bits, count) > region.length) fail(`${count} values of ${bits} bits in ${region.length} bytes`)
      return {
        count,
        read: async (from, to, signal) => {
          const aligned = from - (from % 8)
          const bytes = await region.read(directLength(bits, aligned), directLength(bits, to), signal)
          const values = new BigInt64Array(to - from)
          for (let index = from; index < to; index++) {
            const packed = readDirectLong(bytes, 0, bits, index - aligned, 'big')
            values[index - from] =
              packing.form === 'packed'
                ? packing.gcd * packed + packing.min
                : (packing.table[Number(packed)] ?? fail(`entry ${packed} of a table of ${packing.table.length}`))
          }
          return values
        },
      }
    }
  }
}

/** Numbers by document. */
export async function perDoc54(numbers: Numbers54, data: ColumnData, signal: AbortSignal): Promise<PerDoc54> {
  if (numbers.packing.form === 'sparse') return sparse(numbers, numbers.packing, data, signal)
  const { missing } = numbers
  if (missing === 'none has one') {
    return {
      read: (from, to) => Promise.resolve({ values: new BigInt64Array(to - from), present: new Uint8Array(to - from) }),
    }
  }
  const run = numberRun54(numbers, data)
  const bits =
    missing === 'all have one'
      ? undefined
      : new RegionReader(data.body, { offset: missing, length: docBitsLength(data.maxDoc) })
  return {
    read: async (from, to, abort) => {
      const values = await run.read(from, to, abort)
      if (bits === undefined) return { values, present: new Uint8Array(to - from).fill(1) }
      const bytes = await bits.read(from >> 3, docBitsLength(to), abort)
      const present = Uint8Array.from({ length: to - from }, (_, index) => {
        const doc = from + index
        return (bytes[(doc >> 3) - (from >> 3)]! >> (doc & 7)) & 1
      })
      return { values, present }
    },
  }
}

/** Few documents have a value: their numbers are a monotonic array, their values packed without gaps. */
async function sparse(
  numbers: Numbers54,
  packing: Extract<Numbers54['packing'], { form: 'sparse' }>,
  data: ColumnData,
  signal: AbortSignal,
): Promise<PerDoc54> {
  const offset = typeof numbers.missing === 'number' ? numbers.missing : 0
  const region = new RegionReader(data.body, { offset, length: Math.max(0, numbers.data.offset - offset) })
  const docs = await monotonicWindows(packing.docs, region, data.maxDoc - 1).read(0, packing.docs.count, signal)
  const run = numberRun54(packing.values, data)
  return {
    read: async (from, to, abort) => {
      const values = new BigInt64Array(to - from)
      const present = new Uint8Array(to - from)
      let first = docs.findIndex((doc) => doc >= from)
      if (first === -1) first = docs.length
      let end = first
      while (end < docs.length && docs[end]! < to) end++
      const found = await run.read(first, end, abort)
      for (let index = first; index < end; index++) {
        values[docs[index]! - from] = found[index - first]!
        present[docs[index]! - from] = 1
      }
      return { values, present }
    },
  }
}
