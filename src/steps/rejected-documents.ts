import type { RejectRecord } from './reject-record.ts'

/** What tells a document apart from others. */
export type DocumentName = Pick<RejectRecord, 'index' | 'id' | 'routing' | 'type'>

/** The documents that a run left out or the target refused, to be asked for by name; one key of text is kept of each. */
export class RejectedDocuments {
  readonly #keys = new Set<string>()

  /** Takes all of them up. */
  static async read(rejects: AsyncIterable<RejectRecord>): Promise<RejectedDocuments> {
    const documents = new RejectedDocuments()
    for await (const reject of rejects) documents.#keys.add(keyOf(reject, reject.class === 'duplicate-id'))
    return documents
  }

  /** True when this document is one of them. */
  has(document: DocumentName): boolean {
    return this.#keys.has(keyOf(document, false)) || this.#keys.has(keyOf(document, true))
  }
}

/** The type matters only where another type's document has the same id: that one did get in. */
function keyOf({ index, id, routing, type }: DocumentName, typed: boolean): string {
  return JSON.stringify([index, id, routing ?? null, ...(typed ? [type ?? null] : [])])
}
