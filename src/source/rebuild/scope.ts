import type { KeptPart } from './ignored-source.ts'
import type { LeafReader } from './leaf-reader.ts'
import type { NestedObject } from './nested-objects.ts'
import { objectTemplate, type WriteValue } from './object-template.ts'
import { ObjectText } from './object-text.ts'
import type { StoredByName } from './stored-values-of.ts'

/** The fields of root documents, or of the documents of one nested object. */
export interface Scope {
  /** The nested object; undefined for root documents. */
  readonly nested: NestedObject | undefined
  readonly readers: readonly LeafReader[]
  /** Writes the objects that the readers' values make; undefined where these may take each other's place. */
  readonly template: WriteValue | undefined
  /** Nested objects directly within. */
  readonly inner: readonly Scope[]
}

/** The scope of root documents with those of the nested objects in them, each with the fields that lie directly in it. */
export function scopeTree(readers: readonly LeafReader[], objects: readonly NestedObject[]): Scope {
  const inside = (nested: NestedObject | undefined): Scope => {
    // Fields in nested objects that cannot be told apart only have a problem to name.
    const own = objects.length === 0 ? readers : readers.filter(({ leaf }) => leaf.nested === nested?.name)
    const depth = nested?.path.length ?? 0
    return {
      nested,
      readers: own,
      template: objectTemplate(own.map(({ leaf, write }) => ({ path: leaf.path.slice(depth), write }))),
      inner: objects.filter(({ parent }) => parent === nested?.name).map(inside),
    }
  }
  return inside(undefined)
}

/** The readers of a scope and of all within. */
export function readersOf(scope: Scope): LeafReader[] {
  return [...scope.readers, ...scope.inner.flatMap(readersOf)]
}

/** What one document holds of its own scope. */
export interface ScopeObject {
  readonly object: ObjectText
  /** True when it has a value of the scope, so that it must be a document of it. */
  readonly hasValues: boolean
  /** The whole document as the server kept it. */
  readonly whole: string | undefined
}

/** Puts the values of one document together, without those of nested objects. `BLOB_CORRUPT` when mapping and columns disagree. */
export function scopeObject(scope: Scope, doc: number, stored: StoredByName, kept: readonly KeptPart[]): ScopeObject {
  const depth = scope.nested?.path.length ?? 0
  const object = new ObjectText()
  let hasValues = false
  for (const reader of scope.readers) {
    const text = reader.text(doc, stored)
    if (text === undefined) continue
    hasValues = true
    object.set(reader.leaf.path.slice(depth), text)
  }
  const byPath = new Map<string, KeptPart[]>()
  for (const part of kept) {
    if (!isWithin(scope.nested, part)) continue
    const key = JSON.stringify(part.path)
    byPath.set(key, [...(byPath.get(key) ?? []), part])
  }
  for (const same of byPath.values()) {
    const { path } = same[0]!
    const texts = same.flatMap(({ text }) => text ?? [])
    // A value kept for the whole document stands for the document.
    if (path.join('.') === '_doc' && texts[0] !== undefined) return { object, hasValues: true, whole: texts[0] }
    if (path.length === depth && texts[0] !== undefined) return { object, hasValues: true, whole: texts[0] }
    hasValues = true
    object.set(path.slice(depth), texts.length > 1 ? `[${texts.join(',')}]` : texts[0])
  }
  return { object, hasValues, whole: undefined }
}

/** True when a kept part is inside a nested object, or anywhere for root documents. */
function isWithin(nested: NestedObject | undefined, { path }: KeptPart): boolean {
  if (nested === undefined) return true
  return path.join('.') === nested.name || path.join('.').startsWith(`${nested.name}.`)
}
