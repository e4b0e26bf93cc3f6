import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { isJsonObject } from '../../codec/json-value.ts'
import { booleanOf, jsonObject, mapMembers, withMember, withoutMembers } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { MappingRule } from '../rule.ts'
import { isAtLeast } from '../version-range.ts'

/** `_all` ended with 6.0. */
export const allField: MappingRule = drops(
  'all-field',
  '`_all`, the field of all fields, ended with 6.0.',
  ['_all'],
  'the target has no _all field; query_string searches all fields by itself',
  (value) => isJsonObject(value) && booleanOf(value['enabled']) === false,
)

/** Metadata fields of 1.x and 2.x that nothing replaces. */
export const earlyMetadataFields: MappingRule = drops(
  'early-metadata-fields',
  'Metadata fields of 1.x and 2.x (`_boost`, `_analyzer`, `_index`, `_type`, `_id`, `_uid`) can no longer be configured.',
  ['_boost', '_analyzer', '_index', '_type', '_id', '_uid', 'index_analyzer', 'transform'],
  'this metadata field cannot be configured on the target',
)

const SIZE_PLUGIN = 'mapper-size'

/** Sizes of documents are a field of a plugin, on either side. */
export const sizeField: MappingRule = {
  kind: 'mapping',
  name: 'size-field',
  summary: '`_size` is kept where the target has the plugin mapper-size, and dropped elsewhere.',
  edit(mapping, entry, { target }) {
    const size = mapping['_size']
    if (size === undefined) return mapping
    const enabled = isJsonObject(size) && booleanOf(size['enabled']) === true
    if (enabled && target.plugins.has(SIZE_PLUGIN)) {
      const kept = mapMember(mapping, '_size', (value) => keepOnly(value, ['enabled'], '_size', entry))
      return size['enabled'] === true ? kept : withMember(kept, '_size', jsonObject([['enabled', true]]))
    }
    const reason = enabled
      ? 'the target has no plugin mapper-size; install it on every node beforehand to keep the sizes of documents'
      : 'was off, as everywhere on the target'
    entry.note('dropped', '_size', size, undefined, reason)
    return withoutMembers(mapping, '_size')
  },
}

/** Only `required` is left of `_routing`. */
export const routingField: MappingRule = {
  kind: 'mapping',
  name: 'routing-field',
  summary: 'Of `_routing` only `required` is left; `path` took the routing from a field of the document until 1.x.',
  edit(mapping, entry) {
    return mapMember(mapping, '_routing', (routing) => keepOnly(routing, ['required'], '_routing', entry))
  },
}

/** `_source` keeps what decides its content. */
export const sourceField: MappingRule = {
  kind: 'mapping',
  name: 'source-field',
  summary:
    '`_source` keeps `enabled`, `includes` and `excludes`; compression and synthetic modes are decided elsewhere.',
  edit(mapping, entry) {
    return mapMember(mapping, '_source', (source) =>
      keepOnly(
        source,
        [
          'enabled',
          'includes',
          'excludes',
          'recovery_source_enabled',
          'recovery_source_includes',
          'recovery_source_excludes',
        ],
        '_source',
        entry,
      ),
    )
  },
}

/** Switches that a mapping of the target does not have. */
export const rootSwitches: MappingRule = drops(
  'root-switches',
  'Members of a mapping that only Elasticsearch knows are not sent.',
  [
    '_data_stream_timestamp',
    '_doc_count',
    '_tier',
    'include_in_all',
    'properties_metadata',
    '_ignored',
    '_inference_fields',
  ],
  'OpenSearch has no such member at the root of a mapping',
  undefined,
)

/** Runtime fields have a close relative, derived fields. */
export const runtimeFields: MappingRule = {
  kind: 'mapping',
  name: 'runtime-fields',
  summary: 'Runtime fields with a script become derived fields from OpenSearch 2.15 on; others are not sent.',
  edit(mapping, entry, { target }) {
    const runtime = mapping['runtime']
    if (runtime === undefined) return mapping
    const rest = withoutMembers(mapping, 'runtime')
    const derived: [string, JsonValue][] = []
    for (const [name, field] of isJsonObject(runtime) ? Object.entries(runtime) : []) {
      const usable = isAtLeast(target, '2.15') ? derivedField(field) : undefined
      if (usable !== undefined) {
        derived.push([name, usable])
        entry.note(
          'approximated',
          `runtime.${name}`,
          field,
          usable,
          'computed at search time as before, as a derived field',
        )
        continue
      }
      entry.note('dropped', `runtime.${name}`, field, undefined, 'the target computes no such field at search time')
      entry.problem(`runtime.${name}`, 'searches on this runtime field find nothing', 'map it as an indexed field')
    }
    if (derived.length === 0) return rest
    const present = rest['derived']
    return withMember(
      rest,
      'derived',
      jsonObject([...derived, ...(isJsonObject(present) ? Object.entries(present) : [])]),
    )
  },
}

const DERIVED_TYPES: ReadonlySet<JsonValue> = new Set([
  'boolean',
  'date',
  'double',
  'geo_point',
  'ip',
  'keyword',
  'long',
])

function derivedField(field: JsonValue): JsonValue | undefined {
  if (!isJsonObject(field) || !DERIVED_TYPES.has(field['type'] ?? null)) return undefined
  const { type, script, format } = field
  if (script === undefined) return undefined
  const entries: [string, JsonValue | undefined][] = [
    ['type', type],
    ['script', script],
    ['format', format],
  ]
  return jsonObject(entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined))
}

function drops(
  name: string,
  summary: string,
  members: readonly string[],
  reason: string,
  harmless: (value: JsonValue) => boolean = () => false,
): MappingRule {
  return {
    kind: 'mapping',
    name,
    summary,
    edit(mapping, entry) {
      const present = members.filter((member) => mapping[member] !== undefined)
      for (const member of present) {
        const value = mapping[member]!
        entry.note(
          'dropped',
          member,
          value,
          undefined,
          harmless(value) ? 'was off, as everywhere on the target' : reason,
        )
      }
      return present.length === 0 ? mapping : withoutMembers(mapping, ...present)
    },
  }
}

function mapMember(mapping: JsonObject, name: string, edit: (value: JsonObject) => JsonObject): JsonObject {
  const value = mapping[name]
  if (!isJsonObject(value)) return mapping
  const edited = edit(value)
  if (Object.keys(edited).length === 0) return withoutMembers(mapping, name)
  return mapMembers(mapping, (member, key) => (key === name ? edited : member))
}

function keepOnly(value: JsonObject, known: readonly string[], path: string, entry: LedgerEntry): JsonObject {
  return mapMembers(value, (member, name) => {
    if (known.includes(name)) return member
    entry.note(
      'dropped',
      `${path}.${name}`,
      member,
      undefined,
      `the target knows only ${known.slice(0, 3).join(', ')} here`,
    )
    return undefined
  })
}
