import { Failure } from '../core/failure.ts'

const NUMERIC = 0xfe
const UTF8 = 0xff
const BASE64_ESCAPE = 0xfd

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
