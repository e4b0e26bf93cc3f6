import type { DocumentBatch } from './document-batch.ts'
import { FirstMember, hasMember } from './first-member.ts'
import type { JoinValues } from './join-values.ts'
import type { Rebuilder } from './rebuild/rebuilder.ts'
import { RebuiltLines } from './rebuild/rebuilt-lines.ts'

/** Why a document has no line: it has no source, or its source has a member that it was to get. */
export interface LineProblem {
  readonly kind: 'missing' | 'clash'
  readonly reason: string
}

/**
 * Gives each document of a batch as the one line of JSON that the target is to hold: its source as {@link RebuiltLines} has it,
 * with what the translated mapping asks for put in. A load sends these lines, a comparison expects them. Documents have to be
 * asked for in order.
 */
export class EditedLines {
  readonly #lines = new RebuiltLines()
  readonly #inserting = new FirstMember()
  #join: JoinValues | undefined
  /** The document asked for last, which may be asked for again. */
  #place = -1
  #problem: LineProblem | undefined
  /** Of the document asked for last: the array that holds its line, and where. */
  bytes: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0

  /** True when the line was made from stored bytes that are not one line of JSON themselves. */
  get rewritten(): boolean {
    return this.#lines.rewritten
  }

  /** Forgets the batch before; `rebuilder` has begun the batch, too, and `join` is of its segment. */
  begin(batch: DocumentBatch, rebuilder: Rebuilder | undefined, join: JoinValues | undefined): void {
    this.#lines.begin(batch, rebuilder)
    this.#join = join
    this.#place = -1
  }

  /** Finds the line of the document at `place`, or why it has none. `BLOB_CORRUPT` when its source cannot be decoded. */
  find(batch: DocumentBatch, place: number): LineProblem | undefined {
    if (place !== this.#place) {
      this.#problem = this.#find(batch, place)
      this.#place = place
    }
    return this.#problem
  }

  /** What a cluster shows of the line when its mapping filters sources as that of the index does; undefined without a filter. */
  filtered(batch: DocumentBatch, place: number): Uint8Array | undefined {
    const line = this.#lines.filtered(batch, place)
    const member = line && this.#join?.memberOf(batch, place)
    return line && member ? new FirstMember().insert(line, 0, line.length, member) : line
  }

  #find(batch: DocumentBatch, place: number): LineProblem | undefined {
    const lines = this.#lines
    const missing = lines.find(batch, place)
    if (missing !== undefined) return { kind: 'missing', reason: missing }
    this.bytes = lines.bytes
    this.start = lines.start
    this.end = lines.end
    const member = this.#join?.memberOf(batch, place)
    return member === undefined ? undefined : this.#insert(member, this.#join!.field)
  }

  #insert(member: Uint8Array, name: string): LineProblem | undefined {
    if (hasMember(this.bytes, this.start, this.end, name)) {
      return {
        kind: 'clash',
        reason: `the document has a field ${name} of its own, which is the name of the join field`,
      }
    }
    const edited = this.#inserting.insert(this.bytes, this.start, this.end, member)
    if (edited === undefined) return undefined
    this.bytes = edited
    this.start = 0
    this.end = edited.length
    return undefined
  }
}
