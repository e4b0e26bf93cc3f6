import { isJsonObject } from '../../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { booleanOf, json, mapMembers, objectMember, textMember, withMember, withoutMembers } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { FieldRule, MappingRule } from '../rule.ts'

const TEXT = {
  name: 'subobjects',
  summary:
    '`subobjects: false` of 8.x has no equivalent: dots in names always make objects, and a field with fields below it keeps its values without being searched.',
}

/** Objects that flatten their inner fields. */
export const subobjects: FieldRule = { kind: 'field', ...TEXT, edit: editObject }

/** The same at the root of a mapping. */
export const subobjectsOfMapping: MappingRule = { kind: 'mapping', ...TEXT, edit: editObject }

function editObject(object: JsonObject, entry: LedgerEntry): JsonObject {
  const value = object['subobjects']
  if (value === undefined) return object
  entry.note('dropped', 'subobjects', value, undefined, 'dots in field names always make objects on the target')
  const edited = withoutMembers(object, 'subobjects')
  if (booleanOf(value) === true) return edited
  const detail =
    'documents with a value at a field and another below it (`a` and `a.b`) are refused where neither is mapped'
  entry.problem('subobjects', detail, RENAME)
  const fields = objectMember(edited, 'properties')
  return fields === undefined ? edited : withMember(edited, 'properties', withoutFieldsBelowFields(fields, entry))
}

const RENAME =
  'rename one of such fields with `documentBackfill.transform.rename` and map it with `metadataMigration.mappings.set`'

/** What takes a value and an object alike, and keeps both in the source. */
const KEPT = json({ type: 'object', enabled: false }) as JsonObject

/** A mapping cannot have both `a` and `a.b`, though documents do. */
function withoutFieldsBelowFields(fields: JsonObject, entry: LedgerEntry): JsonObject {
  const outermost = outermostFields(fields)
  for (const outer of new Set(outermost.values())) {
    const inner = [...outermost].flatMap(([name, above]) => (above === outer ? [name] : []))
    const path = `properties.${outer}`
    entry.note('approximated', path, fields[outer], KEPT, `a field with others below it (${inner.join(', ')})`)
    for (const name of inner)
      entry.note('dropped', `properties.${name}`, fields[name], undefined, `its values are kept as part of ${outer}`)
    const detail = `a field cannot be a value and an object, so ${[outer, ...inner].join(', ')} can no longer be searched`
    entry.problem(path, detail, RENAME)
  }
  return mapMembers(fields, (field, name) => {
    if (outermost.has(name)) return undefined
    return [...outermost.values()].includes(name) ? KEPT : field
  })
}

/** For each field that is below one with values of its own: the outermost such field. */
function outermostFields(fields: JsonObject): ReadonlyMap<string, string> {
  const names = Object.keys(fields).sort((left, right) => left.length - right.length)
  const values = names.filter((name) => isValue(fields[name]))
  return new Map(
    names.flatMap((name) => {
      const outer = values.find((value) => name.startsWith(`${value}.`))
      return outer === undefined ? [] : [[name, outer] as const]
    }),
  )
}

/** True for a field that takes values of its own. */
function isValue(field: JsonValue | undefined): boolean {
  return isJsonObject(field) && !['object', 'nested', 'passthrough'].includes(textMember(field, 'type') ?? 'object')
}
