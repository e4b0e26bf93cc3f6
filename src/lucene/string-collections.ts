import type { ByteCursor } from '../core/byte-cursor.ts'

/** How a collection writes its size: `vint` since Lucene 5.1, a fixed 32-bit integer before. */
export type CountForm = 'int32' | 'vint'

/** The number of entries that follow; each takes at least `minBytes`, so a damaged count is found before it is believed. */
export function readCount(cursor: ByteCursor, form: CountForm, what: string, minBytes = 1): number {
  const at = cursor.offset
  const count = form === 'vint' ? cursor.vInt() : cursor.int32()
  if (count < 0 || count * minBytes > cursor.remaining) {
    throw cursor.corrupt(`${what} is ${count}, ${cursor.remaining} bytes left`, at)
  }
  return count
}

/** A set of strings. Source: Lucene `DataOutput.writeSetOfStrings`, before 5.1 `writeStringSet`. */
export function readStringSet(cursor: ByteCursor, form: CountForm): string[] {
  const count = readCount(cursor, form, 'number of strings')
  const strings: string[] = []
  for (let index = 0; index < count; index++) strings.push(cursor.string())
  return strings
}

/** A map of strings; a repeated key is corruption. Source: Lucene `DataOutput.writeMapOfStrings`, before 5.1 `writeStringStringMap`. */
export function readStringMap(cursor: ByteCursor, form: CountForm): Map<string, string> {
  const count = readCount(cursor, form, 'number of map entries', 2)
  const map = new Map<string, string>()
  for (let index = 0; index < count; index++) map.set(cursor.string(), cursor.string())
  if (map.size !== count) throw cursor.corrupt(`a map of ${count} entries repeats a key`)
  return map
}
