import { ExactNumber, isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { jsonObject, mapMembers, textMember } from './json-edit.ts'

/** A mapping without what servers leave out or write out as they like: default parameters and empty objects. */
export function normalMapping(mapping: JsonObject): JsonObject {
  return mapMembers(mapping, (value, name) => {
    if (name === 'properties' && isJsonObject(value)) return normalFields(value)
    return isJsonObject(value) ? withoutDefaults(value, name === '_size' ? SIZE_DEFAULTS : ROOT_DEFAULTS) : value
  })
}

function normalFields(fields: JsonObject): JsonObject {
  // The decoder of the metadata bounds the depth.
  return mapMembers(fields, (field) => (isJsonObject(field) ? normalField(field) : field))
}

function normalField(field: JsonObject): JsonObject {
  const type = textMember(field, 'type') ?? 'object'
  const inner = mapMembers(field, (value, name) => {
    if ((name === 'properties' || name === 'fields') && isJsonObject(value)) return normalFields(value)
    return value
  })
  const typed = jsonObject([...Object.entries(inner).filter(([name]) => name !== 'type'), ['type', type]])
  return withoutDefaults(typed, { ...FIELD_DEFAULTS, ...TYPE_DEFAULTS[type] })
}

function withoutDefaults(object: JsonObject, defaults: Defaults): JsonObject {
  return mapMembers(object, (value, name) => {
    const standard = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    const text = standard === undefined ? undefined : scalarText(value)
    return text !== undefined && [standard].flat().includes(text) ? undefined : value
  })
}

/** A scalar as text, so that `1`, `1.0` and `"1"` are the same; undefined for lists and objects. */
export function scalarText(value: JsonValue): string | undefined {
  if (value === null) return 'null'
  if (value instanceof ExactNumber) return value.text
  if (typeof value === 'object') return undefined
  const text = String(value)
  return /^-?\d+\.0+$/.test(text) ? text.slice(0, text.indexOf('.')) : text
}

/** Default values by parameter, as text. */
type Defaults = Readonly<Record<string, string | readonly string[]>>

const ROOT_DEFAULTS: Defaults = { enabled: 'true', required: 'false' }

const SIZE_DEFAULTS: Defaults = { enabled: 'false' }

const FIELD_DEFAULTS: Defaults = {
  boost: '1',
  coerce: 'true',
  doc_values: 'true',
  eager_global_ordinals: 'false',
  enabled: 'true',
  fielddata: 'false',
  ignore_malformed: 'false',
  ignore_z_value: 'true',
  include_in_parent: 'false',
  include_in_root: 'false',
  index: 'true',
  index_phrases: 'false',
  locale: '',
  max_input_length: '50',
  null_value: 'null',
  orientation: 'right',
  position_increment_gap: '100',
  preserve_position_increments: 'true',
  preserve_separators: 'true',
  similarity: 'BM25',
  skip_list: 'false',
  split_queries_on_whitespace: 'false',
  store: 'false',
  strategy: 'recursive',
  term_vector: 'no',
}

const TYPE_DEFAULTS: Readonly<Record<string, Defaults>> = {
  binary: { doc_values: 'false' },
  date: {
    format: [
      'strict_date_time_no_millis||strict_date_optional_time||epoch_millis',
      'strict_date_optional_time||epoch_millis',
    ],
  },
  keyword: { index_options: 'docs', norms: 'false', ignore_above: '2147483647' },
  text: { index_options: 'positions', norms: 'true', doc_values: 'false' },
  search_as_you_type: { max_shingle_size: '3' },
  join: { eager_global_ordinals: 'true' },
  rank_feature: { positive_score_impact: 'true' },
  wildcard: { doc_values: 'false' },
}
