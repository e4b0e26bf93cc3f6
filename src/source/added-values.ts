import type { DocumentBatch } from './document-batch.ts'

/** The values of a member that documents of a segment get beside those of their source. */
export interface AddedValues {
  /** Name of the member. */
  readonly field: string
  /** What happens to a document that has a member of that name already: it cannot be sent, or goes over with its own. */
  readonly ifPresent: 'clash' | 'keep'
  /** `"name":value` as bytes; undefined for a document that gets none. */
  memberOf(batch: DocumentBatch, place: number): Uint8Array | undefined
}
