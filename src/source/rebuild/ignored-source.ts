import { ByteCursor } from '../../core/byte-cursor.ts'
import type { VersionId } from '../../repository/version-id.ts'
import { taggedText } from './tagged-text.ts'

/** A part of a source that the server kept as it was sent, because no column could hold it. */
export interface KeptPart {
  /** Names of the objects around it and its own. */
  readonly path: readonly string[]
  /** As JSON; undefined when the part is to be left out. */
  readonly text: string | undefined
}

/** Index versions from which one stored value, respectively one value of a column, holds all parts of a field. */
const ONE_VALUE_A_FIELD_SINCE = 9_039_000
const LENGTH_FACTOR = 0x10000

/** Name of the field, or column, that the parts are kept in. */
export const IGNORED_SOURCE = '_ignored_source'

/**
 * Decodes one value of `_ignored_source`.
 *
 * ```
 * before index version 9.039: i32.le (name length + 65536 × parent length), name, value
 * since:                      vint count, name, count × { vint parent length, vint length, value }
 * ```
 *
 * Source: Elasticsearch `IgnoredSourceFieldMapper`.
 */
export function readKeptParts(bytes: Uint8Array, created: VersionId | undefined): KeptPart[] {
  const cursor = new ByteCursor(bytes, IGNORED_SOURCE, { order: 'little' })
  if ((created?.id ?? 0) < ONE_VALUE_A_FIELD_SINCE) {
    const packed = cursor.int32()
    const [length, parent] = [packed % LENGTH_FACTOR, Math.floor(packed / LENGTH_FACTOR)]
    const name = readUnits(cursor, length, 'utf-8')
    return [{ path: pathOf(name, parent, cursor), text: taggedText(bytes.subarray(cursor.offset), IGNORED_SOURCE) }]
  }
  const count = cursor.vCount('number of parts', bytes.length)
  const name = readUnits(cursor, cursor.vCount('length of a name', bytes.length), 'units')
  return Array.from({ length: count }, () => {
    const parent = cursor.vCount('length of the parent', name.length)
    const value = cursor.take(cursor.vCount('length of a part', cursor.remaining))
    return { path: pathOf(name, parent, cursor), text: taggedText(value, IGNORED_SOURCE) }
  })
}

function pathOf(name: string, parent: number, cursor: ByteCursor): string[] {
  if (parent < 0 || parent > name.length) throw cursor.corrupt(`parent of ${parent} characters of '${name}'`)
  const own = name.slice(parent)
  return parent === 0 ? [own] : [...name.slice(0, parent - 1).split('.'), own]
}

/** Reads `count` UTF-16 units: as UTF-8 with surrogates in pairs, or each unit on its own in one to three bytes. */
function readUnits(cursor: ByteCursor, count: number, form: 'utf-8' | 'units'): string {
  let text = ''
  while (text.length < count) {
    const first = cursor.uint8()
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
    if (more === 3 && form === 'units') throw cursor.corrupt('character of four bytes')
    let code = more === 0 ? first : first & (0x3f >> more)
    for (let index = 0; index < more; index++) code = (code << 6) | (cursor.uint8() & 0x3f)
    if (code > 0x10ffff) throw cursor.corrupt('impossible character')
    text += String.fromCodePoint(code)
  }
  return text
}
