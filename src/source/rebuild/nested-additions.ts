import { scopesWithin, withoutParent, type Block } from './nested-block.ts'
import type { LeafReader } from './leaf-reader.ts'
import type { Addition, Member, NestedAddition } from './put-back.ts'
import { readersOf, type Scope } from './scope.ts'
import type { StoredByName } from './stored-values-of.ts'

/** The values of one document, of the fields of `wanted` that lie directly in its scope. */
export function membersOf(
  scope: Scope,
  wanted: ReadonlySet<LeafReader>,
  doc: number,
  stored: StoredByName,
): readonly Member[] {
  const depth = scope.nested?.path.length ?? 0
  const members: Member[] = []
  for (const reader of scope.readers) {
    const text = wanted.has(reader) ? reader.text(doc, stored) : undefined
    if (text !== undefined) members.push({ path: reader.leaf.path.slice(depth), text })
  }
  return members
}

/**
 * What is put into the nested objects of a root document, and how many of its documents hold no value that tells which nested
 * object they are of. `BLOB_CORRUPT` when mapping and columns disagree.
 */
export function nestedAdditions(
  root: Scope,
  wanted: ReadonlySet<LeafReader>,
  block: Block,
): { readonly nested: readonly NestedAddition[]; readonly untold: number } {
  const pending = new Map<Scope, Addition[]>()
  const scopes = scopesWithin(root)
  const take = (scope: Scope): NestedAddition[] =>
    scope.inner.flatMap((inner) => {
      const objects = pending.get(inner)
      if (objects === undefined) return []
      pending.delete(inner)
      const path = inner.nested!.path.slice(scope.nested?.path.length ?? 0)
      const isWhole = readersOf(inner).every((reader) => wanted.has(reader))
      return [{ path, objects: block.isReversed ? objects.toReversed() : objects, isWhole }]
    })
  let untold = 0
  for (let doc = block.first; doc < block.root; doc++) {
    const { stored } = block.at(doc)
    const scope =
      scopes.length === 1
        ? scopes[0]
        : scopes.find(({ readers }) => readers.some((one) => one.text(doc, stored) !== undefined))
    if (scope === undefined) {
      untold++
      continue
    }
    const addition = { members: membersOf(scope, wanted, doc, stored), nested: take(scope) }
    pending.set(scope, [...(pending.get(scope) ?? []), addition])
  }
  const nested = take(root)
  const [left] = pending.keys()
  if (left !== undefined) throw withoutParent(left, block)
  return { nested, untold }
}
