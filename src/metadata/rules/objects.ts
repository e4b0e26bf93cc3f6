import { isJsonObject } from '../../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { booleanOf, json, jsonObject, withMember } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { FieldRule, MappingRule } from '../rule.ts'

const MODES: ReadonlySet<JsonValue> = new Set([
  'true',
  'false',
  'strict',
  'strict_allow_templates',
  'false_allow_templates',
  true,
  false,
])

/** `dynamic` of objects, in the spelling of the target. */
export const dynamicOfObjects: FieldRule = {
  kind: 'field',
  name: 'dynamic',
  summary: '`dynamic` is kept at every level; `runtime` becomes true and old spellings of booleans true and false.',
  edit: editDynamic,
}

/** `dynamic` of the whole mapping, and its other switches. */
export const dynamicOfMapping: MappingRule = {
  kind: 'mapping',
  name: 'dynamic',
  summary:
    '`dynamic`, `date_detection` and `numeric_detection` of the mapping are kept, in the spelling of the target.',
  edit(mapping, entry) {
    let edited = editDynamic(mapping, entry)
    for (const name of ['date_detection', 'numeric_detection', 'enabled']) {
      const value = edited[name]
      if (value === undefined || typeof value === 'boolean' || value === 'true' || value === 'false') continue
      const after = booleanOf(value) ?? true
      entry.note('changed', name, value, after, 'only true and false are booleans since 6.0')
      edited = withMember(edited, name, after)
    }
    return edited
  },
}

function editDynamic(object: JsonObject, entry: LedgerEntry): JsonObject {
  const mode = object['dynamic']
  if (mode === undefined || MODES.has(mode)) return object
  const runtime = mode === 'runtime'
  const after = runtime ? 'true' : String(booleanOf(mode) ?? true)
  const reason = runtime
    ? 'new fields cannot be computed at search time, so they are indexed'
    : 'only true and false are booleans since 6.0'
  entry.note(runtime ? 'approximated' : 'changed', 'dynamic', mode, after, reason)
  return withMember(object, 'dynamic', after)
}

/** Types of Elasticsearch whose values have the form of an object. */
export const objectLikeTypes: FieldRule = {
  kind: 'field',
  name: 'object-like-types',
  summary:
    '`passthrough`, `aggregate_metric_double`, `histogram` and `sparse_vector` become what takes the same values.',
  source: { distribution: 'elasticsearch' },
  edit(field, entry, { place, source }) {
    const replaced = place === 'property' ? replacement(field, source.major) : undefined
    if (replaced === undefined) return field
    entry.note('approximated', '', field, replaced.field, replaced.reason)
    return replaced.field
  },
}

function replacement(
  field: JsonObject,
  major: number,
): { readonly field: JsonObject; readonly reason: string } | undefined {
  switch (field['type']) {
    case 'passthrough': {
      const kept = Object.entries(field).filter(([name]) => ['dynamic', 'enabled', 'properties'].includes(name))
      return {
        field: jsonObject([['type', 'object'], ...kept]),
        reason: 'inner fields are found by their full path only',
      }
    }
    case 'aggregate_metric_double': {
      const metrics = Array.isArray(field['metrics']) ? (field['metrics'] as readonly JsonValue[]) : []
      const types = metrics.flatMap((name): [string, JsonValue][] =>
        typeof name === 'string' ? [[name, json({ type: name === 'value_count' ? 'long' : 'double' })]] : [],
      )
      return {
        field: jsonObject([['properties', jsonObject(types)]]),
        reason: 'each metric is a number of its own; aggregations name the one they need',
      }
    }
    case 'histogram':
      return {
        field: json({ properties: { values: { type: 'double' }, counts: { type: 'long' } } }) as JsonObject,
        reason: 'values and counts are kept, but aggregations do not weigh one by the other',
      }
    case 'sparse_vector':
      return major < 8
        ? undefined
        : { field: json({ type: 'rank_features' }) as JsonObject, reason: 'tokens with weights are rank features' }
    default:
      return undefined
  }
}

/** A field without type is an object only when it has properties. */
export const missingTypeOfObject: FieldRule = {
  kind: 'field',
  name: 'object-type',
  summary: 'An object without properties needs its type.',
  edit(field, entry, { place }) {
    if (place !== 'property' || field['type'] !== undefined || isJsonObject(field['properties'])) return field
    entry.note('changed', 'type', undefined, 'object', 'a field without properties needs a type')
    return jsonObject([['type', 'object'], ...Object.entries(field)])
  },
}
