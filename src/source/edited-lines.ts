import type { AddedValues } from './added-values.ts'
import type { DocumentBatch } from './document-batch.ts'
import { FirstMember, hasMember } from './first-member.ts'
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
  #added: readonly AddedValues[] = []
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

  /** Forgets the batch before; `rebuilder` has begun the batch, too, and `added` is of its segment. */
  begin(batch: DocumentBatch, rebuilder: Rebuilder | undefined, added: readonly AddedValues[]): void {
    this.#lines.begin(batch, rebuilder)
    this.#added = added
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
    if (line === undefined || this.#added.length === 0) return line
    const members = this.#membersOf(batch, place, line, 0, line.length)
    return Array.isArray(members) ? withMembers(new FirstMember(), line, 0, line.length, members) : line
  }

  #find(batch: DocumentBatch, place: number): LineProblem | undefined {
    const lines = this.#lines
    const missing = lines.find(batch, place)
    if (missing !== undefined) return { kind: 'missing', reason: missing }
    this.bytes = lines.bytes
    this.start = lines.start
    this.end = lines.end
    if (this.#added.length === 0) return undefined
    const members = this.#membersOf(batch, place, this.bytes, this.start, this.end)
    if (!Array.isArray(members)) return members
    const edited = withMembers(this.#inserting, this.bytes, this.start, this.end, members)
    if (edited === undefined) return undefined
    this.bytes = edited
    this.start = 0
    this.end = edited.length
    return undefined
  }

  /** What the document gets, or why it cannot. */
  #membersOf(
    batch: DocumentBatch,
    place: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): Uint8Array[] | LineProblem {
    const members: Uint8Array[] = []
    for (const values of this.#added) {
      const member = values.memberOf(batch, place)
      if (member === undefined) continue
      const { field, ifPresent } = values
      if (!hasMember(bytes, start, end, field)) members.push(member)
      else if (ifPresent === 'clash') {
        const reason = `the document has a field ${field} of its own, which is the name of the join field`
        return { kind: 'clash', reason }
      }
    }
    return members
  }
}

const COMMA = Buffer.from(',')

/** The line with members in front; undefined when there are none, or it is no object. */
function withMembers(
  inserting: FirstMember,
  bytes: Uint8Array,
  start: number,
  end: number,
  [first, ...others]: readonly Uint8Array[],
): Uint8Array | undefined {
  if (first === undefined) return undefined
  const all = others.length === 0 ? first : Buffer.concat([first, ...others.flatMap((member) => [COMMA, member])])
  return inserting.insert(bytes, start, end, all)
}
