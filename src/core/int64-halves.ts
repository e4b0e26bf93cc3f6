/** Where the halves of a 64-bit value lie among two 32-bit ones in the memory of this machine. */
export const [LOW, HIGH] = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? ([0, 1] as const) : ([1, 0] as const)

/** Numbers have room for the sign and 21 of the bits of the upper half. */
const SAFE_HIGH = 1 << 21
const UPPER = 2 ** 32

/** The same memory as pairs of halves, which can be read and written without making a bigint. */
export function halvesOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2)
}

/** Stores a whole number of up to 53 bits as value `index`. */
export function setNumber(halves: Int32Array, index: number, value: number): void {
  halves[2 * index + LOW] = value
  halves[2 * index + HIGH] = Math.floor(value / UPPER)
}

/** Value `index` as a number, NaN where that would not be exact. */
export function numberAt(halves: Int32Array, index: number): number {
  const high = halves[2 * index + HIGH]!
  if (high < -SAFE_HIGH || high >= SAFE_HIGH) return Number.NaN
  return high * UPPER + (halves[2 * index + LOW]! >>> 0)
}
