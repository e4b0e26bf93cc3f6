import { Failure } from './failure.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Byte order of the fixed-width integers in the body of a file. */
export type ByteOrder = 'big' | 'little'

/**
 * A read position in a byte array that never reads past the end: it throws `BLOB_CORRUPT` with subject and offset instead.
 * Fixed-width reads follow `order`; the `Be` forms are big-endian whatever the order, as codec headers and footers are.
 */
export class ByteCursor {
  readonly bytes: Uint8Array
  readonly subject: string
  /** Offset of the next byte to read. */
  offset: number
  /** Exclusive end: reads beyond it are corruption. */
  readonly end: number
  order: ByteOrder
  /** Offset of `bytes[0]` in the file, for messages. */
  readonly base: number
  readonly #view: DataView

  constructor(
    bytes: Uint8Array,
    subject: string,
    options: { offset?: number; end?: number; order?: ByteOrder; base?: number } = {},
  ) {
    this.bytes = bytes
    this.subject = subject
    this.offset = options.offset ?? 0
    this.end = options.end ?? bytes.length
    this.order = options.order ?? 'big'
    this.base = options.base ?? 0
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.end - this.offset
  }

  uint8(): number {
    return this.bytes[this.#take(1)]!
  }

  int8(): number {
    return this.#view.getInt8(this.#take(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), this.order === 'little')
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2), this.order === 'little')
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), this.order === 'little')
  }

  int32Be(): number {
    return this.#view.getInt32(this.#take(4), false)
  }

  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8), this.order === 'little')
  }

  int64Be(): bigint {
    return this.#view.getBigInt64(this.#take(8), false)
  }

  float32(): number {
    return this.#view.getFloat32(this.#take(4), this.order === 'little')
  }

  /** A 64-bit integer that must be a count, length or offset: 0 to 2^53 - 1. */
  length64(what: string): number {
    const at = this.offset
    const value = this.int64()
    if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.corrupt(`${what} is ${value.toString()}`, at)
    return Number(value)
  }

  /** A 32-bit integer that must be a count or length: not negative. */
  count32(what: string): number {
    const at = this.offset
    const value = this.int32()
    if (value < 0) throw this.corrupt(`${what} is ${value}`, at)
    return value
  }

  /** Lucene vInt: 7 bits a byte, least significant group first, at most 5 bytes; a signed 32-bit value. */
  vInt(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.uint8()
      if (shift === 28 && byte > 0x0f) throw this.corrupt('vInt does not fit 32 bits')
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw this.corrupt('vInt longer than 5 bytes')
  }

  /** A vInt that must not be negative and must not pass `limit`, so that a damaged count cannot size an allocation. */
  vCount(what: string, limit = 0x7fffffff): number {
    const at = this.offset
    const value = this.vInt()
    if (value < 0 || value > limit) throw this.corrupt(`${what} is ${value}, allowed 0 to ${limit}`, at)
    return value
  }

  /** Lucene vLong: at most 9 bytes, not negative. */
  vLong(): bigint {
    return this.#vLong(9)
  }

  /** The variable-length form under a zig-zag long: at most 10 bytes, as an unsigned 64-bit value. */
  vLongUnsigned(): bigint {
    return BigInt.asUintN(64, this.#vLong(10))
  }

  /** A vLong that must be a count, length or offset: 0 to 2^53 - 1. */
  vLength(what: string): number {
    const at = this.offset
    const value = this.vLong()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.corrupt(`${what} is ${value.toString()}`, at)
    return Number(value)
  }

  /** A Lucene string: vInt byte length, then UTF-8. */
  string(): string {
    const length = this.vCount('string length', this.remaining)
    const start = this.#take(length)
    try {
      return utf8.decode(this.bytes.subarray(start, start + length))
    } catch (cause) {
      throw this.corrupt('invalid UTF-8 in a string', start, cause)
    }
  }

  /** The next `length` bytes as a view on the same memory. */
  take(length: number): Uint8Array {
    const start = this.#take(length)
    return this.bytes.subarray(start, start + length)
  }

  skip(length: number): void {
    this.#take(length)
  }

  /** Throws unless the cursor is exactly at its end. */
  expectEnd(): void {
    if (this.offset !== this.end) throw this.corrupt(`${this.remaining} bytes left over`)
  }

  /** A `BLOB_CORRUPT` failure that names the subject and the offset in the file; the caller throws it. */
  corrupt(detail: string, at = this.offset, cause?: unknown): Failure {
    return new Failure('BLOB_CORRUPT', `${detail} at byte ${this.base + at}`, {
      op: 'decode',
      subject: this.subject,
      cause,
    })
  }

  /** A `FORMAT_UNSUPPORTED` failure that names the subject; the caller throws it. */
  unsupported(detail: string): Failure {
    return new Failure('FORMAT_UNSUPPORTED', `${detail} at byte ${this.base + this.offset}`, {
      op: 'decode',
      subject: this.subject,
      hint: 'See docs/compatibility.md; a newer release may read it.',
    })
  }

  #vLong(maxBytes: number): bigint {
    let low = 0
    for (let index = 0; index < 4; index++) {
      const byte = this.uint8()
      low |= (byte & 0x7f) << (7 * index)
      if (byte < 0x80) return BigInt(low)
    }
    let value = BigInt(low)
    for (let index = 4; index < maxBytes; index++) {
      const byte = this.uint8()
      value |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) return value
    }
    throw this.corrupt(`vLong longer than ${maxBytes} bytes`)
  }

  #take(length: number): number {
    const start = this.offset
    if (length < 0 || start + length > this.end) {
      throw this.corrupt(`need ${length} bytes, ${Math.max(0, this.end - start)} left`)
    }
    this.offset = start + length
    return start
  }
}
