import { isJsonObject } from '../../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { json, jsonObject, mapMembers, objectMember, textMember, withMember } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { FieldRule, MappingRule } from '../rule.ts'

const TEXT = {
  name: 'field-names',
  summary:
    'Names with an empty part (1.x, 2.x) and those of metadata fields of the target are left out; a field with others below it (1.x, `subobjects: false` of 8.x) keeps its values without being searched.',
}

/** Names of the fields of objects that the target has no mapping for. */
export const fieldNames: FieldRule = {
  kind: 'field',
  ...TEXT,
  edit: (field, entry) => editFields(field, 'object', entry),
}

/** The same at the root of a mapping. */
export const fieldNamesOfMapping: MappingRule = {
  kind: 'mapping',
  ...TEXT,
  edit: (mapping, entry) => editFields(mapping, 'root', entry),
}

function editFields(object: JsonObject, place: 'root' | 'object', entry: LedgerEntry): JsonObject {
  const fields = objectMember(object, 'properties')
  if (fields === undefined) return object
  const allowed = place === 'root' ? withoutReservedNames(fields, entry) : fields
  const edited = withoutFieldsBelowFields(withoutEmptyNames(allowed, place, entry), entry)
  return edited === fields ? object : withMember(object, 'properties', edited)
}

const RENAME = 'rename it in documents with `documentBackfill.transform.rename`'

/**
 * Names of metadata fields, of which a mapping and its documents can have none at their root.
 *
 * Source: what OpenSearch 2.19.4 and 3.8.0 refuse.
 */
const RESERVED: ReadonlySet<string> = new Set(
  (
    '_id _index _source _routing _version _field_names _seq_no _primary_term _ignored _nested_path ' +
    '_data_stream_timestamp _doc_count'
  ).split(' '),
)

function withoutReservedNames(fields: JsonObject, entry: LedgerEntry): JsonObject {
  if (!Object.keys(fields).some((name) => RESERVED.has(name))) return fields
  return mapMembers(fields, (field, name) => {
    if (!RESERVED.has(name)) return field
    const path = `properties.${name}`
    entry.note('dropped', path, field, undefined, `${name} is a metadata field of the target`)
    entry.problem(path, `documents with a field ${JSON.stringify(name)} at their root are refused`, RENAME)
    return undefined
  })
}

/** Dots part names into those of objects: none of them may be empty or blank, and dots at the end are not looked at. */
function withoutEmptyNames(fields: JsonObject, place: 'root' | 'object', entry: LedgerEntry): JsonObject {
  const names = Object.keys(fields)
  if (!names.some((name) => name.split('.').some(isBlank))) return fields
  return jsonObject(
    Object.entries(fields).flatMap(([name, field]): [string, JsonValue][] => {
      const path = `properties.${name}`
      const present = name.replace(/\.+$/, '')
      // A name of blanks alone is taken at the root, and only there.
      const isTaken = place === 'root' && present !== '' && !present.includes('.')
      if (!isTaken && present.split('.').some(isBlank)) {
        entry.note('dropped', path, field, undefined, 'no part of a name between dots can be empty')
        entry.problem(path, `documents with a field ${JSON.stringify(name)} are refused`, RENAME)
        return []
      }
      if (present === name) return [[name, field]]
      const taken = names.includes(present)
      const reason = `dots at the end of a name are not looked at: it is the field ${present}`
      entry.note(taken ? 'dropped' : 'changed', path, field, taken ? undefined : field, reason)
      return taken ? [] : [[present, field]]
    }),
  )
}

function isBlank(part: string): boolean {
  return part.trim() === ''
}

/** What takes a value and an object alike, and keeps both in the source. */
const KEPT = json({ type: 'object', enabled: false }) as JsonObject

/** A mapping cannot have both `a` and `a.b`, though documents do. */
function withoutFieldsBelowFields(fields: JsonObject, entry: LedgerEntry): JsonObject {
  const outermost = outermostFields(fields)
  if (outermost.size === 0) return fields
  const outers = new Set(outermost.values())
  for (const outer of outers) {
    const inner = [...outermost].flatMap(([name, above]) => (above === outer ? [name] : []))
    const path = `properties.${outer}`
    entry.note('approximated', path, fields[outer], KEPT, `a field with others below it (${inner.join(', ')})`)
    for (const name of inner)
      entry.note('dropped', `properties.${name}`, fields[name], undefined, `its values are kept as part of ${outer}`)
    const detail = `a field cannot be a value and an object, so ${[outer, ...inner].join(', ')} can no longer be searched`
    entry.problem(path, detail, `${RENAME}, and map both with \`metadataMigration.mappings.set\``)
  }
  return mapMembers(fields, (field, name) => {
    if (outermost.has(name)) return undefined
    return outers.has(name) ? KEPT : field
  })
}

/** For each field that is below one with values of its own: the outermost such field. */
function outermostFields(fields: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(fields).flatMap((name) => {
      const parts = name.split('.')
      const above = parts.slice(1).map((_, last) => parts.slice(0, last + 1).join('.'))
      const outer = above.find((other) => isValue(fields[other]))
      return outer === undefined ? [] : [[name, outer] as const]
    }),
  )
}

/** True for a field that takes values of its own. */
function isValue(field: JsonValue | undefined): boolean {
  return isJsonObject(field) && !['object', 'nested', 'passthrough'].includes(textMember(field, 'type') ?? 'object')
}
