import { sourceToJsonLine } from '../../codec/source-form.ts'
import type { Column, BytesWindow, NumberWindow } from '../../lucene/doc-values/column.ts'
import { segmentColumns, type SegmentColumns } from '../../lucene/doc-values/segment-columns.ts'
import type { IndexMetadata } from '../../repository/index-metadata.ts'
import type { DocumentBatch } from '../document-batch.ts'
import type { SegmentSource } from '../segment-source.ts'
import { IGNORED_SOURCE, readKeptParts, type KeptPart } from './ignored-source.ts'
import { insertMembers } from './insert-members.ts'
import { openLeaf, type LeafReader } from './leaf-reader.ts'
import { leavesOf, type Leaf } from './leaves.ts'
import { ObjectText } from './object-text.ts'
import { sourceKeeping, VECTOR_TYPES, type SourceKeeping } from './source-kind.ts'
import { storedValuesOf, type StoredByName } from './stored-values-of.ts'

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
 *
 * @param columns those of the segment, when several readers share what was verified.
 */
export async function openRebuilder(
  source: SegmentSource,
  index: RebuiltIndex,
  signal: AbortSignal,
  columns: SegmentColumns = segmentColumns(source.segment),
): Promise<Rebuilder | undefined> {
  const keeping = sourceKeeping(index)
  const { kind, withoutVectors } = keeping
  if ((kind === 'stored' || kind === 'filtered') && !withoutVectors) return undefined
  const { segment } = source
  const created = index.createdVersion
  const context = { segment, columns, created, synthetic: kind === 'synthetic' }
  const byType = new Map<string, readonly LeafReader[]>()
  for (const { type, mapping } of index.mappings) {
    const leaves = leavesOf(mapping).filter((leaf) => !withoutVectors || VECTOR_TYPES.has(leaf.type))
    if (kind === 'synthetic' && segment.fields.byName.has(DOC_COUNT.name)) leaves.push(DOC_COUNT)
    const readers: LeafReader[] = []
    for (const leaf of leaves) {
      const reader = await openLeaf(leaf, context, signal)
      if (reader !== undefined) readers.push(reader)
    }
    byType.set(type, readers)
  }
  const ignored = segment.fields.byName.get(IGNORED_SOURCE)
  const kept =
    ignored?.docValuesType === 'sorted_set' || ignored?.docValuesType === 'binary'
      ? await columns.open(ignored, signal)
      : undefined
  return new SegmentRebuilder(source, keeping, index, byType, kept)
}

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
  readonly #source: SegmentSource
  readonly #index: RebuiltIndex
  readonly #byType: ReadonlyMap<string, readonly LeafReader[]>
  readonly #readers: readonly LeafReader[]
  readonly #missing: readonly MissingField[]
  readonly #kept: Column | undefined
  #keptWindow: BytesWindow | NumberWindow | undefined
  #firstDoc = 0
  #rebuilt = 0
  #recovered = 0

  constructor(
    source: SegmentSource,
    keeping: SourceKeeping,
    index: RebuiltIndex,
    byType: ReadonlyMap<string, readonly LeafReader[]>,
    kept: Column | undefined,
  ) {
    this.#source = source
    this.keeping = keeping
    this.#index = index
    this.#byType = byType
    this.#readers = [...byType.values()].flat()
    this.#missing = this.#readers.flatMap(({ leaf, problem }) =>
      problem === undefined ? [] : [{ field: leaf.name, reason: problem }],
    )
    this.#kept = kept
  }

  async begin(batch: DocumentBatch, signal: AbortSignal): Promise<void> {
    if (batch.count === 0) return
    this.#firstDoc = batch.doc(0)
    const end = batch.doc(batch.count - 1) + 1
    for (const reader of this.#readers) await reader.load(this.#firstDoc, end, signal)
    this.#keptWindow = await this.#kept?.window(this.#firstDoc, end, signal)
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
    this.#rebuilt++
    return { json: Buffer.from(this.#object(batch, place), 'utf8'), recovered: false }
  }

  report(): SegmentReport {
    const fields = this.#readers.map(({ leaf, problem, losses }): FieldReport => {
      if (problem !== undefined) return { field: leaf.name, level: 'missing', reasons: [problem] }
      return { field: leaf.name, level: losses.size === 0 ? 'exact' : 'approximated', reasons: [...losses] }
    })
    return { rebuilt: this.#rebuilt, recovered: this.#recovered, fields: this.#rebuilt === 0 ? [] : fields }
  }

  #object(batch: DocumentBatch, place: number): string {
    const values = storedValuesOf(this.#source, batch, place)
    const doc = batch.doc(place)
    const object = new ObjectText()
    for (const reader of this.#leaves(batch, place)) {
      const text = reader.text(doc, values)
      if (text !== undefined) object.set(reader.leaf.path, text)
    }
    const parts = this.#keptParts(doc, values)
    const byPath = new Map<string, KeptPart[]>()
    for (const part of parts) {
      const key = JSON.stringify(part.path)
      byPath.set(key, [...(byPath.get(key) ?? []), part])
    }
    for (const same of byPath.values()) {
      const texts = same.flatMap(({ text }) => text ?? [])
      // A value kept for the whole document stands for the document.
      if (same[0]!.path.join('.') === '_doc' && texts[0] !== undefined) return texts[0]
      object.set(same[0]!.path, texts.length > 1 ? `[${texts.join(',')}]` : texts[0])
    }
    return object.toString()
  }

  #leaves(batch: DocumentBatch, place: number): readonly LeafReader[] {
    const type = batch.type(place)
    return (type === undefined ? undefined : this.#byType.get(type)) ?? this.#readers
  }

  #keptParts(doc: number, values: StoredByName): KeptPart[] {
    const created = this.#index.createdVersion
    const raw: unknown[] = [...(values.get(IGNORED_SOURCE) ?? [])]
    const window = this.#keptWindow
    if (window !== undefined) {
      const at = doc - this.#firstDoc
      for (let index = window.starts[at]!; index < window.starts[at + 1]!; index++) raw.push(window.values[index])
    }
    return raw.flatMap((value) => (value instanceof Uint8Array ? readKeptParts(value, created) : []))
  }

  #withVectors(batch: DocumentBatch, place: number, stored: Uint8Array): Uint8Array {
    const doc = batch.doc(place)
    const none: StoredByName = new Map()
    const members = this.#leaves(batch, place).flatMap((reader) => {
      const text = reader.text(doc, none)
      return text === undefined ? [] : [{ path: reader.leaf.path, text }]
    })
    return members.length === 0 ? stored : insertMembers(stored, members, `source of document ${doc}`)
  }
}
