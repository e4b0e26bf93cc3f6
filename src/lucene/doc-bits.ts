/** A set of documents, one bit each: bit `doc & 7` of byte `doc >> 3`. Bits behind the last document are 0. */
export type DocBits = Uint8Array

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++
  return count
})

/** Number of bytes of a set over `maxDoc` documents. */
export function docBitsLength(maxDoc: number): number {
  return Math.ceil(maxDoc / 8)
}

/** The set of all `maxDoc` documents. */
export function allDocs(maxDoc: number): DocBits {
  const bits = new Uint8Array(docBitsLength(maxDoc)).fill(0xff)
  if ((maxDoc & 7) !== 0) bits[bits.length - 1] = (1 << (maxDoc & 7)) - 1
  return bits
}

/** Number of documents in the set. */
export function countBits(bits: DocBits): number {
  let count = 0
  for (let index = 0; index < bits.length; index++) count += ONES[bits[index]!]!
  return count
}

/** The documents of `bits` (undefined: all) that are not in `cleared`, as a new set. */
export function clearBits(bits: DocBits | undefined, cleared: DocBits, maxDoc: number): DocBits {
  const result = bits?.slice() ?? allDocs(maxDoc)
  for (let index = 0; index < result.length; index++) result[index]! &= ~cleared[index]!
  return result
}

/** Reverses every group of eight bytes: big-endian 64-bit words become a set of documents. */
export function reverseWords(bytes: Uint8Array): Uint8Array {
  const result = bytes.slice()
  for (let word = 0; word + 8 <= result.length; word += 8) result.subarray(word, word + 8).reverse()
  return result
}
