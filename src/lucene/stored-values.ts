import { ByteCursor } from '../core/byte-cursor.ts'
import type { FieldInfo, FieldInfos } from './field-infos.ts'
import type { StoredChunk } from './stored-chunk.ts'
import { numberLength, StoredType } from './stored-document.ts'
import type { NumberForm } from './stored-fields-opening.ts'

/** One stored value of a document; strings and bytes as they are, numbers decoded, 64-bit integers exact. */
export interface StoredValue {
  readonly field: FieldInfo
  readonly value: string | Uint8Array | number | bigint
}

/** Milliseconds in the units that a stored long may be a multiple of, by its two highest bits. */
const LONG_UNITS = [1n, 1000n, 3_600_000n, 86_400_000n] as const

/**
 * All stored values of document `place` of a chunk, in the order they were indexed. For documents that need more than
 * `scanDocument` finds; byte values are views. `BLOB_CORRUPT` for whatever does not fit. `wanted` has 1 for the numbers of the fields
 * to return; all when left out.
 *
 * Source: Lucene `CompressingStoredFieldsReader.readField`.
 */
export function readStoredValues(
  chunk: StoredChunk,
  place: number,
  fields: FieldInfos,
  numbers: NumberForm,
  subject: string,
  wanted?: Uint8Array,
): StoredValue[] {
  const cursor = new ByteCursor(chunk.bytes, subject, {
    offset: chunk.starts[place]!,
    end: chunk.starts[place + 1]!,
    order: numbers === 'little' ? 'little' : 'big',
  })
  const values: StoredValue[] = []
  for (let index = chunk.fieldCounts[place]!; index > 0; index--) {
    const key = cursor.vLength('field number')
    const field = fields.byNumber.get(Math.floor(key / 8))
    if (field === undefined) throw cursor.corrupt(`unknown field ${Math.floor(key / 8)}`)
    if (wanted !== undefined && wanted[field.number] !== 1) skipValue(cursor, key % 8, numbers)
    else values.push({ field, value: readValue(cursor, key % 8, numbers === 'fixed') })
  }
  cursor.expectEnd()
  return values
}

/** The 64-bit integer whose encoded form is in `bytes[start, end)`, as `scanDocument` finds it. `BLOB_CORRUPT`. */
export function storedLong(
  bytes: Uint8Array,
  start: number,
  end: number,
  numbers: NumberForm,
  subject: string,
): bigint {
  const order = numbers === 'little' ? 'little' : 'big'
  const cursor = new ByteCursor(bytes, subject, { offset: start, end, order })
  return numbers === 'fixed' ? cursor.int64() : readTimestampLong(cursor)
}

function skipValue(cursor: ByteCursor, type: number, numbers: NumberForm): void {
  const isText = type === StoredType.string || type === StoredType.bytes
  const length = isText
    ? cursor.vCount('length of a value', cursor.remaining)
    : numberLength(cursor.bytes, cursor.offset, type, numbers)
  if (!(length <= cursor.remaining)) throw cursor.corrupt(`stored value of kind ${type}`)
  cursor.skip(length)
}

function readValue(cursor: ByteCursor, type: number, fixed: boolean): StoredValue['value'] {
  switch (type) {
    case StoredType.string:
      return cursor.string()
    case StoredType.bytes:
      return cursor.take(cursor.vCount('length of a value', cursor.remaining))
    case StoredType.int:
      return fixed ? cursor.int32() : readZigZagInt(cursor)
    case StoredType.float:
      return fixed ? cursor.float32() : readVariableFloat(cursor)
    case StoredType.long:
      return fixed ? cursor.int64() : readTimestampLong(cursor)
    case StoredType.double:
      return fixed ? toDouble(cursor.int64()) : readVariableDouble(cursor)
    default:
      throw cursor.corrupt(`stored value of kind ${type}`)
  }
}

function readZigZagInt(cursor: ByteCursor): number {
  const value = cursor.vInt()
  return (value >>> 1) ^ -(value & 1)
}

/** One byte for small integers, four for positive floats, five for the others. */
function readVariableFloat(cursor: ByteCursor): number {
  const first = cursor.uint8()
  if (first === 0xff) return cursor.float32()
  if (first >= 0x80) return (first & 0x7f) - 1
  const bits = (first << 24) | (cursor.uint16() << 8) | cursor.uint8()
  return new Float32Array(Int32Array.of(bits).buffer)[0]!
}

/** One byte for small integers, five for what a float holds, eight for positive doubles, nine for the others. */
function readVariableDouble(cursor: ByteCursor): number {
  const first = cursor.uint8()
  if (first === 0xff) return toDouble(cursor.int64())
  if (first === 0xfe) return cursor.float32()
  if (first >= 0x80) return (first & 0x7f) - 1
  const middle = BigInt(cursor.int32() >>> 0)
  const low = BigInt((cursor.uint16() << 8) | cursor.uint8())
  return toDouble((BigInt(first) << 56n) | (middle << 24n) | low)
}

/** A zig-zag number with its five lowest bits in the first byte, times a unit of time. */
function readTimestampLong(cursor: ByteCursor): bigint {
  const first = cursor.uint8()
  let bits = BigInt(first & 0x1f)
  if ((first & 0x20) !== 0) bits |= cursor.vLong() << 5n
  const value = (bits >> 1n) ^ -(bits & 1n)
  return BigInt.asIntN(64, value * LONG_UNITS[first >> 6]!)
}

function toDouble(bits: bigint): number {
  return new Float64Array(BigInt64Array.of(BigInt.asIntN(64, bits)).buffer)[0]!
}
