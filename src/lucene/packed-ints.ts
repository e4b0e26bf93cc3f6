/**
 * Unpacks `count` values of `bits` bits each, 0 to 31, into `output[0, count)`; the first value lies in the most significant
 * bits of the first byte. The caller has checked that {@link packedLength} bytes follow `offset`.
 *
 * Source: Lucene `PackedInts.Format.PACKED`.
 */
export function unpackInts(bytes: Uint8Array, offset: number, bits: number, count: number, output: Int32Array): void {
  if (bits > 24) {
    for (let index = 0; index < count; index++) output[index] = readPacked(bytes, offset, bits, index)
    return
  }
  const mask = (1 << bits) - 1
  let from = offset
  let held = 0
  let have = 0
  for (let index = 0; index < count; index++) {
    while (have < bits) {
      // At most 23 bits are held here, so that the sum fits 31.
      held = ((held << 8) | bytes[from++]!) & 0x7fffffff
      have += 8
    }
    have -= bits
    output[index] = (held >>> have) & mask
  }
}

/** Value `index` of a run of packed values of 0 to 64 bits; exact up to 2^53, rounded beyond. */
export function readPacked(bytes: Uint8Array, offset: number, bits: number, index: number): number {
  let value = 0
  let at = index * bits
  for (let rest = bits; rest > 0;) {
    const within = at % 8
    const take = Math.min(rest, 8 - within)
    const byte = bytes[offset + (at - within) / 8]!
    value = value * (1 << take) + ((byte >> (8 - within - take)) & ((1 << take) - 1))
    at += take
    rest -= take
  }
  return value
}

/** Bytes that `count` packed values take; the first version, Lucene 4.1, rounds up to whole 64-bit words. */
export function packedLength(bits: number, count: number, packedVersion: number): number {
  return packedVersion === 0 ? Math.ceil((bits * count) / 64) * 8 : Math.ceil((bits * count) / 8)
}
