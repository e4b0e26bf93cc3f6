import { directLength, readDirect } from '../direct-reader.ts'
import { checkMonotonicData, type MonotonicMeta } from '../monotonic.ts'
import { Failure } from '../../core/failure.ts'
import type { RegionReader } from './region-reader.ts'

/** Reads any stretch of a monotonic array from its region. */
export interface MonotonicWindows {
  readonly count: number
  /** Values `[from, to)`; `BLOB_CORRUPT` unless they never decrease and lie in `[0, limit]`. */
  read(from: number, to: number, signal: AbortSignal): Promise<Float64Array>
}

/** Opens a monotonic array whose corrections are in `region`. `BLOB_CORRUPT` when a block lies outside of it. */
export function monotonicWindows(meta: MonotonicMeta, region: RegionReader, limit: number): MonotonicWindows {
  checkMonotonicData(meta, region.length, region.name)
  return {
    count: meta.count,
    read: async (from, to, signal) => {
      const values = new Float64Array(to - from)
      if (from < 0 || to > meta.count) throw outside(region, `values ${from} to ${to} of ${meta.count}`)
      let previous = 0
      for (let index = from; index < to;) {
        const block = Math.floor(index / 2 ** meta.blockShift)
        const blockStart = block * 2 ** meta.blockShift
        const end = Math.min(to, blockStart + 2 ** meta.blockShift)
        const bits = meta.bits[block]!
        // Eight values of any width end on a whole byte.
        const aligned = index - blockStart - ((index - blockStart) % 8)
        const offset = meta.offset[block]!
        const data =
          bits === 0
            ? new Uint8Array(0)
            : await region.read(
                offset + directLength(bits, aligned),
                offset + directLength(bits, end - blockStart),
                signal,
              )
        for (; index < end; index++) {
          const within = index - blockStart
          // The writer predicts in float32; any other precision gives other values.
          const predicted = Math.trunc(Math.fround(meta.average[block]! * Math.fround(within)))
          const correction = bits === 0 ? 0 : readDirect(data, 0, bits, within - aligned, meta.order)
          const value = meta.min[block]! + predicted + correction
          if (!(value >= previous && value <= limit)) {
            throw outside(region, `value ${index} of an array is ${value}, after ${previous}, up to ${limit}`)
          }
          values[index - from] = value
          previous = value
        }
      }
      return values
    },
  }
}

function outside(region: RegionReader, detail: string): Failure {
  return new Failure('BLOB_CORRUPT', detail, { op: 'decode', subject: region.name })
}
