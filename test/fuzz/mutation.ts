import { crc32 } from 'node:zlib'
import type { SeededRandom } from './seeded-random.ts'

/** A region of a file: the whole, or a file inside a compound file. */
export interface Region {
  readonly start: number
  readonly end: number
}

/** A changed copy of some bytes, and in words what was done. */
export interface Mutation {
  readonly bytes: Uint8Array
  readonly what: string
  /** The region after the change; it is longer or shorter when bytes were inserted or cut. */
  readonly region: Region
}

const INTERESTING = [0x00, 0x01, 0x7f, 0x80, 0xff]

/** Changes `bytes` at a place in one of the regions that matter, mostly by one bit or byte, sometimes by more. */
export function mutate(bytes: Uint8Array, places: readonly Region[], region: Region, random: SeededRandom): Mutation {
  const place = random.pick(places)
  const at = place.start + random.below(place.end - place.start)
  const same = (changed: Uint8Array, what: string): Mutation => ({ bytes: changed, what, region })
  const copy = Uint8Array.from(bytes)
  switch (random.below(10)) {
    case 0: {
      const length = Math.min(1 + random.below(16), region.end - at)
      const end = region.end - length
      const cut = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
      return { bytes: cut, what: `${length} bytes removed at ${at}`, region: { start: region.start, end } }
    }
    case 1: {
      const extra = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256))
      const end = region.end + extra.length
      const grown = Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)])
      return { bytes: grown, what: `${extra.length} bytes inserted at ${at}`, region: { start: region.start, end } }
    }
    case 2:
      return { bytes: bytes.slice(0, at), what: `cut at ${at}`, region: { start: region.start, end: at } }
    case 3: {
      const end = Math.min(at + 1 + random.below(64), region.end)
      copy.fill(random.pick(INTERESTING), at, end)
      return same(copy, `bytes ${at} to ${end} overwritten`)
    }
    case 4:
      copy[at] = random.pick(INTERESTING)
      return same(copy, `byte ${at} set to ${copy[at]}`)
    default: {
      const bit = random.below(8)
      copy[at] = copy[at]! ^ (1 << bit)
      return same(copy, `bit ${bit} of byte ${at} flipped`)
    }
  }
}

/** Makes the CRC-32 in the Lucene footer at the end of a region fit its bytes again; false when there is no footer. */
export function reseal(bytes: Uint8Array, { start, end }: Region): boolean {
  if (end - start < 16 || end > bytes.length) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getUint32(end - 16) !== 0xc02893e8) return false
  view.setUint32(end - 4, crc32(bytes.subarray(start, end - 8)))
  return true
}
