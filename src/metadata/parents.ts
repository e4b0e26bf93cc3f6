import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { json, jsonObject, objectMember, textMember, withMember, withoutMembers } from './json-edit.ts'
import type { Ledger } from './ledger.ts'
import type { RuleContext } from './rule.ts'
import type { SourceMapping } from './source-index.ts'

const RULE = 'parents'

/** Child types by parent type, from the `_parent` of every mapping. */
export type Relations = ReadonlyMap<string, readonly string[]>

/**
 * Takes `_parent` out of the mappings. Children stay in the shard of their parent, because their documents keep their
 * routing; only with `parents: join` can they also be searched by their parent, through a join field.
 */
export function takeParents(
  mappings: readonly SourceMapping[],
  path: string,
  { options }: RuleContext,
  ledger: Ledger,
): { readonly mappings: readonly SourceMapping[]; readonly relations: Relations } {
  const relations = new Map<string, string[]>()
  const entry = ledger.entry(RULE, path)
  const edited = mappings.map(({ type, mapping }) => {
    const value = mapping['_parent']
    if (value === undefined) return { type, mapping }
    const parent = isJsonObject(value) ? textMember(value, 'type') : undefined
    if (parent !== undefined) relations.set(parent, [...(relations.get(parent) ?? []), type])
    const reason = '_parent ended with 6.0; documents keep their routing and so the shard of their parent'
    entry.note(options.parents === 'join' ? 'changed' : 'dropped', `${type}._parent`, value, undefined, reason)
    return { type, mapping: withoutMembers(mapping, '_parent') }
  })
  if (relations.size > 0 && options.parents === 'routing') {
    const detail = 'children can no longer be searched by their parent (has_child, has_parent)'
    entry.problem('_parent', detail, '`parents: join` adds a join field, which the documents then need')
  }
  return { mappings: edited, relations }
}

/** Adds the join field for the relations to the mapping of all types. */
export function withJoinField(
  mapping: JsonObject,
  relations: Relations,
  path: string,
  { options }: RuleContext,
  ledger: Ledger,
): JsonObject {
  if (relations.size === 0 || options.parents !== 'join') return mapping
  const entry = ledger.entry(RULE, path)
  const fields = objectMember(mapping, 'properties') ?? jsonObject([])
  const name = options.joinField
  if (fields[name] !== undefined) {
    entry.problem(`properties.${name}`, 'a field has the name of the join field', 'choose another `joinField`')
    return mapping
  }
  const join = json({ type: 'join', relations: jsonObject(relations) as JsonValue }) as JsonObject
  entry.note('changed', `properties.${name}`, undefined, join, 'takes the place of _parent')
  entry.transform({ kind: 'join', field: name, relations: Object.fromEntries(relations) })
  return withMember(mapping, 'properties', jsonObject([...Object.entries(fields), [name, join]]))
}
