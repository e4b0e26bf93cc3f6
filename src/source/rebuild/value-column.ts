import { ByteCursor } from '../../core/byte-cursor.ts'
import type { BytesWindow, Column, NumberWindow } from '../../lucene/doc-values/column.ts'
import type { ValueText } from './value-text.ts'

/** The values of a window of documents. */
export type ColumnWindow = NumberWindow | BytesWindow

/** A column that values of a field come from, and the window that is loaded. */
export interface ValueColumn {
  readonly column: Column
  readonly text: ValueText['column']
  window: ColumnWindow
  /** How many values each byte string holds, where that is kept beside it. */
  readonly counts: { readonly column: Column; window: ColumnWindow } | undefined
}

/** What a view of bytes takes beside the bytes. */
const VIEW_BYTES = 100

/** Before anything is loaded. */
export const NO_VALUES: NumberWindow = { starts: new Int32Array(1), values: new BigInt64Array(0) }

/** About as many bytes as a window takes. */
export function windowBytes({ starts, values }: ColumnWindow): number {
  if (values instanceof BigInt64Array) return starts.byteLength + values.byteLength
  return values.reduce((total, value) => total + value.length + VIEW_BYTES, starts.byteLength)
}

/** The values of the document at a place of the window. `BLOB_CORRUPT` when several in one byte string do not fit. */
export function valuesOf({ window, counts }: ValueColumn, index: number): readonly (bigint | Uint8Array)[] {
  const values: (bigint | Uint8Array)[] = []
  for (let at = window.starts[index]!; at < window.starts[index + 1]!; at++) values.push(window.values[at]!)
  if (counts === undefined) return values
  const count = counts.window.values[counts.window.starts[index]!]
  if (count === undefined || count === 1n) return values
  return values.flatMap<bigint | Uint8Array>((value) => (value instanceof Uint8Array ? splitValues(value) : value))
}

/** `(vint length, bytes)*` to the end. */
function splitValues(bytes: Uint8Array): Uint8Array[] {
  const cursor = new ByteCursor(bytes, 'values of a column')
  const values: Uint8Array[] = []
  while (cursor.remaining > 0) values.push(cursor.take(cursor.vCount('length of a value', cursor.remaining)))
  return values
}
