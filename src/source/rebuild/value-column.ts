import type { JsonBytes } from '../../codec/json-bytes.ts'
import { ByteCursor } from '../../core/byte-cursor.ts'
import { halvesOf, numberAt } from '../../core/int64-halves.ts'
import type { BytesWindow, Column, NumberWindow } from '../../lucene/doc-values/column.ts'
import type { ValueText } from './value-text.ts'

/** The values of a window of documents. */
export type ColumnWindow = NumberWindow | BytesWindow

/** A column, and the window of it that is loaded. */
export interface WindowedColumn {
  readonly column: Column
  window: ColumnWindow
  /** The numbers of the window as pairs of halves; undefined for byte strings. */
  numbers: Int32Array | undefined
  /** The places of its byte strings in a short list, likewise; undefined for other columns. */
  ordinals: Int32Array | undefined
}

/** Writes the value at a place of the loaded window; false, and nothing is written, when only its text can tell what it is. */
export type ColumnWriter = (out: JsonBytes, column: WindowedColumn, at: number) => boolean

/** A column whose byte strings may hold several values. */
export interface SplitColumn extends WindowedColumn {
  /** How many values each byte string holds, where that is kept beside it. */
  readonly counts: WindowedColumn | undefined
}

/** A column that values of a field come from. */
export interface ValueColumn extends SplitColumn {
  readonly text: ValueText['column']
  /** Writes single values without their texts; undefined for types that take texts. */
  readonly write: ColumnWriter | undefined
}

/** What a view of bytes takes beside the bytes. */
const VIEW_BYTES = 100

/** Before anything is loaded. */
export const NO_VALUES: NumberWindow = { starts: new Int32Array(1), values: new BigInt64Array(0) }

/** A column of which nothing is loaded yet. */
export function windowedColumn(column: Column): WindowedColumn {
  return { column, window: NO_VALUES, numbers: undefined, ordinals: undefined }
}

/** Loads the documents `[from, to)` and returns about how many bytes they take. Codes as reading the column. */
export async function loadWindow(
  windowed: WindowedColumn,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<number> {
  const window = await windowed.column.window(from, to, signal)
  windowed.window = window
  windowed.numbers = window.values instanceof BigInt64Array ? halvesOf(window.values) : undefined
  windowed.ordinals = 'ordinals' in window ? halvesOf(window.ordinals) : undefined
  return windowBytes(window)
}

/** About as many bytes as a window takes. */
export function windowBytes({ starts, values }: ColumnWindow): number {
  if (values instanceof BigInt64Array) return starts.byteLength + values.byteLength
  let bytes = starts.byteLength + values.length * VIEW_BYTES
  for (let index = 0; index < values.length; index++) bytes += values[index]!.length
  return bytes
}

/** The place of the only value of a document in the window; -1 when it has none or several. */
export function onlyPlace({ window, counts }: ValueColumn, index: number): number {
  const { starts } = window
  const at = starts[index]!
  if (starts[index + 1]! - at !== 1) return -1
  return counts === undefined || countAt(counts, index) === 1 ? at : -1
}

/** The values of the document at a place of the window. `BLOB_CORRUPT` when several in one byte string do not fit. */
export function valuesOf({ window, counts }: SplitColumn, index: number): readonly (bigint | Uint8Array)[] {
  const values: (bigint | Uint8Array)[] = []
  for (let at = window.starts[index]!; at < window.starts[index + 1]!; at++) values.push(window.values[at]!)
  if (counts === undefined || countAt(counts, index) === 1) return values
  return values.flatMap<bigint | Uint8Array>((value) => (value instanceof Uint8Array ? splitValues(value) : value))
}

/** How many values the byte string of a document holds: one where nothing is recorded. */
function countAt({ window: { starts }, numbers }: WindowedColumn, index: number): number {
  if (numbers === undefined || starts[index] === starts[index + 1]) return 1
  return numberAt(numbers, starts[index]!)
}

/** `(vint length, bytes)*` to the end. */
function splitValues(bytes: Uint8Array): Uint8Array[] {
  const cursor = new ByteCursor(bytes, 'values of a column')
  const values: Uint8Array[] = []
  while (cursor.remaining > 0) values.push(cursor.take(cursor.vCount('length of a value', cursor.remaining)))
  return values
}
