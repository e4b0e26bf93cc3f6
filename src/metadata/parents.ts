import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { json, jsonObject, objectMember, textMember, withMember, withoutMembers } from './json-edit.ts'
import type { Ledger } from './ledger.ts'
import type { RuleContext } from './rule.ts'
import type { SourceMapping } from './source-index.ts'
import type { TranslateOptions } from './translate-options.ts'

const RULE = 'parents'

/** Child types by parent type, from the `_parent` of every mapping. */
export type Relations = ReadonlyMap<string, readonly string[]>

/** The join field that takes the place of `_parent`. */
export interface JoinField {
  readonly name: string
  readonly relations: Relations
}

/**
 * The join field that the mappings of an index get: the same for whoever translates the mapping and whoever fills the field in
 * documents. Undefined without `_parent`, when `parents` is `routing`, or when a field has its name already.
 */
export function joinFieldOf(
  mappings: readonly SourceMapping[],
  { parents, joinField }: Pick<TranslateOptions, 'parents' | 'joinField'>,
): JoinField | undefined {
  const relations = relationsOf(mappings)
  if (relations.size === 0 || parents !== 'join' || hasField(mappings, joinField)) return undefined
  return { name: joinField, relations }
}

/** Takes `_parent` out of the mappings; documents keep their routing and so the shard of their parent. */
export function takeParents(
  mappings: readonly SourceMapping[],
  path: string,
  { options }: RuleContext,
  ledger: Ledger,
): { readonly mappings: readonly SourceMapping[]; readonly join: JoinField | undefined } {
  const entry = ledger.entry(RULE, path)
  const join = joinFieldOf(mappings, options)
  const edited = mappings.map(({ type, mapping }) => {
    const value = mapping['_parent']
    if (value === undefined) return { type, mapping }
    const reason = '_parent ended with 6.0; documents keep their routing and so the shard of their parent'
    entry.note(join === undefined ? 'dropped' : 'changed', `${type}._parent`, value, undefined, reason)
    return { type, mapping: withoutMembers(mapping, '_parent') }
  })
  if (join === undefined && relationsOf(mappings).size > 0) {
    const detail = 'children can no longer be searched by their parent (has_child, has_parent)'
    if (options.parents === 'routing')
      entry.problem('_parent', detail, '`parents: join` adds a join field and fills it')
    else {
      const clash = `a field has the name of the join field, so there is none: ${detail}`
      entry.problem(`properties.${options.joinField}`, clash, 'choose another `joinField`')
    }
  }
  return { mappings: edited, join }
}

/** Adds the join field to the mapping of all types. */
export function withJoinField(
  mapping: JsonObject,
  join: JoinField | undefined,
  path: string,
  ledger: Ledger,
): JsonObject {
  if (join === undefined) return mapping
  const entry = ledger.entry(RULE, path)
  const fields = objectMember(mapping, 'properties') ?? jsonObject([])
  const { name, relations } = join
  const field = json({ type: 'join', relations: jsonObject(relations) as JsonValue }) as JsonObject
  entry.note('changed', `properties.${name}`, undefined, field, 'takes the place of _parent; documents get its value')
  entry.transform({ kind: 'join', field: name, relations: Object.fromEntries(relations) })
  return withMember(mapping, 'properties', jsonObject([...Object.entries(fields), [name, field]]))
}

function relationsOf(mappings: readonly SourceMapping[]): Relations {
  const relations = new Map<string, string[]>()
  for (const { type, mapping } of mappings) {
    const value = mapping['_parent']
    const parent = isJsonObject(value) ? textMember(value, 'type') : undefined
    if (parent !== undefined) relations.set(parent, [...(relations.get(parent) ?? []), type])
  }
  return relations
}

function hasField(mappings: readonly SourceMapping[], name: string): boolean {
  return mappings.some(({ mapping }) => objectMember(mapping, 'properties')?.[name] !== undefined)
}
