import { sourceToJsonLine } from '../codec/source-form.ts'
import type { DocumentBatch } from './document-batch.ts'

const OPEN_BRACE = 0x7b
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * Gives the source of each document of a batch as one line of JSON. Almost always that is the stored bytes themselves, in
 * place; only sources with line ends, or in another form than JSON, are rewritten. Documents have to be asked for in order.
 */
export class SourceLines {
  /** Of the document asked for last: the array that holds its line, and where. */
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  /** True when the line is not the stored bytes themselves. */
  rewritten = false
  /** The chunk as a `Buffer`, whose search for a byte is ten times as fast as that of a plain array. */
  #chunk: Buffer = Buffer.alloc(0)
  #nextLineFeed = 0
  #nextReturn = 0

  /** Forgets the batch before; call it for every new batch, also when it is the same object filled again. */
  begin(batch: DocumentBatch): void {
    const { buffer, byteOffset, length } = batch.bytes
    this.#chunk = Buffer.from(buffer, byteOffset, length)
    this.#nextLineFeed = -1
    this.#nextReturn = -1
  }

  /** Finds the line of the document at `place`; false when it has no stored source. `BLOB_CORRUPT` when it cannot be decoded. */
  find(batch: DocumentBatch, place: number): boolean {
    const start = batch.sourceStart(place)
    if (start === -1) return false
    const end = batch.sourceEnd(place)
    const chunk = this.#chunk
    // Searching again only behind the last hit keeps the search linear in the chunk.
    if (this.#nextLineFeed < start) this.#nextLineFeed = indexOrEnd(chunk, LINE_FEED, start)
    if (this.#nextReturn < start) this.#nextReturn = indexOrEnd(chunk, CARRIAGE_RETURN, start)
    if (chunk[start] === OPEN_BRACE && this.#nextLineFeed >= end && this.#nextReturn >= end) {
      this.bytes = chunk
      this.start = start
      this.end = end
      this.rewritten = false
      return true
    }
    this.bytes = sourceToJsonLine(chunk.subarray(start, end), sourceSubject(batch, place))
    this.start = 0
    this.end = this.bytes.length
    this.rewritten = true
    return true
  }
}

/** What messages call the source of the document at `place`. */
export function sourceSubject(batch: DocumentBatch, place: number): string {
  return `source of document ${batch.doc(place)}`
}

function indexOrEnd(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from)
  return at === -1 ? bytes.length : at
}
