import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject } from '../codec/json-value.ts'
import { mapMembers, objectMember, textMember } from './json-edit.ts'
import type { Ledger } from './ledger.ts'

const RULE = 'field-aliases'

/**
 * Leaves out fields of type `alias` whose field can no longer be searched after the other rules, because the target would refuse
 * the whole mapping. What an alias pointed to before, and to nothing known, stays as it is.
 */
export function withoutLostAliases(before: JsonObject, after: JsonObject, path: string, ledger: Ledger): JsonObject {
  const there = searchable(after)
  const lost = new Set([...searchable(before)].filter((name) => !there.has(name)))
  if (lost.size === 0) return after
  const edit = (object: JsonObject, at: string): JsonObject =>
    mapMembers(object, (value, name) =>
      name === 'properties' && isJsonObject(value) ? fields(value, `${at}.${name}`) : value,
    )
  const fields = (properties: JsonObject, at: string): JsonObject =>
    mapMembers(properties, (field, name) => {
      if (!isJsonObject(field)) return field
      const wanted = textMember(field, 'type') === 'alias' ? textMember(field, 'path') : undefined
      if (wanted === undefined || !lost.has(wanted)) return edit(field, `${at}.${name}`)
      const entry = ledger.entry(RULE, `${at}.${name}`)
      entry.note('dropped', '', field, undefined, `stands for ${wanted}, which can no longer be searched`)
      return undefined
    })
  return edit(after, path)
}

/** Dotted names of the fields that have values of their own, multi-fields included. */
function searchable(object: JsonObject, prefix = '', into = new Set<string>()): ReadonlySet<string> {
  for (const member of ['properties', 'fields']) {
    for (const [name, field] of Object.entries(objectMember(object, member) ?? {})) {
      if (!isJsonObject(field)) continue
      const full = prefix + name
      const type = textMember(field, 'type') ?? 'object'
      if (type !== 'object' && type !== 'nested') into.add(full)
      searchable(field, `${full}.`, into)
    }
  }
  return into
}
