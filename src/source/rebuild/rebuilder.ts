import type { IndexMetadata } from '../../repository/index-metadata.ts'
import type { DocumentBatch } from '../document-batch.ts'
import type { SourceKeeping } from './source-kind.ts'

/** What rebuilding needs to know of an index. */
export type RebuiltIndex = Pick<IndexMetadata, 'name' | 'settings' | 'mappings' | 'createdVersion'>

/** A field that cannot be rebuilt, and why. */
export interface MissingField {
  readonly field: string
  readonly reason: string
}

/** What became of a document without a whole stored source. */
export type Rebuilt =
  /** One line of JSON. */
  | { readonly json: Uint8Array }
  /** It would lack these fields, so that it must not pass for the document; none where nothing of its source is stored. */
  | { readonly missing: readonly MissingField[] }

/** What the rebuilt values of a field are worth: exactly those sent unless a loss is named, and none when it is missing. */
export interface FieldReport {
  readonly field: string
  readonly level: 'exact' | 'approximated' | 'missing'
  readonly reasons: readonly string[]
}

/** What was rebuilt of a segment. */
export interface SegmentReport {
  /** Documents that were put together from columns and stored values. */
  readonly rebuilt: number
  /** Documents whose source is exactly what was sent, from the server's recovery copy or with the vectors put back. */
  readonly recovered: number
  /** Documents whose filtered source is as it is stored, though fields are missing from it. */
  readonly incomplete?: number
  readonly fields: readonly FieldReport[]
}

/** Rebuilds the sources of a segment's documents from columns, stored values and vectors. */
export interface Rebuilder {
  readonly keeping: SourceKeeping
  /** Reads what the documents of a batch need; call it for every new batch. */
  begin(batch: DocumentBatch, signal: AbortSignal): Promise<void>
  /**
   * The source of the document at `place`. `stored` is its stored one as a line of JSON, which values are only added to.
   * `BLOB_CORRUPT` when mapping and columns disagree.
   */
  rebuild(batch: DocumentBatch, place: number, stored: Uint8Array | undefined): Rebuilt
  /**
   * The source of the document at `place` as a cluster shows it whose mapping filters sources likewise; undefined where nothing
   * is filtered out. `stored` as above.
   */
  filtered(batch: DocumentBatch, place: number, stored: Uint8Array): Uint8Array | undefined
  /** What was rebuilt so far, with every field of the mapping; no field when nothing tells of any. */
  report(): SegmentReport
}
