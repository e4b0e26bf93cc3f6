/**
 * CRC-32 of two byte runs in a row, from the CRC-32 of each and the length of the second, in O(log length) steps.
 * Source: the matrix method of zlib's `crc32_combine` (reflected polynomial 0xEDB88320).
 */
export function combineCrc32(first: number, second: number, secondLength: number): number {
  if (secondLength === 0) return first
  let odd = new Uint32Array(32)
  let even = new Uint32Array(32)
  odd[0] = 0xedb88320
  for (let bit = 1, row = 1; bit < 32; bit++, row *= 2) odd[bit] = row
  square(even, odd)
  square(odd, even)
  let crc = first
  // Above 2^53 a length is impossible, so division keeps the arithmetic exact where shifts would cut to 32 bits.
  for (let length = secondLength; length > 0; length = Math.floor(length / 2)) {
    square(even, odd)
    if (length % 2 === 1) crc = times(even, crc)
    const swap = odd
    odd = even
    even = swap
  }
  return (crc ^ second) >>> 0
}

function times(matrix: Uint32Array, vector: number): number {
  let sum = 0
  for (let bit = 0, rest = vector; rest !== 0; bit++, rest >>>= 1) if ((rest & 1) === 1) sum ^= matrix[bit]!
  return sum >>> 0
}

function square(result: Uint32Array, matrix: Uint32Array): void {
  for (let bit = 0; bit < 32; bit++) result[bit] = times(matrix, matrix[bit]!)
}
