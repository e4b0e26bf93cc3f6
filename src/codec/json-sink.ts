import type { JsonScalar } from './json-value.ts'

/**
 * Where a decoder of a JSON-like format delivers a document, in order and without recursion. Within an object every value
 * is preceded by its `name`. Calls are balanced; a decoder delivers exactly one root value.
 */
export interface JsonSink {
  open(kind: 'object' | 'array'): void
  close(): void
  name(name: string): void
  scalar(value: JsonScalar): void
  /** A floating-point number of 32 (`single`) or 64 bits, which keeps its kind in text: 1 is written `1.0`. */
  float(value: number, single: boolean): void
}

/** Containers inside containers that a document may have; Elasticsearch itself stops at 1,000. */
export const MAX_DEPTH = 2000
