import type { DocBits } from '../doc-bits.ts'

/** The documents of a segment that have a value. */
export interface DocsWithValue {
  readonly count: number
  readonly bits: DocBits
}

/** A column with one number a document. */
export interface NumericColumn {
  readonly docs: DocsWithValue
  /** One value for each document with one, in their order. */
  readonly values: BigInt64Array
}

/** A column with one byte string a document, kept as the place of the string among the sorted distinct ones. */
export interface SortedColumn {
  /** Ordinal of each document; -1 without a value. */
  readonly ordinals: Int32Array
  /** Number of distinct terms. */
  readonly termCount: number
  /** The term of an ordinal, as a view. */
  term(ordinal: number): Uint8Array
}
