import { sourceToJsonLine } from '../../codec/source-form.ts'
import type { IndexMetadata } from '../../repository/index-metadata.ts'
import type { DocumentBatch } from '../document-batch.ts'
import type { SegmentSource } from '../segment-source.ts'
import { DocumentTexts, type DocumentParts } from './document-texts.ts'
import { IGNORED_SOURCE } from './ignored-source.ts'
import { insertMembers } from './insert-members.ts'
import type { LeafReader } from './leaf-reader.ts'
import { leavesOf, type Leaf } from './leaves.ts'
import { nestedObjectsOf, type NestedObject } from './nested-objects.ts'
import { openLeaf } from './open-leaf.ts'
import { rootDocuments } from './root-documents.ts'
import { readersOf, scopeTree, type Scope } from './scope.ts'
import { sourceKeeping, VECTOR_TYPES, type SourceKeeping } from './source-kind.ts'
import type { StoredByName } from './stored-values-of.ts'

/** What rebuilding needs to know of an index. */
export type RebuiltIndex = Pick<IndexMetadata, 'settings' | 'mappings' | 'createdVersion'>

/** A field that cannot be rebuilt, and why. */
export interface MissingField {
  readonly field: string
  readonly reason: string
}

/** What became of a document without a whole stored source. */
export type Rebuilt =
  /** One line of JSON; `recovered` when it is exactly what was sent. */
  | { readonly json: Uint8Array; readonly recovered: boolean }
  /** It would lack these fields, so that it must not pass for the document. */
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
  readonly fields: readonly FieldReport[]
}

/** Rebuilds the sources of a segment's documents from columns, stored values and vectors. */
export interface Rebuilder {
  readonly keeping: SourceKeeping
  /** Reads what the documents of a batch need; call it for every new batch. */
  begin(batch: DocumentBatch, signal: AbortSignal): Promise<void>
  /**
   * The source of the document at `place`. `stored` is its stored one as a line of JSON, which only vectors are added to.
   * `BLOB_CORRUPT` when mapping and columns disagree.
   */
  rebuild(batch: DocumentBatch, place: number, stored: Uint8Array | undefined): Rebuilt
  /** What was rebuilt so far, with every field of the mapping; no field when no document was rebuilt. */
  report(): SegmentReport
}

/**
 * Opens the rebuilding of a segment; undefined when its index stores whole sources. Nothing is read but what the fields of the
 * mapping need, every file once to verify its checksum and then window by window: memory is some hundred kilobytes a column.
 */
export async function openRebuilder(
  source: SegmentSource,
  index: RebuiltIndex,
  signal: AbortSignal,
): Promise<Rebuilder | undefined> {
  const keeping = sourceKeeping(index)
  const { kind, withoutVectors } = keeping
  if ((kind === 'stored' || kind === 'filtered') && !withoutVectors) return undefined
  const { segment, columns } = source
  const nestedObjects = withoutVectors ? [] : tellableObjects(index)
  const roots = nestedObjects.length === 0 ? undefined : await rootDocuments(segment, signal)
  const synthetic = kind === 'synthetic'
  const context = { segment, columns, created: index.createdVersion, synthetic, nested: roots !== undefined }
  const byType = new Map<string, Scope>()
  for (const { type, mapping } of index.mappings) {
    const leaves = leavesOf(mapping).filter((leaf) => !withoutVectors || VECTOR_TYPES.has(leaf.type))
    if (synthetic && segment.fields.byName.has(DOC_COUNT.name)) leaves.push(DOC_COUNT)
    const readers: LeafReader[] = []
    for (const leaf of leaves) {
      const reader = await openLeaf(leaf, context, signal)
      if (reader !== undefined) readers.push(reader)
    }
    byType.set(type, scopeTree(readers, roots === undefined ? [] : nestedObjects))
  }
  const ignored = segment.fields.byName.get(IGNORED_SOURCE)
  const kept =
    ignored?.docValuesType === 'sorted_set' || ignored?.docValuesType === 'binary'
      ? await columns.open(ignored, signal)
      : undefined
  return new SegmentRebuilder(source, keeping, index, byType, { kept, roots })
}

/** The nested objects of an index whose documents can be told apart; none when one has the values of another in its columns. */
function tellableObjects({ mappings }: RebuiltIndex): readonly NestedObject[] {
  const [first, ...more] = mappings
  const objects = first === undefined || more.length > 0 ? [] : nestedObjectsOf(first.mapping)
  return objects.some(({ parent, isIncluded }) => parent !== undefined && isIncluded) ? [] : objects
}

/** Why a nested object is left out. */
const UNTOLD = 'nothing they hold tells which nested object they are of'
const LIST_OF_ONE = 'a list of one nested object as the object'

const DOC_COUNT: Leaf = {
  path: ['_doc_count'],
  name: '_doc_count',
  type: 'integer',
  mapping: {},
  nested: undefined,
  isCopyTarget: false,
}

class SegmentRebuilder implements Rebuilder {
  readonly keeping: SourceKeeping
  readonly #byType: ReadonlyMap<string, Scope>
  readonly #readers: readonly LeafReader[]
  readonly #everything: Scope
  readonly #missing: readonly MissingField[]
  readonly #documents: DocumentTexts
  readonly #nested: readonly string[]
  #rebuilt = 0
  #recovered = 0
  #untold = 0

  constructor(
    source: SegmentSource,
    keeping: SourceKeeping,
    index: RebuiltIndex,
    byType: ReadonlyMap<string, Scope>,
    parts: Omit<DocumentParts, 'readers'>,
  ) {
    this.keeping = keeping
    this.#byType = byType
    const scopes = [...byType.values()]
    this.#readers = scopes.flatMap(readersOf)
    this.#everything = scopes.length === 1 ? scopes[0]! : scopeTree(this.#readers, [])
    this.#nested = scopes.flatMap(({ inner }) => inner.map(({ nested }) => nested!.name))
    this.#missing = this.#readers.flatMap(({ leaf, problem }) =>
      problem === undefined ? [] : [{ field: leaf.name, reason: problem }],
    )
    this.#documents = new DocumentTexts(source, { ...parts, readers: this.#readers }, index.createdVersion)
  }

  async begin(batch: DocumentBatch, signal: AbortSignal): Promise<void> {
    if (batch.count > 0) await this.#documents.begin(batch, signal)
  }

  rebuild(batch: DocumentBatch, place: number, stored: Uint8Array | undefined): Rebuilt {
    const { kind, withoutVectors } = this.keeping
    if (stored !== undefined && !withoutVectors) return { json: stored, recovered: true }
    // Only of a disabled source it is known beforehand, and asked for nevertheless, that fields are lost.
    if (kind !== 'disabled' && this.#missing.length > 0) return { missing: this.#missing }
    if (stored !== undefined) {
      this.#recovered++
      return { json: this.#withVectors(batch, place, stored), recovered: true }
    }
    const recovery = batch.recoveryStart(place)
    if (kind === 'disabled' && recovery !== -1) {
      this.#recovered++
      const bytes = batch.bytes.subarray(recovery, batch.recoveryEnd(place))
      return { json: sourceToJsonLine(bytes, `source of document ${batch.doc(place)}`), recovered: true }
    }
    const { text, untold } = this.#documents.text(this.#scope(batch, place), batch, place)
    if (untold > 0 && kind === 'synthetic') {
      return { missing: this.#nested.map((field) => ({ field, reason: UNTOLD })) }
    }
    this.#untold += untold
    this.#rebuilt++
    return { json: Buffer.from(text, 'utf8'), recovered: false }
  }

  report(): SegmentReport {
    const { kind } = this.keeping
    const fields = this.#readers.map(({ leaf, problem, losses }): FieldReport => {
      if (problem !== undefined) return { field: leaf.name, level: 'missing', reasons: [problem] }
      const reasons = [...losses, ...(leaf.nested === undefined || kind === 'synthetic' ? [] : [LIST_OF_ONE])]
      return { field: leaf.name, level: reasons.length === 0 ? 'exact' : 'approximated', reasons }
    })
    if (this.#untold > 0) {
      const reasons = [`${this.#untold} objects left out: ${UNTOLD}`]
      fields.push(...this.#nested.map((field): FieldReport => ({ field, level: 'approximated', reasons })))
    }
    return { rebuilt: this.#rebuilt, recovered: this.#recovered, fields: this.#rebuilt === 0 ? [] : fields }
  }

  #scope(batch: DocumentBatch, place: number): Scope {
    const type = batch.type(place)
    return (type === undefined ? undefined : this.#byType.get(type)) ?? this.#everything
  }

  #withVectors(batch: DocumentBatch, place: number, stored: Uint8Array): Uint8Array {
    const doc = batch.doc(place)
    const none: StoredByName = new Map()
    const members = this.#scope(batch, place).readers.flatMap((reader) => {
      const text = reader.text(doc, none)
      return text === undefined ? [] : [{ path: reader.leaf.path, text }]
    })
    return members.length === 0 ? stored : insertMembers(stored, members, `source of document ${doc}`)
  }
}
