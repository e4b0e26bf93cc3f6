import type { TimeName } from '../metadata/time-fields.ts'
import { documentSpans, scanDocument, StoredType, wantedFields, type WantedFields } from '../lucene/stored-document.ts'
import { storedLong } from '../lucene/stored-values.ts'
import type { AddedValues } from './added-values.ts'
import type { DocumentBatch } from './document-batch.ts'
import type { SegmentSource } from './segment-source.ts'

/**
 * The stored values of `_timestamp` or `_ttl` for the documents of a segment, in milliseconds since 1970; that of `_ttl` is the
 * time at which the document expires.
 *
 * Source: Elasticsearch 2 `TimestampFieldMapper`, `TTLFieldMapper`.
 */
export class TimeValues implements AddedValues {
  readonly field: string
  // Elasticsearch 1 took the times from such members of the source, so they say the same.
  readonly ifPresent = 'keep'
  readonly #wanted: WantedFields
  readonly #spans = documentSpans(1)
  readonly #key: string

  private constructor(field: string, wanted: WantedFields) {
    this.field = field
    this.#wanted = wanted
    this.#key = `${JSON.stringify(field)}:`
  }

  /** Those of a segment, under the name `field`; undefined when no document of it has any. */
  static open({ segment, stored }: SegmentSource, from: TimeName, field: string): TimeValues | undefined {
    if (!segment.fields.byName.has(from)) return undefined
    return new TimeValues(field, wantedFields(segment.fields, [from], stored.numbers, stored.fdt.name))
  }

  /** `"_timestamp":1400000000000` as bytes; undefined for a document without. */
  memberOf(batch: DocumentBatch, place: number): Uint8Array | undefined {
    const { chunk } = batch
    scanDocument(chunk, batch.doc(place) - chunk.docBase, this.#wanted, this.#spans)
    const { counts, types, starts, ends } = this.#spans
    if (counts[0] !== 1 || types[0] !== StoredType.long) return undefined
    const { numbers, subject } = this.#wanted
    const value = storedLong(chunk.bytes, starts[0]!, ends[0]!, numbers, subject)
    return Buffer.from(`${this.#key}${value}`)
  }
}
