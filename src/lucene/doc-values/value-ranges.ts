import { Failure } from '../../core/failure.ts'
import type { ValueRanges } from './column.ts'
import { singleValues } from './column.ts'
import type { DocSlots } from './doc-slots.ts'
import type { MonotonicWindows } from './monotonic-window.ts'

/** Values of documents that have one at most. */
export function singleRanges(slots: DocSlots): ValueRanges {
  return (from, to) => Promise.resolve(singleValues(slots.range(from, to)))
}

/** Values of documents that may have several: `addresses` says where those of each document with a value begin. */
export function addressedRanges(
  slots: DocSlots,
  addresses: MonotonicWindows,
  valueCount: number,
  subject: string,
): ValueRanges {
  if (addresses.count !== slots.count + 1) {
    throw new Failure('BLOB_CORRUPT', `${addresses.count} addresses for ${slots.count} documents`, {
      op: 'decode',
      subject,
    })
  }
  return async (from, to, signal) => {
    const { first, count, starts } = slots.range(from, to)
    const values = await addresses.read(first, first + count + 1, signal)
    const begin = values[0]!
    const end = values[count]!
    if (end > valueCount || (first === 0 && begin !== 0)) {
      throw new Failure('BLOB_CORRUPT', `values ${begin} to ${end} of ${valueCount}`, { op: 'decode', subject })
    }
    return { from: begin, to: end, starts: starts.map((slot) => values[slot]! - begin) }
  }
}
