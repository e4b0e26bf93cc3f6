import type { ByteCursor } from '../core/byte-cursor.ts'

/** Integers a block. */
export const BLOCK_INTS = 128

/** Most bytes that a block takes: a token, 31 bits an integer, seven exceptions. */
export const MAX_BLOCK_BYTES = 1 + (31 * BLOCK_INTS) / 8 + 14

/**
 * Decodes a block of 128 integers into `output` and leaves the cursor behind it. `BLOB_CORRUPT` for an impossible one.
 *
 * ```
 * u8 (exceptions × 32 + bits), bits === 0 ? vlong the value of all : packed integers, exceptions × { u8 place, u8 upper bits }
 * ```
 *
 * Source: Lucene `PForUtil` of `Lucene90PostingsFormat`.
 */
export function readPatchedBlock(cursor: ByteCursor, output: Float64Array): void {
  const token = cursor.uint8()
  const bits = token & 0x1f
  if (bits === 0) output.fill(cursor.vLength('value of a block'), 0, BLOCK_INTS)
  else unpackBlock(cursor.take((bits * BLOCK_INTS) / 8), bits, output)
  for (let exceptions = token >>> 5; exceptions > 0; exceptions--) {
    const place = cursor.uint8()
    if (place >= BLOCK_INTS) throw cursor.corrupt(`place ${place} of ${BLOCK_INTS}`, cursor.offset - 1)
    output[place]! += cursor.uint8() * 2 ** bits
  }
}

/**
 * Integers in little-endian 64-bit words of lanes of 8, 16 or 32 bits, the first integers in the most significant lane. In a lane
 * of each word integers lie one below the other as long as they fit; the bits that are left in the words, one after the other,
 * hold the last ones.
 *
 * Source: Lucene `ForUtil`.
 */
function unpackBlock(bytes: Uint8Array, bits: number, output: Float64Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const width = bits <= 8 ? 8 : bits <= 16 ? 16 : 32
  const lanes = 64 / width
  const words = 2 * bits
  const inLane = BLOCK_INTS / lanes
  const rounds = Math.floor(width / bits)
  const left = width - rounds * bits
  const size = 2 ** bits
  for (let lane = 0; lane < lanes; lane++) {
    const wordAt = (word: number): number => {
      const at = 8 * word + ((lanes - 1 - lane) * width) / 8
      return width === 8 ? bytes[at]! : width === 16 ? view.getUint16(at, true) : view.getUint32(at, true)
    }
    const start = lane * inLane
    for (let index = 0; index < Math.min(inLane, rounds * words); index++) {
      const shift = width - bits * (1 + Math.floor(index / words))
      output[start + index] = Math.floor(wordAt(index % words) / 2 ** shift) % size
    }
    let [held, have, word] = [0, 0, 0]
    for (let index = rounds * words; index < inLane; index++) {
      while (have < bits) {
        // Fewer than 32 bits are held, and fewer than 16 come.
        held = held * 2 ** left + (wordAt(word++) % 2 ** left)
        have += left
      }
      have -= bits
      output[start + index] = Math.floor(held / 2 ** have)
      held %= 2 ** have
    }
  }
}
