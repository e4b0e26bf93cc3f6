import type { DocumentBatch } from '../document-batch.ts'
import { SourceLines } from '../source-lines.ts'
import { missingReason, NOT_STORED } from './rebuild-report.ts'
import type { Rebuilder } from './rebuilder.ts'

/**
 * Gives the source of each document of a batch as one line of JSON, as {@link SourceLines} does, rebuilt where it is not
 * stored as it was sent. Documents have to be asked for in order.
 */
export class RebuiltLines {
  readonly #stored = new SourceLines()
  #rebuilder: Rebuilder | undefined
  /** The document asked for last, which may be asked for again. */
  #place = -1
  #reason: string | undefined
  /** Of the document asked for last: the array that holds its line, and where. */
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  /** True when the line is not the stored bytes themselves. */
  rewritten = false

  /** Forgets the batch before; `rebuilder` has begun the batch, too. */
  begin(batch: DocumentBatch, rebuilder: Rebuilder | undefined): void {
    this.#stored.begin(batch)
    this.#rebuilder = rebuilder
    this.#place = -1
  }

  /** Finds the line of the document at `place`; the reason when it has none. `BLOB_CORRUPT` when it cannot be decoded. */
  find(batch: DocumentBatch, place: number): string | undefined {
    if (place !== this.#place) {
      this.#reason = this.#find(batch, place)
      this.#place = place
    }
    return this.#reason
  }

  /** The line of the document at `place` as {@link Rebuilder.filtered} has it, after it was found. */
  filtered(batch: DocumentBatch, place: number): Uint8Array | undefined {
    const stored = this.#stored
    if (this.#rebuilder === undefined || !stored.find(batch, place)) return undefined
    return this.#rebuilder.filtered(batch, place, stored.bytes.subarray(stored.start, stored.end))
  }

  #find(batch: DocumentBatch, place: number): string | undefined {
    const stored = this.#stored
    const isStored = stored.find(batch, place)
    if (this.#rebuilder === undefined) {
      if (!isStored) return NOT_STORED
      this.bytes = stored.bytes
      this.start = stored.start
      this.end = stored.end
      this.rewritten = stored.rewritten
      return undefined
    }
    const line = isStored ? stored.bytes.subarray(stored.start, stored.end) : undefined
    const rebuilt = this.#rebuilder.rebuild(batch, place, line)
    if ('missing' in rebuilt) return missingReason(rebuilt.missing, isStored)
    this.bytes = rebuilt.json
    this.start = 0
    this.end = rebuilt.json.length
    this.rewritten = true
    return undefined
  }
}
