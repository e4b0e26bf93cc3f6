import type { ByteCursor } from '../core/byte-cursor.ts'
import { packedLength, unpackInts } from './packed-ints.ts'

/** Reads `count` integers, 0 or more each, into `output[0, count)`; a chunk begins with two such runs. */
export type ReadLengths = (cursor: ByteCursor, count: number, output: Int32Array) => void

/**
 * Big-endian packed integers: a width, or 0 and the one value that all share.
 *
 * Source: Lucene 4.1 to 8.11 `CompressingStoredFieldsWriter.saveInts`.
 */
export function packedLengths(packedVersion: number): ReadLengths {
  return (cursor, count, output) => {
    const bits = cursor.vCount('bits a length', 31)
    if (bits === 0) {
      output.fill(cursor.vCount('length'), 0, count)
      return
    }
    const at = cursor.offset
    cursor.skip(packedLength(bits, count, packedVersion))
    unpackInts(cursor.bytes, at, bits, count, output)
  }
}

/**
 * Groups of 128 integers in 64-bit words, the rest one by one; a width of 0 stands for one value that all share.
 *
 * Source: Lucene 9 `StoredFieldsInts`.
 */
export const groupedLengths: ReadLengths = (cursor, count, output) => {
  const width = cursor.uint8()
  if (width === 0) {
    output.fill(cursor.vCount('length'), 0, count)
    return
  }
  if (width !== 8 && width !== 16 && width !== 32) throw cursor.corrupt(`${width} bits a length`, cursor.offset - 1)
  const size = width / 8
  const bytes = cursor.take(count * size)
  const grouped = count - (count % 128)
  const stride = 2 * width
  let from = 0
  for (let group = 0; group < grouped; group += 128) {
    for (let word = 0; word < stride; word++, from += 8) {
      // A word is little endian and its first value lies in the most significant lane.
      for (let lane = 0, at = from + 8 - size; at >= from; lane++, at -= size) {
        output[group + lane * stride + word] = littleEndian(bytes, at, size)
      }
    }
  }
  for (let index = grouped; index < count; index++, from += size) output[index] = littleEndian(bytes, from, size)
  for (let index = 0; index < count; index++) {
    if (output[index]! < 0) throw cursor.corrupt(`length ${index} is ${output[index]}`)
  }
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  if (size === 1) return bytes[at]!
  const low = bytes[at]! | (bytes[at + 1]! << 8)
  return size === 2 ? low : low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
