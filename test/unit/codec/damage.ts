import fc from 'fast-check'
import { isFailure } from '../../../src/core/failure.ts'

/** One way to damage bytes: cut them, change some, or both. */
export interface Damage {
  readonly keep: number
  readonly flips: readonly { readonly at: number; readonly mask: number }[]
}

/** Cuts and bit changes at relative positions, so that they fit bytes of any length. */
export const damage: fc.Arbitrary<Damage> = fc.record({
  keep: fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, fc.double({ min: 0, max: 1, noNaN: true })),
  flips: fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      mask: fc.integer({ min: 1, max: 255 }),
    }),
    { maxLength: 4 },
  ),
})

/** A damaged copy of the bytes. */
export function applyDamage(bytes: Uint8Array, { keep, flips }: Damage): Uint8Array {
  const copy = bytes.slice(0, Math.round(bytes.length * keep))
  if (copy.length > 0) for (const { at, mask } of flips) copy[Math.floor(at * copy.length)]! ^= mask
  return copy
}

/** The result of `decode`, or `BLOB_CORRUPT` when it throws that; any other error is thrown on. */
export function orCorrupt<Result>(decode: () => Result): Result | 'BLOB_CORRUPT' {
  try {
    return decode()
  } catch (error) {
    if (isFailure(error, 'BLOB_CORRUPT')) return 'BLOB_CORRUPT'
    throw error
  }
}
