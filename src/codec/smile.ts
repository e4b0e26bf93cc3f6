import { ByteCursor } from '../core/byte-cursor.ts'
import { decimalText, signedInteger } from './decimal-text.ts'
import { MAX_DEPTH, type JsonSink } from './json-sink.ts'
import { JsonTextSink } from './json-text-sink.ts'
import { JsonValueSink } from './json-value-sink.ts'
import { exactNumber, type JsonValue } from './json-value.ts'

/** Entries of a shared-name or shared-value table before it is emptied. */
const TABLE_SIZE = 1024
/** Longest big integer or unscaled decimal, in bytes: converting one costs quadratic time. */
const MAX_NUMBER_BYTES = 4096
const END_OF_TEXT = 0xfc

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Decodes a SMILE document to plain values; `BLOB_CORRUPT` whatever else the bytes are. Source: the Smile format, version 1. */
export function decodeSmile(bytes: Uint8Array, subject: string): JsonValue {
  const sink = new JsonValueSink()
  walkSmile(bytes, subject, sink)
  return sink.value
}

/** The SMILE document as one line of JSON in UTF-8, numbers exact, binary as base64; `BLOB_CORRUPT` for other bytes. */
export function smileToJson(bytes: Uint8Array, subject: string): Uint8Array {
  const sink = new JsonTextSink(subject)
  walkSmile(bytes, subject, sink)
  return sink.bytes()
}

/** Strings that later tokens name by number; null when the document declares no such table. */
class SharedTable {
  #entries: string[] = []

  add(text: string): void {
    if (this.#entries.length === TABLE_SIZE) this.#entries = []
    this.#entries.push(text)
  }

  get(cursor: ByteCursor, index: number): string {
    const text = this.#entries[index]
    if (text === undefined) {
      throw cursor.corrupt(`SMILE back reference ${index} of ${this.#entries.length} entries`, cursor.offset - 1)
    }
    return text
  }
}

interface Smile {
  readonly cursor: ByteCursor
  readonly sink: JsonSink
  readonly names: SharedTable | null
  readonly values: SharedTable | null
}

function walkSmile(bytes: Uint8Array, subject: string, sink: JsonSink): void {
  const cursor = new ByteCursor(bytes, subject)
  if (cursor.uint8() !== 0x3a || cursor.uint8() !== 0x29 || cursor.uint8() !== 0x0a) {
    throw cursor.corrupt('no SMILE header', 0)
  }
  const flags = cursor.uint8()
  if (flags >>> 4 !== 0) throw cursor.corrupt(`SMILE version ${flags >>> 4}`, 3)
  const smile: Smile = {
    cursor,
    sink,
    names: (flags & 1) === 0 ? null : new SharedTable(),
    values: (flags & 2) === 0 ? null : new SharedTable(),
  }
  // Kinds of the open containers; a list instead of recursion, so that depth costs no stack.
  const open: ('object' | 'array')[] = []
  do {
    const inside = open.at(-1)
    if (inside === 'object') {
      if (!readName(smile)) {
        sink.close()
        open.pop()
        continue
      }
    } else if (inside === 'array' && bytes[cursor.offset] === 0xf9) {
      cursor.skip(1)
      sink.close()
      open.pop()
      continue
    }
    const token = cursor.uint8()
    if (token === 0xf8 || token === 0xfa) {
      if (open.length === MAX_DEPTH) throw cursor.corrupt(`SMILE document nested deeper than ${MAX_DEPTH}`)
      const kind = token === 0xf8 ? 'array' : 'object'
      sink.open(kind)
      open.push(kind)
    } else {
      readScalar(smile, token)
    }
  } while (open.length > 0)
  if (cursor.remaining === 1 && bytes[cursor.offset] === 0xff) cursor.skip(1)
  cursor.expectEnd()
}

/** Delivers the next name of an object; false at the object's end. */
function readName({ cursor, sink, names }: Smile): boolean {
  const token = cursor.uint8()
  if (token === 0xfb) return false
  if (token === 0x20) sink.name('')
  else if (token >= 0x30 && token <= 0x33) sink.name(shared(cursor, names, ((token & 3) << 8) | cursor.uint8()))
  else if (token === 0x34) sink.name(longText(cursor))
  else if (token >= 0x40 && token <= 0x7f) sink.name(shared(cursor, names, token & 0x3f))
  else if (token >= 0x80 && token <= 0xf7) {
    const name = token <= 0xbf ? ascii(cursor, (token & 0x3f) + 1) : unicode(cursor, (token & 0x3f) + 2)
    names?.add(name)
    sink.name(name)
  } else throw unknownToken(cursor, token, 'name')
  return true
}

function readScalar(smile: Smile, token: number): void {
  const { cursor, sink, values } = smile
  if (token >= 0xc0 && token <= 0xdf) sink.scalar(unzigzag(token & 0x1f))
  else if (token >= 0x40 && token <= 0xbf) {
    const text = shortText(cursor, token)
    values?.add(text)
    sink.scalar(text)
  } else if (token >= 0x01 && token <= 0x1f) sink.scalar(shared(cursor, values, token - 1))
  else if (token >= 0xec && token <= 0xef) sink.scalar(shared(cursor, values, ((token & 3) << 8) | cursor.uint8()))
  else readTyped(smile, token)
}

function readTyped({ cursor, sink }: Smile, token: number): void {
  switch (token) {
    case 0x20:
      sink.scalar('')
      break
    case 0x21:
      sink.scalar(null)
      break
    case 0x22:
      sink.scalar(false)
      break
    case 0x23:
      sink.scalar(true)
      break
    case 0x24:
      sink.scalar(integer(cursor, 5, 32))
      break
    case 0x25:
      sink.scalar(integer(cursor, 10, 64))
      break
    case 0x26:
      sink.scalar(exactNumber(bigInteger(cursor).toString()))
      break
    case 0x28:
      sink.float(floatBits(cursor, 5).getFloat32(4), true)
      break
    case 0x29:
      sink.float(floatBits(cursor, 10).getFloat64(0), false)
      break
    case 0x2a: {
      const scale = Number(integer(cursor, 5, 32))
      sink.scalar(exactNumber(decimalText(bigInteger(cursor), scale)))
      break
    }
    case 0xe0:
    case 0xe4:
      sink.scalar(longText(cursor))
      break
    case 0xe8:
      sink.scalar(sevenBitBinary(cursor, cursor.remaining))
      break
    case 0xfd:
      sink.scalar(cursor.take(Number(unsignedVInt(cursor, 5))))
      break
    default:
      throw unknownToken(cursor, token, 'value')
  }
}

function unknownToken(cursor: ByteCursor, token: number, place: 'name' | 'value'): Error {
  return cursor.corrupt(`SMILE ${place} token 0x${token.toString(16).padStart(2, '0')}`, cursor.offset - 1)
}

function shared(cursor: ByteCursor, table: SharedTable | null, index: number): string {
  if (table === null)
    throw cursor.corrupt('SMILE back reference in a document without shared strings', cursor.offset - 1)
  return table.get(cursor, index)
}

function shortText(cursor: ByteCursor, token: number): string {
  const low = token & 0x1f
  if (token <= 0x5f) return ascii(cursor, low + 1)
  if (token <= 0x7f) return ascii(cursor, low + 33)
  return unicode(cursor, token <= 0x9f ? low + 2 : low + 34)
}

function longText(cursor: ByteCursor): string {
  const end = cursor.bytes.indexOf(END_OF_TEXT, cursor.offset)
  if (end < 0) throw cursor.corrupt('SMILE text without an end')
  const text = unicode(cursor, end - cursor.offset)
  cursor.skip(1)
  return text
}

function ascii(cursor: ByteCursor, length: number): string {
  const bytes = cursor.take(length)
  let text = ''
  for (let index = 0; index < length; index++) {
    const byte = bytes[index]!
    if (byte > 0x7f) throw cursor.corrupt('byte beyond ASCII in a SMILE ASCII text', cursor.offset - length + index)
    text += String.fromCharCode(byte)
  }
  return text
}

function unicode(cursor: ByteCursor, length: number): string {
  const start = cursor.offset
  try {
    return utf8.decode(cursor.take(length))
  } catch (cause) {
    throw cursor.corrupt('invalid UTF-8 in a SMILE text', start, cause)
  }
}

/** Seven bits a byte, most significant group first; the last byte has bit 7 set and carries six bits. */
function unsignedVInt(cursor: ByteCursor, maxBytes: number): bigint {
  let low = 0
  for (let count = 1; count <= 4; count++) {
    const byte = cursor.uint8()
    if (byte > 0x7f) return BigInt(low * 64 + (byte & 0x3f))
    low = low * 128 + byte
  }
  let value = BigInt(low)
  for (let count = 5; count <= maxBytes; count++) {
    const byte = cursor.uint8()
    if (byte > 0x7f) return (value << 6n) | BigInt(byte & 0x3f)
    value = (value << 7n) | BigInt(byte)
  }
  throw cursor.corrupt(`SMILE integer longer than ${maxBytes} bytes`)
}

function integer(cursor: ByteCursor, maxBytes: number, bits: number): number | bigint {
  const start = cursor.offset
  const raw = unsignedVInt(cursor, maxBytes)
  if (raw >> BigInt(bits) !== 0n) throw cursor.corrupt(`SMILE integer beyond ${bits} bits`, start)
  const value = (raw >> 1n) ^ -(raw & 1n)
  const plain = Number(value)
  return Number.isSafeInteger(plain) ? plain : value
}

function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1)
}

function bigInteger(cursor: ByteCursor): bigint {
  return signedInteger(sevenBitBinary(cursor, MAX_NUMBER_BYTES))
}

/** A length, then the bytes spread over groups of seven bits; the last byte of the input carries the bits that remain. */
function sevenBitBinary(cursor: ByteCursor, maxLength: number): Uint8Array {
  const start = cursor.offset
  const length = Number(unsignedVInt(cursor, 5))
  const encoded = Math.ceil((length * 8) / 7)
  if (length > maxLength || encoded > cursor.remaining)
    throw cursor.corrupt(`SMILE binary value of ${length} bytes`, start)
  const output = new Uint8Array(length)
  let bits = 0
  let held = 0
  let to = 0
  for (let left = encoded; left > 0; left--) {
    const byte = cursor.uint8()
    if (byte > 0x7f) throw cursor.corrupt('byte of more than 7 bits in a SMILE binary value', cursor.offset - 1)
    const used = left === 1 ? length * 8 - 7 * (encoded - 1) : 7
    if (byte >>> used !== 0) throw cursor.corrupt('unused bits set in a SMILE binary value', cursor.offset - 1)
    bits = ((bits << used) | byte) & 0xffff
    held += used
    if (held >= 8) {
      held -= 8
      output[to++] = bits >>> held
    }
  }
  return output
}

/** The bits of a float, right-aligned in eight bytes, from `count` bytes of seven bits. */
function floatBits(cursor: ByteCursor, count: number): DataView {
  const start = cursor.offset
  let bits = 0n
  for (let left = count; left > 0; left--) {
    const byte = cursor.uint8()
    if (byte > 0x7f) throw cursor.corrupt('byte of more than 7 bits in a SMILE float', cursor.offset - 1)
    bits = (bits << 7n) | BigInt(byte)
  }
  if (bits >> (count === 5 ? 32n : 64n) !== 0n) throw cursor.corrupt('unused bits set in a SMILE float', start)
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view
}
