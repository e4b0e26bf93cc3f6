import type { ByteOrder } from '../core/byte-cursor.ts'
import { readPacked } from './packed-ints.ts'

const WIDTHS: ReadonlySet<number> = new Set([0, 1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64])

/** True for the widths in bits that Lucene's direct arrays use. */
export function isDirectWidth(bits: number): boolean {
  return WIDTHS.has(bits)
}

/** Bytes that hold `count` values of `bits` bits, without padding. */
export function directLength(bits: number, count: number): number {
  return Math.ceil((bits * count) / 8)
}

/**
 * Value `index` of a direct array at `offset`, as an unsigned number that is exact up to 2^53. The caller has checked that
 * {@link directLength} bytes follow `offset`.
 *
 * Source: Lucene `DirectReader`.
 */
export function readDirect(bytes: Uint8Array, offset: number, bits: number, index: number, order: ByteOrder): number {
  if (order === 'big') return readPacked(bytes, offset, bits, index)
  if (bits <= 24) return readThreeBytes(bytes, offset, bits, index)
  let value = 0
  let scale = 1
  let at = index * bits
  for (let rest = bits; rest > 0;) {
    const within = at % 8
    const take = Math.min(rest, 8 - within)
    const byte = bytes[offset + (at - within) / 8]!
    value += ((byte >> within) & ((1 << take) - 1)) * scale
    scale *= 1 << take
    at += take
    rest -= take
  }
  return value
}

/** A value that lies in three bytes at most, as those of up to 24 bits do. */
function readThreeBytes(bytes: Uint8Array, offset: number, bits: number, index: number): number {
  if (bits === 0) return 0
  const at = index * bits
  const within = at % 8
  const start = offset + (at - within) / 8
  const length = within + bits
  let value = bytes[start]!
  if (length > 8) value |= bytes[start + 1]! << 8
  if (length > 16) value |= bytes[start + 2]! << 16
  return (value >>> within) & (2 ** bits - 1)
}

/** {@link readDirect} as an exact unsigned 64-bit value. */
export function readDirectLong(
  bytes: Uint8Array,
  offset: number,
  bits: number,
  index: number,
  order: ByteOrder,
): bigint {
  if (bits <= 48) return BigInt(readDirect(bytes, offset, bits, index, order))
  // 56 and 64 bits are whole bytes.
  const width = bits / 8
  const start = offset + index * width
  let value = 0n
  for (let byte = 0; byte < width; byte++) {
    value = (value << 8n) | BigInt(bytes[order === 'big' ? start + byte : start + width - 1 - byte]!)
  }
  return value
}
