import type { TargetVersion, VersionRange } from './version-range.ts'
import { inRange } from './version-range.ts'

/** What a field type of OpenSearch needs and takes. */
export interface FieldType {
  /** First release with the type; undefined when all have it. */
  readonly since?: string
  /** Plugin that brings the type; undefined when the server itself does. */
  readonly plugin?: string
  /** Every parameter it accepts; undefined when unknown parameters cannot be told from known ones. */
  readonly parameters?: ReadonlySet<string>
}

/** Why the target has no such type, for people to read; undefined when it has. */
export function missingType(type: string, target: TargetVersion): string | undefined {
  const known = FIELD_TYPES.get(type)
  if (known === undefined) return `OpenSearch has no field type ${type}`
  const range: VersionRange = { distribution: 'opensearch', ...(known.since !== undefined && { from: known.since }) }
  if (!inRange(target, range)) return `field type ${type} needs OpenSearch ${known.since ?? ''}`
  if (known.plugin !== undefined && !target.plugins.has(known.plugin)) {
    return `field type ${type} needs the plugin ${known.plugin}`
  }
  return undefined
}

/** The field type of that name; undefined when no OpenSearch has it. */
export function fieldType(name: string): FieldType | undefined {
  return FIELD_TYPES.get(name)
}

const ANY = 'type boost doc_values index store copy_to index_options similarity meta fields'
const TEXT = `${ANY} analyzer search_analyzer search_quote_analyzer norms term_vector`
const NUMBER = `${ANY} null_value ignore_malformed coerce skip_list`
const DATE = `${ANY} null_value ignore_malformed format locale skip_list`
const RANGE = `${ANY} ignore_malformed coerce locale`
const OBJECT = 'type properties dynamic enabled'
const FULL_TEXT =
  `${TEXT} fielddata fielddata_frequency_filter index_phrases index_prefixes position_increment_gap ` +
  'eager_global_ordinals'

/**
 * Source: what OpenSearch 1.3.14, 2.11.1, 2.19.4 and 3.8.0 accept, tried type by type and parameter by parameter. Old
 * parsers accept a few parameters without using them; those are listed too, so that nothing a user wrote is taken out.
 */
const FIELD_TYPES: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['text', takes(FULL_TEXT)],
  ['match_only_text', takes(FULL_TEXT, { since: '2.12' })],
  ['annotated_text', takes(FULL_TEXT, { plugin: 'mapper-annotated-text' })],
  ['search_as_you_type', takes(`${TEXT} max_shingle_size`)],
  [
    'keyword',
    takes(`${ANY} normalizer norms null_value ignore_above eager_global_ordinals split_queries_on_whitespace`),
  ],
  ['wildcard', takes(`${ANY} normalizer null_value ignore_above`, { since: '2.15' })],
  ['constant_keyword', takes('type value', { since: '2.14' })],
  ['icu_collation_keyword', { plugin: 'analysis-icu' }],
  ['version', takes(ANY, { since: '3.2' })],
  [
    'completion',
    takes(`${ANY} analyzer search_analyzer max_input_length preserve_separators preserve_position_increments contexts`),
  ],
  ['token_count', takes(`${ANY} analyzer null_value enable_position_increments skip_list`)],
  ...['long', 'integer', 'short', 'byte', 'double', 'float', 'half_float'].map(
    (type) => [type, takes(NUMBER)] as const,
  ),
  ['scaled_float', takes(`${NUMBER} scaling_factor`)],
  ['unsigned_long', takes(NUMBER, { since: '2.8' })],
  ['boolean', takes(`${ANY} null_value`)],
  ['date', takes(DATE)],
  ['date_nanos', takes(DATE)],
  ['ip', takes(`${ANY} null_value ignore_malformed`)],
  ...['ip_range', 'integer_range', 'long_range', 'float_range', 'double_range'].map(
    (type) => [type, takes(RANGE)] as const,
  ),
  ['date_range', takes(`${RANGE} format`)],
  ['geo_point', takes(`${ANY} null_value ignore_malformed ignore_z_value`)],
  [
    'geo_shape',
    takes(
      `${ANY} ignore_malformed coerce orientation tree precision strategy tree_levels distance_error_pct points_only ` +
        'ignore_z_value',
    ),
  ],
  ['xy_point', { since: '2.4', plugin: 'opensearch-geospatial' }],
  ['xy_shape', { since: '2.4', plugin: 'opensearch-geospatial' }],
  ['binary', takes(ANY)],
  ['object', takes(OBJECT)],
  ['nested', takes(`${OBJECT} include_in_parent include_in_root`)],
  ['flat_object', takes('type', { since: '2.7' })],
  ['rank_feature', takes(`${ANY} positive_score_impact`)],
  ['rank_features', takes(`${ANY} positive_score_impact`)],
  ['percolator', takes('type')],
  ['join', takes('type relations eager_global_ordinals')],
  ['alias', takes('type path')],
  ['murmur3', { plugin: 'mapper-murmur3' }],
  ['hll', { since: '3.3' }],
  ['knn_vector', { plugin: 'opensearch-knn' }],
  ['semantic', { since: '3.1', plugin: 'opensearch-neural-search' }],
  ['sparse_vector', { since: '3.3', plugin: 'opensearch-neural-search' }],
])

function takes(parameters: string, rest: Omit<FieldType, 'parameters'> = {}): FieldType {
  return { ...rest, parameters: new Set(parameters.split(' ')) }
}
