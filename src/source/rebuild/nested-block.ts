import { Failure } from '../../core/failure.ts'
import type { KeptPart } from './ignored-source.ts'
import type { ObjectText } from './object-text.ts'
import { scopeObject, type Scope } from './scope.ts'
import type { StoredByName } from './stored-values-of.ts'

/** What is known of a document of a block beside its columns. */
export interface BlockDocument {
  readonly stored: StoredByName
  readonly kept: readonly KeptPart[]
}

/** The documents of a block, which end with their root. */
export interface Block {
  /** Number of the first one; the root's own when it has no nested objects. */
  readonly first: number
  readonly root: number
  /** True when nested objects lie in the reverse of their order, as in indices from before 6.5. */
  readonly isReversed: boolean
  at(doc: number): BlockDocument
}

/**
 * Puts the nested objects of a root document into its object. Documents of inner objects come before the one around them;
 * which nested object a document is of follows from the values it has. Returns the number of documents that hold no value to
 * tell by, though there are several nested objects: they are left out. `BLOB_CORRUPT` when documents do not fit into each other.
 */
export function insertNested(root: Scope, object: ObjectText, block: Block): number {
  const pending = new Map<Scope, string[]>()
  const scopes = scopesWithin(root)
  let untold = 0
  for (let doc = block.first; doc < block.root; doc++) {
    const { stored, kept } = block.at(doc)
    const found = scopeOf(scopes, doc, stored, kept)
    if (found === undefined) {
      untold++
      continue
    }
    const { scope, own, whole } = found
    takeInner(scope, own, pending, block.isReversed)
    const text = whole ?? own.toString()
    pending.set(scope, [...(pending.get(scope) ?? []), text])
  }
  takeInner(root, object, pending, block.isReversed)
  const [left] = pending.keys()
  if (left !== undefined) throw withoutParent(left, block)
  return untold
}

/** What to throw when the documents of a nested object lie in no other. */
export function withoutParent({ nested }: Scope, { root }: Block): Failure {
  return new Failure('BLOB_CORRUPT', `objects of '${nested!.name}' before document ${root} lie in no other`, {
    op: 'decode',
    subject: 'nested documents',
  })
}

function takeInner(scope: Scope, object: ObjectText, pending: Map<Scope, string[]>, isReversed: boolean): void {
  for (const inner of scope.inner) {
    const texts = pending.get(inner)
    if (texts === undefined) continue
    pending.delete(inner)
    const path = inner.nested!.path.slice(scope.nested?.path.length ?? 0)
    // What the server kept as it was sent holds the nested objects already.
    if (object.isSet(path)) continue
    const ordered = isReversed ? texts.toReversed() : texts
    object.set(path, ordered.length === 1 ? ordered[0]! : `[${ordered.join(',')}]`)
  }
}

/** All nested scopes below a root, outer ones before those in them. */
export function scopesWithin(root: Scope): Scope[] {
  return root.inner.flatMap((scope) => [scope, ...scopesWithin(scope)])
}

interface FoundScope {
  readonly scope: Scope
  readonly own: ObjectText
  readonly whole: string | undefined
}

function scopeOf(
  scopes: readonly Scope[],
  doc: number,
  stored: StoredByName,
  kept: readonly KeptPart[],
): FoundScope | undefined {
  for (const scope of scopes) {
    const { object, hasValues, whole } = scopeObject(scope, doc, stored, partsOf(scope, scopes, kept))
    if (hasValues || scopes.length === 1) return { scope, own: object, whole }
  }
  return undefined
}

/** Kept parts that belong to no deeper nested object: the deepest one around a part is that of its document. */
function partsOf(scope: Scope, scopes: readonly Scope[], kept: readonly KeptPart[]): readonly KeptPart[] {
  const below = scopes.filter(({ nested }) => nested!.name.startsWith(`${scope.nested!.name}.`))
  return kept.filter(({ path }) => !below.some(({ nested }) => path.join('.').startsWith(`${nested!.name}.`)))
}
