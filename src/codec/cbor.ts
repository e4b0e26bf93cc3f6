import { ByteCursor } from '../core/byte-cursor.ts'
import { decimalText } from './decimal-text.ts'
import { MAX_DEPTH } from './json-sink.ts'
import { JsonTextSink } from './json-text-sink.ts'
import { exactNumber } from './json-value.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const BREAK = 0xff
/** Longest big integer, in bytes: converting one costs quadratic time. */
const MAX_NUMBER_BYTES = 4096
const TAG_POSITIVE_BIGNUM = 2n
const TAG_NEGATIVE_BIGNUM = 3n
const TAG_DECIMAL = 4n

/** An open container: what it holds and how many items are still to come (names and values both count). */
interface Container {
  readonly kind: 'object' | 'array'
  /** Infinity when a break ends it. */
  left: number
  /** In an object: the next item is a name. */
  atName: boolean
}

/** The first byte of an item and its argument; `argument` is -1 for the indefinite length. */
interface Head {
  readonly major: number
  readonly info: number
  readonly argument: bigint
}

/**
 * The CBOR document as one line of JSON in UTF-8, numbers exact, byte strings as base64; `BLOB_CORRUPT` for other bytes.
 * Tags other than big numbers and decimals are passed over, and names must be text or numbers, as Elasticsearch reads them.
 *
 * Source: RFC 8949.
 */
export function cborToJson(bytes: Uint8Array, subject: string): Uint8Array {
  const cursor = new ByteCursor(bytes, subject)
  const sink = new JsonTextSink(subject)
  // A list instead of recursion, so that depth costs no stack.
  const open: Container[] = []
  do {
    const inside = open.at(-1)
    if (inside !== undefined && atEnd(cursor, inside)) {
      sink.close()
      open.pop()
      continue
    }
    if (inside !== undefined) inside.left--
    if (inside?.kind === 'object' && inside.atName) {
      sink.name(readName(cursor))
      inside.atName = false
      continue
    }
    if (inside !== undefined) inside.atName = true
    const container = readValue(cursor, sink)
    if (container === undefined) continue
    if (open.length === MAX_DEPTH) throw cursor.corrupt(`CBOR document nested deeper than ${MAX_DEPTH}`)
    sink.open(container.kind)
    open.push(container)
  } while (open.length > 0)
  cursor.expectEnd()
  return sink.bytes()
}

function atEnd(cursor: ByteCursor, container: Container): boolean {
  if (container.left !== Infinity) return container.left === 0
  if (cursor.bytes[cursor.offset] !== BREAK || (container.kind === 'object' && !container.atName)) return false
  cursor.skip(1)
  return true
}

function readHead(cursor: ByteCursor): Head {
  const at = cursor.offset
  const first = cursor.uint8()
  const info = first & 0x1f
  return { major: first >>> 5, info, argument: readArgument(cursor, info, at) }
}

function readArgument(cursor: ByteCursor, info: number, at: number): bigint {
  if (info < 24) return BigInt(info)
  if (info === 24) return BigInt(cursor.uint8())
  if (info === 25) return BigInt(cursor.uint16())
  if (info === 26) return BigInt(cursor.int32() >>> 0)
  if (info === 27) return BigInt.asUintN(64, cursor.int64())
  if (info === 31) return -1n
  throw cursor.corrupt(`CBOR length code ${info}`, at)
}

function readName(cursor: ByteCursor): string {
  const at = cursor.offset
  const head = readHead(cursor)
  if (head.major === 3) return readText(cursor, head)
  if (head.major === 0 && head.info < 28) return head.argument.toString()
  if (head.major === 1 && head.info < 28) return (-1n - head.argument).toString()
  throw cursor.corrupt(`CBOR name of major type ${head.major}`, at)
}

/** Delivers a scalar, or returns the container that the item opens. */
function readValue(cursor: ByteCursor, sink: JsonTextSink): Container | undefined {
  const at = cursor.offset
  const head = skipTags(cursor, sink)
  if (head === undefined) return undefined
  if (head.argument < 0n && (head.major < 2 || head.major > 5)) throw cursor.corrupt('CBOR break out of place', at)
  switch (head.major) {
    case 0:
      sink.scalar(exactNumber(head.argument.toString()))
      return undefined
    case 1:
      sink.scalar(exactNumber((-1n - head.argument).toString()))
      return undefined
    case 2:
      sink.scalar(readBytes(cursor, head, 2))
      return undefined
    case 3:
      sink.scalar(readText(cursor, head))
      return undefined
    case 4:
      return { kind: 'array', left: itemCount(cursor, head, 1), atName: false }
    case 5:
      return { kind: 'object', left: itemCount(cursor, head, 2), atName: true }
    default:
      readSimple(cursor, head, sink)
      return undefined
  }
}

/** The head behind any tags; undefined when the tags made a number, which is then delivered. */
function skipTags(cursor: ByteCursor, sink: JsonTextSink): Head | undefined {
  for (;;) {
    const at = cursor.offset
    const head = readHead(cursor)
    if (head.major !== 6) return head
    if (head.argument < 0n) throw cursor.corrupt('CBOR tag without a number', at)
    const next = cursor.bytes[cursor.offset] ?? 0
    const isNumber =
      (head.argument <= TAG_NEGATIVE_BIGNUM && head.argument >= TAG_POSITIVE_BIGNUM && next >>> 5 === 2) ||
      (head.argument === TAG_DECIMAL && next === 0x82)
    if (!isNumber) continue
    cursor.offset = at
    sink.scalar(exactNumber(readTaggedNumber(cursor)))
    return undefined
  }
}

function readTaggedNumber(cursor: ByteCursor): string {
  if (cursor.bytes[cursor.offset] !== 0xc4) return readInteger(cursor).toString()
  cursor.skip(2)
  const exponent = Number(readInteger(cursor))
  if (!Number.isSafeInteger(exponent)) throw cursor.corrupt('CBOR decimal exponent beyond 2^53')
  return decimalText(readInteger(cursor), -exponent)
}

/** An integer, plain or as a tagged byte string. */
function readInteger(cursor: ByteCursor): bigint {
  const at = cursor.offset
  const head = readHead(cursor)
  if (head.info < 28 && head.major <= 1) return head.major === 0 ? head.argument : -1n - head.argument
  if (head.major !== 6 || head.argument < TAG_POSITIVE_BIGNUM || head.argument > TAG_NEGATIVE_BIGNUM) {
    throw cursor.corrupt('CBOR number expected', at)
  }
  const content = readHead(cursor)
  if (content.major !== 2) throw cursor.corrupt('CBOR big number without bytes', at)
  const bytes = readBytes(cursor, content, 2)
  if (bytes.length > MAX_NUMBER_BYTES) throw cursor.corrupt(`CBOR big number of ${bytes.length} bytes`, at)
  const value = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  return head.argument === TAG_POSITIVE_BIGNUM ? value : -1n - value
}

function itemCount(cursor: ByteCursor, head: Head, perEntry: number): number {
  if (head.argument < 0n) return Infinity
  if (head.argument > BigInt(cursor.remaining))
    throw cursor.corrupt(`CBOR container of ${head.argument.toString()} entries`)
  return Number(head.argument) * perEntry
}

function readText(cursor: ByteCursor, head: Head): string {
  const at = cursor.offset
  try {
    return utf8.decode(readBytes(cursor, head, 3))
  } catch (cause) {
    if (cause instanceof TypeError) throw cursor.corrupt('invalid UTF-8 in a CBOR text', at, cause)
    throw cause
  }
}

/** The content of a byte or text string; an indefinite one is a run of definite pieces of the same major type. */
function readBytes(cursor: ByteCursor, head: Head, major: number): Uint8Array {
  if (head.argument >= 0n) return takeBytes(cursor, head)
  const pieces: Uint8Array[] = []
  while (cursor.bytes[cursor.offset] !== BREAK) {
    const at = cursor.offset
    const piece = readHead(cursor)
    if (piece.major !== major || piece.argument < 0n) throw cursor.corrupt('CBOR string piece of another type', at)
    pieces.push(takeBytes(cursor, piece))
  }
  cursor.skip(1)
  return Buffer.concat(pieces)
}

function takeBytes(cursor: ByteCursor, head: Head): Uint8Array {
  if (head.argument > BigInt(cursor.remaining)) {
    throw cursor.corrupt(`CBOR string of ${head.argument.toString()} bytes, ${cursor.remaining} left`)
  }
  return cursor.take(Number(head.argument))
}

function readSimple(cursor: ByteCursor, head: Head, sink: JsonTextSink): void {
  if (head.info === 20 || head.info === 21) sink.scalar(head.info === 21)
  else if (head.info === 22 || head.info === 23) sink.scalar(null)
  else if (head.info === 25) sink.float(halfFloat(Number(head.argument)), true)
  else if (head.info === 26) sink.float(view(head.argument).getFloat32(4), true)
  else if (head.info === 27) sink.float(view(head.argument).getFloat64(0), false)
  else throw cursor.corrupt(`CBOR simple value ${head.argument.toString()}`, cursor.offset - 1)
}

function view(bits: bigint): DataView {
  const result = new DataView(new ArrayBuffer(8))
  result.setBigUint64(0, bits)
  return result
}

function halfFloat(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1
  const exponent = (bits >>> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}
