import type { DocumentBatch } from '../document-batch.ts'
import type { LeafReader } from './leaf-reader.ts'
import type { MissingField } from './rebuilder.ts'
import { readersOf, scopeTree, type Scope } from './scope.ts'

/** The scopes of root documents by mapping type. */
export class TypeScopes {
  /** Of all types. */
  readonly readers: readonly LeafReader[]
  /** Names of the nested objects directly in root documents. */
  readonly nestedNames: readonly string[]
  readonly #byType: ReadonlyMap<string, Scope>
  readonly #everything: Scope

  constructor(byType: ReadonlyMap<string, Scope>) {
    const scopes = [...byType.values()]
    this.#byType = byType
    this.readers = scopes.flatMap(readersOf)
    this.nestedNames = scopes.flatMap(({ inner }) => inner.map(({ nested }) => nested!.name))
    this.#everything = scopes.length === 1 ? scopes[0]! : scopeTree(this.readers, [])
  }

  /** The scope of the document at `place`: that of its type, or of all types where that is not known. */
  of(batch: DocumentBatch, place: number): Scope {
    const type = batch.type(place)
    return (type === undefined ? undefined : this.#byType.get(type)) ?? this.#everything
  }
}

/** The fields of which no value can be given, and why. */
export function problemsOf(readers: Iterable<LeafReader>): MissingField[] {
  return [...readers].flatMap(({ leaf, problem }) =>
    problem === undefined ? [] : [{ field: leaf.name, reason: problem }],
  )
}
