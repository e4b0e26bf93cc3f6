import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { withoutLostAliases } from './field-aliases.ts'
import { mapMembers } from './json-edit.ts'
import type { Ledger } from './ledger.ts'
import type { FieldPlace, RuleContext } from './rule.ts'
import { rulesFor } from './rules.ts'
import type { RuleSet } from './rules.ts'

/** Translates one mapping without type level: its root, every field at every depth, and its dynamic templates. */
export function translateMapping(mapping: JsonObject, path: string, context: RuleContext, ledger: Ledger): JsonObject {
  const walk: Walk = { context, ledger, rules: rulesFor(context) }
  const root = walk.rules.mapping.reduce(
    (edited, rule) => rule.edit(edited, ledger.entry(rule.name, path), context),
    mapping,
  )
  const translated = mapMembers(root, (value, name) => {
    const at = `${path}.${name}`
    if (name === 'properties' && isJsonObject(value)) return translateFields(value, at, 'property', walk)
    if (name === 'dynamic_templates' && Array.isArray(value)) return translateTemplates(value, at, walk)
    return value
  })
  return withoutLostAliases(mapping, translated, path, ledger)
}

interface Walk {
  readonly context: RuleContext
  readonly ledger: Ledger
  readonly rules: RuleSet
}

function translateFields(fields: JsonObject, path: string, place: FieldPlace, walk: Walk): JsonObject {
  return mapMembers(fields, (field, name) =>
    isJsonObject(field) ? translateField(field, `${path}.${name}`, place, walk) : field,
  )
}

function translateField(field: JsonObject, path: string, place: FieldPlace, walk: Walk): JsonObject | undefined {
  const { context, ledger, rules } = walk
  let edited: JsonObject | undefined = field
  for (const rule of rules.field) {
    edited = rule.edit(edited, ledger.entry(rule.name, path), { ...context, place })
    if (edited === undefined) return undefined
  }
  // The decoder of the metadata bounds the depth.
  return mapMembers(edited, (value, name) => {
    if (name === 'properties' && isJsonObject(value))
      return translateFields(value, `${path}.properties`, 'property', walk)
    if (name === 'fields' && isJsonObject(value)) return translateFields(value, `${path}.fields`, 'multi-field', walk)
    return value
  })
}

/** Each element is an object of one member, the name of the template. */
function translateTemplates(templates: readonly JsonValue[], path: string, walk: Walk): JsonValue {
  return templates.flatMap((element): readonly JsonValue[] => {
    if (!isJsonObject(element)) return [element]
    const edited = mapMembers(element, (template, name) =>
      isJsonObject(template) ? translateTemplate(template, `${path}.${name}`, walk) : template,
    )
    return Object.keys(edited).length === 0 ? [] : [edited]
  })
}

function translateTemplate(template: JsonObject, path: string, walk: Walk): JsonObject | undefined {
  const mapping = template['mapping']
  if (!isJsonObject(mapping)) return template
  const edited = translateField(mapping, `${path}.mapping`, 'dynamic-template', walk)
  return edited && mapMembers(template, (value, name) => (name === 'mapping' ? edited : value))
}
