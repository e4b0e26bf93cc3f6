import { counted } from '../../core/units.ts'
import { isJsonObject } from '../../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { jsonObject, withMember, withoutMembers } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { MappingRule } from '../rule.ts'

const DETECTED = ['object', 'string', 'long', 'double', 'boolean', 'date', 'binary']
/** More templates than this one list of patterns does not make. */
const MAX_SPLIT = 200

/** Dynamic templates in the form of the target, which knows one pattern each. */
export const dynamicTemplates: MappingRule = {
  kind: 'mapping',
  name: 'dynamic-templates',
  summary:
    'Dynamic templates with lists of patterns or types, 8.x, become several; those for runtime fields are not sent.',
  edit(mapping, entry) {
    const templates = mapping['dynamic_templates']
    if (!Array.isArray(templates)) return mapping
    const edited = (templates as readonly JsonValue[]).flatMap((element) => {
      const [name, template] = isJsonObject(element) ? (Object.entries(element)[0] ?? []) : []
      if (name === undefined || template === undefined || !isJsonObject(template)) return [element]
      return split(name, template, entry)
    })
    return withMember(mapping, 'dynamic_templates', edited)
  },
}

function split(name: string, template: JsonObject, entry: LedgerEntry): JsonObject[] {
  const path = `dynamic_templates.${name}`
  if (template['runtime'] !== undefined) {
    entry.note(
      'dropped',
      path,
      template,
      undefined,
      'the target has no runtime fields; new fields are mapped as by default',
    )
    return []
  }
  const plain = withoutUnmatchedTypes(template, path, entry)
  const rows = ['match', 'path_match', 'match_mapping_type'].reduce<JsonObject[]>(
    (all, member) => all.flatMap((one) => variants(one, member)),
    [plain],
  )
  if (rows.length <= 1 || rows.length > MAX_SPLIT) return [jsonObject([[name, rows[0] ?? plain]])]
  entry.note(
    'changed',
    path,
    template,
    counted(rows.length, 'template'),
    'a template has one pattern of each kind on the target',
  )
  return rows.map((row, index) => jsonObject([[index === 0 ? name : `${name}-${index + 1}`, row]]))
}

/** Exclusions of types become the types that are left. */
function withoutUnmatchedTypes(template: JsonObject, path: string, entry: LedgerEntry): JsonObject {
  const excluded = template['unmatch_mapping_type']
  let edited = template
  if (excluded !== undefined) {
    const wanted = listOf(template['match_mapping_type'] ?? '*').flatMap((type) => (type === '*' ? DETECTED : [type]))
    const left = wanted.filter((type) => !listOf(excluded).includes(type))
    edited = withMember(withoutMembers(template, 'unmatch_mapping_type'), 'match_mapping_type', left)
    entry.note('changed', `${path}.unmatch_mapping_type`, excluded, left, 'the types that are left are named instead')
  }
  for (const member of ['unmatch', 'path_unmatch']) {
    const value = edited[member]
    if (!Array.isArray(value)) continue
    const [first] = value as readonly JsonValue[]
    entry.note(
      'approximated',
      `${path}.${member}`,
      value,
      first,
      'only one exclusion fits into a template of the target',
    )
    edited = first === undefined ? withoutMembers(edited, member) : withMember(edited, member, first)
  }
  return edited
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return []
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
}

function variants(template: JsonObject, member: string): JsonObject[] {
  const value = template[member]
  return Array.isArray(value) ? listOf(value).map((one) => withMember(template, member, one)) : [template]
}
