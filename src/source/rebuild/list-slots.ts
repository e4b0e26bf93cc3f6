import { ByteCursor } from '../../core/byte-cursor.ts'
import type { Leaf } from './leaves.ts'
import type { ColumnWindow } from './value-column.ts'

/** For each place of a list the number of its value among the distinct ones, -1 for null; undefined when nothing is recorded. */
export function slotsOf(window: ColumnWindow, index: number): number[] | undefined {
  const bytes = window.values[window.starts[index]!]
  if (window.starts[index] === window.starts[index + 1] || !(bytes instanceof Uint8Array)) return undefined
  return readSlots(bytes)
}

/** The places of a list from their bytes: zig-zag vints, their number first. `BLOB_CORRUPT` when it cannot be right. */
export function readSlots(bytes: Uint8Array): number[] {
  const cursor = new ByteCursor(bytes, 'places of the values of a list')
  const zigZag = (): number => {
    const value = cursor.vInt()
    return (value >>> 1) ^ -(value & 1)
  }
  const count = zigZag()
  if (count < 0 || count > bytes.length) throw cursor.corrupt(`${count} places`, 0)
  return Array.from({ length: count }, zigZag)
}

/** The list whose places hold the values of these numbers. `BLOB_CORRUPT` for a number without a value. */
export function inSlots(slots: readonly number[], texts: readonly string[], leaf: Leaf): string {
  const distinct = [...new Set(texts)]
  const places = slots.map((slot) => {
    const text = slot === -1 ? 'null' : distinct[slot]
    if (text !== undefined) return text
    throw new ByteCursor(new Uint8Array(0), `field '${leaf.name}'`).corrupt(
      `value ${slot} of a list of ${distinct.length} distinct values`,
    )
  })
  return `[${places.join(',')}]`
}
