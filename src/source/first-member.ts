import { parseJsonExact } from '../codec/json-exact.ts'
import { isJsonObject } from '../codec/json-value.ts'
import { isFailure } from '../core/failure.ts'

const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const COMMA = 0x2c

/**
 * Puts one member in front of all others of a JSON object. Only the place behind the opening brace is looked for; every other
 * byte is copied as it is, so numbers, blanks and repeated names stay.
 */
export class FirstMember {
  #buffer = Buffer.allocUnsafeSlow(64 * 1024)

  /**
   * The object in `source[start, end)` with `member` (`"name":value`) in front; valid until the next call. Undefined when the
   * bytes do not begin with an object.
   */
  insert(source: Uint8Array, start: number, end: number, member: Uint8Array): Uint8Array | undefined {
    const open = skipBlanks(source, start, end)
    if (source[open] !== OPEN_BRACE) return undefined
    const first = skipBlanks(source, open + 1, end)
    const isEmpty = source[first] === CLOSE_BRACE
    const length = end - start + member.length + 1
    if (length > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(2 * length)
    const buffer = this.#buffer
    buffer.set(source.subarray(start, open + 1), 0)
    let at = open + 1 - start
    buffer.set(member, at)
    at += member.length
    if (!isEmpty) buffer[at++] = COMMA
    buffer.set(source.subarray(open + 1, end), at)
    return buffer.subarray(0, at + end - open - 1)
  }
}

/**
 * True when the JSON object in `source[start, end)` has a member of that name at its top. The text is parsed only where the name
 * occurs in it at all; a name written with escapes is not found, and what is no JSON has no members.
 */
export function hasMember(source: Uint8Array, start: number, end: number, name: string): boolean {
  const bytes = Buffer.from(source.buffer, source.byteOffset + start, end - start)
  if (!bytes.includes(JSON.stringify(name))) return false
  try {
    const value = parseJsonExact(bytes.toString('utf8'), 'document')
    return isJsonObject(value) && Object.hasOwn(value, name)
  } catch (error) {
    if (isFailure(error, 'BLOB_CORRUPT')) return false
    throw error
  }
}

function skipBlanks(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d)) at++
  return at
}
