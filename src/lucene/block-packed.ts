import type { ByteCursor } from '../core/byte-cursor.ts'
import { packedLength, unpackInts } from './packed-ints.ts'

/** Values a block, as the files that are read here have it. */
const BLOCK_VALUES = 64

/**
 * A run of integers in blocks of 64, read one by one from a cursor; the caller asks for no more than the run has.
 *
 * ```
 * for each block: u8 (bits × 2 + (minimum is 0 ? 1 : 0)), [vlong zigzag(minimum) - 1], packed differences to the minimum
 * ```
 *
 * Source: Lucene `BlockPackedReaderIterator`.
 */
export class BlockPackedRun {
  readonly #cursor: ByteCursor
  readonly #packedVersion: number
  readonly #values = new Int32Array(BLOCK_VALUES)
  #minimum = 0
  #rest: number
  #at = BLOCK_VALUES

  /** The run of `count` values that begins at the cursor; the cursor is behind it when all were read. */
  constructor(cursor: ByteCursor, count: number, packedVersion: number) {
    this.#cursor = cursor
    this.#rest = count
    this.#packedVersion = packedVersion
  }

  /** The next value; `BLOB_CORRUPT` when it is negative or beyond 31 bits. */
  next(): number {
    if (this.#at === BLOCK_VALUES) this.#fill()
    const value = this.#minimum + this.#values[this.#at++]!
    if (value < 0 || value > 0x7fffffff) throw this.#cursor.corrupt(`packed value is ${value}`)
    return value
  }

  #fill(): void {
    const { bits, minimum } = readHead(this.#cursor)
    if (bits > 31) throw this.#cursor.corrupt(`${bits} bits a packed value`)
    const count = Math.min(this.#rest, BLOCK_VALUES)
    const bytes = this.#cursor.take(packedLength(bits, count, this.#packedVersion))
    unpackInts(bytes, 0, bits, count, this.#values)
    this.#minimum = minimum
    this.#rest -= count
    this.#at = 0
  }
}

/** Leaves the cursor behind a run of `count` values of any size. */
export function skipBlockPacked(cursor: ByteCursor, count: number, packedVersion: number): void {
  for (let rest = count; rest > 0; rest -= BLOCK_VALUES) {
    const { bits } = readHead(cursor)
    cursor.skip(packedLength(bits, Math.min(rest, BLOCK_VALUES), packedVersion))
  }
}

function readHead(cursor: ByteCursor): { bits: number; minimum: number } {
  const token = cursor.uint8()
  const bits = token >>> 1
  if (bits > 64) throw cursor.corrupt(`${bits} bits a packed value`, cursor.offset - 1)
  if ((token & 1) !== 0) return { bits, minimum: 0 }
  const zigzag = cursor.vLength('minimum of packed values') + 1
  return { bits, minimum: zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2 }
}
