import { Failure } from '../core/failure.ts'

const NUMERIC = 0xfe
const UTF8 = 0xff
const BASE64_ESCAPE = 0xfd

const BASE64_URL = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', 'latin1')

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Decodes the binary `_id` of an index created by 6.0 or later: digits in nibbles, URL-safe base64, or text. `BLOB_CORRUPT`
 * when the bytes are no id.
 *
 * ```
 * FE, two digits a byte, a last nibble F is padding · FF, UTF-8 · FD, bytes of a base64 id · other: the whole are such bytes
 * ```
 *
 * Source: Elasticsearch `Uid.decodeId`.
 */
export function decodeUid(bytes: Uint8Array, start: number, end: number, subject = '_id'): string {
  if (start >= end) throw corrupt(subject, 'is empty')
  const view = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  const first = view[0]!
  if (first === NUMERIC) return decodeDigits(view, subject)
  if (first === UTF8) {
    try {
      return utf8.decode(view.subarray(1))
    } catch (cause) {
      throw corrupt(subject, 'is not valid UTF-8', cause)
    }
  }
  return view.toString('base64url', first === BASE64_ESCAPE ? 1 : 0)
}

/** True when {@link writeUid} can write the id: it is base64, as identifiers made by the server are, which no format escapes. */
export function isPlainUid(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && bytes[start] !== UTF8 && bytes[start] !== NUMERIC
}

/** Bytes that an id of this many bytes takes at most when {@link writeUid} has written it. */
export function plainUidBound(length: number): number {
  return Math.ceil((4 * length) / 3)
}

/** Writes a plain id as {@link decodeUid} shows it, and returns the offset behind it; many times as fast as a string is. */
export function writeUid(bytes: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): number {
  let from = bytes[start] === BASE64_ESCAPE ? start + 1 : start
  let at = offset
  for (; from + 2 < end; from += 3) {
    const three = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!
    target[at] = BASE64_URL[three >> 18]!
    target[at + 1] = BASE64_URL[(three >> 12) & 63]!
    target[at + 2] = BASE64_URL[(three >> 6) & 63]!
    target[at + 3] = BASE64_URL[three & 63]!
    at += 4
  }
  if (from === end) return at
  const rest = (bytes[from]! << 16) | (from + 1 < end ? bytes[from + 1]! << 8 : 0)
  target[at++] = BASE64_URL[rest >> 18]!
  target[at++] = BASE64_URL[(rest >> 12) & 63]!
  if (from + 1 < end) target[at++] = BASE64_URL[(rest >> 6) & 63]!
  return at
}

/** Encodes an id as {@link decodeUid} reads it. Source: Elasticsearch `Uid.encodeId`. */
export function encodeUid(id: string): Uint8Array {
  if (/^[0-9]+$/.test(id)) {
    const nibbles = id.length % 2 === 0 ? id : `${id}f`
    return Uint8Array.of(NUMERIC, ...Buffer.from(nibbles, 'hex'))
  }
  const base64 = /^[A-Za-z0-9_-]+$/.test(id) ? Buffer.from(id, 'base64url') : undefined
  // Only text whose unused last bits are zero survives the way back.
  if (base64 === undefined || base64.toString('base64url') !== id)
    return Uint8Array.of(UTF8, ...Buffer.from(id, 'utf8'))
  return base64[0]! >= BASE64_ESCAPE ? Uint8Array.of(BASE64_ESCAPE, ...base64) : Uint8Array.from(base64)
}

/**
 * Splits the `_uid` of an index created before 6.0 at its first `#`: types cannot contain one, ids can. `BLOB_CORRUPT` when
 * there is none.
 *
 * Source: Elasticsearch 5 `Uid.createUid`.
 */
export function splitUid(uid: string, subject = '_uid'): { readonly type: string; readonly id: string } {
  const at = uid.indexOf('#')
  if (at === -1) throw corrupt(subject, `'${uid}' has no '#'`)
  return { type: uid.slice(0, at), id: uid.slice(at + 1) }
}

function decodeDigits(view: Buffer, subject: string): string {
  const hex = view.toString('hex', 1)
  const digits = hex.endsWith('f') ? hex.slice(0, -1) : hex
  if (!/^[0-9]+$/.test(digits)) throw corrupt(subject, `holds nibbles that are no digits: ${hex.slice(0, 64)}`)
  return digits
}

function corrupt(subject: string, detail: string, cause?: unknown): Failure {
  return new Failure('BLOB_CORRUPT', detail, { op: 'decode', subject, cause })
}
