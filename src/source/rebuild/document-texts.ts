import { JsonBytes } from '../../codec/json-bytes.ts'
import type { Column, BytesWindow, NumberWindow } from '../../lucene/doc-values/column.ts'
import type { DocBits } from '../../lucene/doc-bits.ts'
import type { VersionId } from '../../repository/version-id.ts'
import type { DocumentBatch } from '../document-batch.ts'
import type { SegmentSource } from '../segment-source.ts'
import { ColumnWindows } from './column-windows.ts'
import { earlierDocuments } from './earlier-documents.ts'
import { IGNORED_SOURCE, readKeptParts, type KeptPart } from './ignored-source.ts'
import { IGNORED } from './ignored-fields.ts'
import type { LeafReader } from './leaf-reader.ts'
import { insertNested, type Block, type BlockDocument } from './nested-block.ts'
import { membersOf, nestedAdditions } from './nested-additions.ts'
import type { Addition } from './put-back.ts'
import { blockStart } from './root-documents.ts'
import { scopeObject, type Scope } from './scope.ts'
import { storedValuesOf, type StoredByName, type StoredValuesAt } from './stored-values-of.ts'
import { windowBytes } from './value-column.ts'

/** Index version from which nested objects lie in their order (6.5). */
const IN_ORDER_SINCE = 6_050_000

const NO_PARTS: readonly KeptPart[] = []

/** What the documents of a segment are put together from. */
export interface DocumentParts {
  readonly readers: readonly LeafReader[]
  /** The column of parts that were kept as they were sent. */
  readonly kept: Column | undefined
  /** Which documents are roots; undefined when the index has no nested objects that could be put back. */
  readonly roots: DocBits | undefined
}

/** A document put together, and how many of its nested objects were left out because nothing tells where they belong. */
export interface DocumentText {
  /** One line of JSON. */
  readonly json: Uint8Array
  readonly untold: number
  /** The stored values of the root document. */
  readonly stored: StoredByName
}

/** What a stored source lacks. */
export interface MissingValues {
  readonly addition: Addition
  readonly untold: number
  readonly stored: StoredByName
}

/** Puts the documents of a segment together, window by window. */
export class DocumentTexts {
  readonly #source: SegmentSource
  readonly #parts: DocumentParts
  readonly #created: VersionId | undefined
  #keptWindow: BytesWindow | NumberWindow | undefined
  readonly #windows: ColumnWindows
  #earlier: ReadonlyMap<number, StoredByName> = new Map()
  readonly #storedAt: StoredValuesAt
  readonly #out = new JsonBytes()

  constructor(source: SegmentSource, parts: DocumentParts, created: VersionId | undefined) {
    this.#source = source
    this.#parts = parts
    this.#created = created
    this.#windows = new ColumnWindows(source.segment.maxDoc)
    const names = parts.readers.flatMap(({ storedNames = [] }) => storedNames)
    this.#storedAt = storedValuesOf(source, [...names, IGNORED_SOURCE, IGNORED])
  }

  /** Reads what the documents of a batch need, their nested objects included. */
  async begin(batch: DocumentBatch, signal: AbortSignal): Promise<void> {
    const { readers, kept, roots } = this.#parts
    const root = batch.doc(0)
    const first = roots === undefined ? root : blockStart(roots, root)
    await this.#windows.cover(first, batch.doc(batch.count - 1) + 1, async (from, to) => {
      let bytes = 0
      for (const reader of readers) bytes += await reader.load(from, to, signal)
      this.#keptWindow = await kept?.window(from, to, signal)
      return bytes + (this.#keptWindow === undefined ? 0 : windowBytes(this.#keptWindow))
    })
    const { docBase } = batch.chunk
    this.#earlier =
      first < docBase ? await earlierDocuments(this.#source, this.#storedAt, first, docBase, signal) : new Map()
  }

  /** The document at `place` of the batch as JSON. `BLOB_CORRUPT` when mapping and columns disagree. */
  text(scope: Scope, batch: DocumentBatch, place: number): DocumentText {
    const root = batch.doc(place)
    const { stored, kept } = this.#document(batch, root)
    if (scope.template !== undefined && scope.inner.length === 0 && kept.length === 0) {
      this.#out.begin()
      if (!scope.template(this.#out, root, stored)) this.#out.text('{}')
      return { json: this.#out.take(), untold: 0, stored }
    }
    const { object, whole } = scopeObject(scope, root, stored, kept)
    if (whole !== undefined) return { json: utf8(whole), untold: 0, stored }
    const { roots } = this.#parts
    const hasNested = roots !== undefined && scope.inner.length > 0
    const untold = hasNested ? insertNested(scope, object, this.#block(batch, roots, root)) : 0
    return { json: utf8(object.toString()), untold, stored }
  }

  /** What the stored source of the document at `place` lacks of the fields of `wanted`. Codes as `text`. */
  missing(scope: Scope, wanted: ReadonlySet<LeafReader>, batch: DocumentBatch, place: number): MissingValues {
    const root = batch.doc(place)
    const { stored } = this.#document(batch, root)
    const members = membersOf(scope, wanted, root, stored)
    const { roots } = this.#parts
    if (roots === undefined) return { addition: { members, nested: [] }, untold: 0, stored }
    const { nested, untold } = nestedAdditions(scope, wanted, this.#block(batch, roots, root))
    return { addition: { members, nested }, untold, stored }
  }

  #document(batch: DocumentBatch, doc: number): BlockDocument {
    const stored = this.#earlier.get(doc) ?? this.#storedAt(batch.chunk, doc)
    return { stored, kept: this.#keptParts(doc, stored) }
  }

  #block(batch: DocumentBatch, roots: DocBits, root: number): Block {
    const isReversed = this.#created !== undefined && this.#created.id < IN_ORDER_SINCE
    return { first: blockStart(roots, root), root, isReversed, at: (doc) => this.#document(batch, doc) }
  }

  #keptParts(doc: number, values: StoredByName): readonly KeptPart[] {
    const window = this.#keptWindow
    const at = doc - this.#windows.from
    const [first, end] = window === undefined ? [0, 0] : [window.starts[at]!, window.starts[at + 1]!]
    if (first === end && !values.has(IGNORED_SOURCE)) return NO_PARTS
    const raw: unknown[] = [...(values.get(IGNORED_SOURCE) ?? [])]
    for (let index = first; index < end; index++) raw.push(window!.values[index])
    return raw.flatMap((value) => (value instanceof Uint8Array ? readKeptParts(value, this.#created) : []))
  }
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}
