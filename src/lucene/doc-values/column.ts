import type { SlotRange } from './doc-slots.ts'

/** 64-bit values of the documents `[from, to)`: those of a document are `values[starts[d]]` up to `values[starts[d + 1]]`. */
export interface NumberWindow {
  readonly starts: Int32Array
  readonly values: BigInt64Array
}

/** Byte strings of the documents `[from, to)`, laid out as in {@link NumberWindow}. */
export interface BytesWindow {
  readonly starts: Int32Array
  readonly values: readonly Uint8Array[]
  /** The place of each value in the list of a column with few. */
  readonly ordinals?: BigInt64Array
}

/** A column of numbers, none, one or several a document, read a window of documents at a time. */
export interface NumberColumn {
  readonly kind: 'numbers'
  window(from: number, to: number, signal: AbortSignal): Promise<NumberWindow>
}

/** A column of byte strings, none, one or several a document. */
export interface BytesColumn {
  readonly kind: 'bytes'
  /** True when the values of a document are sorted and distinct, so that their order and number may differ from the source's. */
  readonly distinct: boolean
  /** True when all values are of a short list, each always the same array, so that what is made of one can be kept. */
  readonly fewValues: boolean
  window(from: number, to: number, signal: AbortSignal): Promise<BytesWindow>
}

/** A column of any kind. */
export type Column = NumberColumn | BytesColumn

/** Numbers by their place among all numbers of a column. */
export interface NumberRun {
  /** How many there are. */
  readonly count: number
  read(from: number, to: number, signal: AbortSignal): Promise<BigInt64Array>
}

/** Byte strings by their ordinal among the distinct ones of a column. */
export interface TermLookup {
  /** True when there are few terms, each always the same array. */
  readonly isShort: boolean
  /** The terms of the ordinals, in their order; `BLOB_CORRUPT` for an ordinal without one. */
  terms(ordinals: BigInt64Array, signal: AbortSignal): Promise<readonly Uint8Array[]>
}

/** For each document of a window its first value, counted from the window's first; and which values these are. */
export interface ValueRange {
  readonly from: number
  readonly to: number
  readonly starts: Int32Array
}

/** Finds the values of a window of documents. */
export type ValueRanges = (from: number, to: number, signal: AbortSignal) => Promise<ValueRange>

/** The values of a window where each document has one at most. */
export function singleValues(range: SlotRange): ValueRange {
  return { from: range.first, to: range.first + range.count, starts: range.starts }
}

/** A column of numbers from its parts. */
export function numberColumn(ranges: ValueRanges, numbers: NumberRun): NumberColumn {
  return {
    kind: 'numbers',
    window: async (from, to, signal) => {
      const range = await ranges(from, to, signal)
      return { starts: range.starts, values: await numbers.read(range.from, range.to, signal) }
    },
  }
}

/** A column of distinct byte strings from the column of their ordinals. */
export function termColumn(ordinals: NumberColumn, lookup: TermLookup): BytesColumn {
  return {
    kind: 'bytes',
    distinct: true,
    fewValues: lookup.isShort,
    window: async (from, to, signal) => {
      const { starts, values } = await ordinals.window(from, to, signal)
      const terms = await lookup.terms(values, signal)
      return lookup.isShort ? { starts, values: terms, ordinals: values } : { starts, values: terms }
    },
  }
}
