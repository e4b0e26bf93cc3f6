import { joinFieldOf, type JoinField } from '../metadata/parents.ts'
import type { SourceMapping } from '../metadata/source-index.ts'
import type { AddedValues } from './added-values.ts'
import type { DocumentBatch } from './document-batch.ts'
import { openParents, parentTypesOf, type ParentOf } from './parents.ts'
import type { SegmentSource } from './segment-source.ts'

/** The values of the join field for the documents of a segment whose index has parents in `_parent`. */
export class JoinValues implements AddedValues {
  readonly ifPresent = 'clash'
  readonly #join: JoinField
  readonly #parentTypes: ReadonlyMap<string, string>
  readonly #parentOf: ParentOf | undefined
  /** Members of documents that are nobody's child, by type. */
  readonly #roots = new Map<string, Uint8Array>()

  private constructor(join: JoinField, parentTypes: ReadonlyMap<string, string>, parentOf: ParentOf | undefined) {
    this.#join = join
    this.#parentTypes = parentTypes
    this.#parentOf = parentOf
    for (const type of join.relations.keys()) if (!parentTypes.has(type)) this.#roots.set(type, this.#member(type))
  }

  /** Opens them for a segment; undefined when the mappings give its index no join field. Codes as `openParents`. */
  static async open(
    source: SegmentSource,
    mappings: readonly SourceMapping[],
    joinField: string,
    signal: AbortSignal,
  ): Promise<JoinValues | undefined> {
    const join = joinFieldOf(mappings, { parents: 'join', joinField })
    if (join === undefined) return undefined
    const parentTypes = parentTypesOf(mappings)
    return new JoinValues(join, parentTypes, await openParents(source, parentTypes, signal))
  }

  /** Name of the join field. */
  get field(): string {
    return this.#join.name
  }

  /** `"join":{"name":"answer","parent":"q1"}` as bytes; undefined for a document that is neither parent nor child. */
  memberOf(batch: DocumentBatch, place: number): Uint8Array | undefined {
    const type = batch.type(place)
    if (type === undefined) return undefined
    if (!this.#parentTypes.has(type)) return this.#roots.get(type)
    const parent = batch.parent(place) ?? this.#parentOf?.(batch.doc(place), type)
    // Routed without a parent, which old servers allowed: it was no one's child there, either.
    return parent === undefined ? undefined : this.#member(type, parent)
  }

  #member(name: string, parent?: string): Uint8Array {
    const value = parent === undefined ? { name } : { name, parent }
    return Buffer.from(`${JSON.stringify(this.#join.name)}:${JSON.stringify(value)}`)
  }
}
