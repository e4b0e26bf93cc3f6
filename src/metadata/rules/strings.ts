import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { isJsonObject } from '../../codec/json-value.ts'
import { booleanOf, jsonObject, objectMember, withMember, withoutMembers } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { FieldRule } from '../rule.ts'

/** `string` was split into `text` and `keyword` by 5.0. */
export const stringType: FieldRule = {
  kind: 'field',
  name: 'string-type',
  summary:
    '`string` becomes `keyword` when it was not analysed, else `text`, which is sorted and aggregated on only with `stringFielddata: true`.',
  edit(field, entry, { options }) {
    if (field['type'] !== 'string') return field
    const index = field['index']
    const exact = index === 'not_analyzed' || (notIndexed(index) && booleanOf(field['doc_values']) === true)
    const type = exact ? 'keyword' : 'text'
    // In heap, unless it was switched off: that is what sorting and aggregations of analysed strings were made from.
    const sortable = !exact && !notIndexed(index) && field['fielddata'] === undefined
    const reason = exact
      ? 'strings that were not analysed are keywords since 5.0'
      : notIndexed(index)
        ? 'a string that is not indexed is an unindexed text, which takes values of any length'
        : sortable && !options.stringFielddata
          ? 'analysed strings are texts since 5.0, on which the target does not sort or aggregate: use a keyword beside it, or set `metadataMigration.stringFielddata: true`'
          : 'analysed strings are texts since 5.0'
    entry.note(sortable && !options.stringFielddata ? 'approximated' : 'changed', 'type', 'string', type, reason)
    let edited = jsonObject(Object.entries(field).map(([name, value]) => [name, name === 'type' ? type : value]))
    if (sortable && options.stringFielddata) {
      entry.note(
        'changed',
        'fielddata',
        undefined,
        true,
        'the configuration keeps sorting and aggregating on analysed strings',
      )
      edited = withMember(edited, 'fielddata', true)
    }
    if (edited['fielddata'] === false) edited = withoutMembers(edited, 'fielddata')
    if (index !== undefined) edited = withIndex(edited, index, entry)
    return exact ? edited : analysed(edited, entry)
  },
}

/** What analysed strings could have and texts cannot. */
function analysed(field: JsonObject, entry: LedgerEntry): JsonObject {
  const lost: readonly (readonly [string, string])[] = [
    ['ignore_above', 'text has no ignore_above; long values are analysed as well'],
    ['null_value', 'text has no null_value; a null stays without value'],
    ['doc_values', 'text has no doc values; sorting and aggregating need `fielddata` or a keyword'],
  ]
  const present = lost.filter(([name]) => field[name] !== undefined)
  for (const [name, reason] of present) entry.note('dropped', name, field[name], undefined, reason)
  return withoutMembers(field, ...present.map(([name]) => name))
}

/** `index` had three values until 5.0. */
export const indexValues: FieldRule = {
  kind: 'field',
  name: 'index-values',
  summary: '`index: analyzed | not_analyzed | no` became true and false.',
  edit(field, entry) {
    const index = field['index']
    return typeof index === 'string' && index !== 'true' && index !== 'false' ? withIndex(field, index, entry) : field
  },
}

function withIndex(field: JsonObject, index: JsonValue, entry: LedgerEntry): JsonObject {
  const off = notIndexed(index)
  entry.note('changed', 'index', index, off ? false : undefined, 'the type says whether a value is analysed')
  return off ? withMember(field, 'index', false) : withoutMembers(field, 'index')
}

function notIndexed(index: JsonValue | undefined): boolean {
  return index === 'no' || index === false || index === 'false'
}

/** Norms were an object until 5.0. */
export const norms: FieldRule = {
  kind: 'field',
  name: 'norms',
  summary: '`norms: {enabled}` and `omit_norms` became `norms: true | false`, of texts and keywords only.',
  edit(field, entry) {
    const old = field['norms']
    const omit = booleanOf(field['omit_norms'])
    if (!isJsonObject(old) && field['omit_norms'] === undefined) return field
    const enabled = isJsonObject(old) ? booleanOf(old['enabled']) : omit === undefined ? undefined : !omit
    const rest = withoutMembers(field, 'norms', 'omit_norms')
    const type = field['type']
    const takesNorms = type === 'string' || type === 'text' || type === 'keyword'
    const after = takesNorms ? enabled : undefined
    entry.note(
      'changed',
      'norms',
      old ?? field['omit_norms'],
      after,
      'norms are on or off since 5.0; when they load is not chosen',
    )
    return after === undefined ? rest : withMember(rest, 'norms', after)
  },
}

/** Fielddata was an object until 5.0. */
export const fielddata: FieldRule = {
  kind: 'field',
  name: 'fielddata',
  summary: '`fielddata` objects become `fielddata: true`, `fielddata_frequency_filter` and `eager_global_ordinals`.',
  edit(field, entry) {
    const old = field['fielddata']
    if (!isJsonObject(old)) return field
    const analysedText = (field['type'] === 'string' && field['index'] !== 'not_analyzed') || field['type'] === 'text'
    const format = old['format']
    const inMemory = analysedText && format !== 'disabled' && format !== 'doc_values'
    const frequency = objectMember(objectMember(old, 'filter') ?? jsonObject([]), 'frequency')
    const off = field['type'] === 'string' && analysedText && format === 'disabled'
    const eager = old['loading'] === 'eager_global_ordinals'
    const after: [string, JsonValue][] = [
      ...(inMemory || off ? [['fielddata', inMemory] as [string, JsonValue]] : []),
      ...(inMemory && frequency !== undefined
        ? [['fielddata_frequency_filter', frequency] as [string, JsonValue]]
        : []),
      ...(eager ? [['eager_global_ordinals', true] as [string, JsonValue]] : []),
    ]
    const reason = inMemory ? 'fielddata is on or off since 5.0' : 'values of this type come from doc values since 5.0'
    entry.note('changed', 'fielddata', old, after.length === 0 ? undefined : jsonObject(after), reason)
    return jsonObject([...Object.entries(withoutMembers(field, 'fielddata')), ...after])
  },
}

/** `include_in_all` went with `_all`. */
export const includeInAll: FieldRule = {
  kind: 'field',
  name: 'include-in-all',
  summary: '`include_in_all` went with `_all` in 6.0.',
  edit(field, entry) {
    if (field['include_in_all'] === undefined) return field
    entry.note('dropped', 'include_in_all', field['include_in_all'], undefined, 'there is no _all field any more')
    return withoutMembers(field, 'include_in_all')
  },
}

/** Names of analyzers of a field. */
export const analyzerNames: FieldRule = {
  kind: 'field',
  name: 'analyzer-names',
  summary:
    '`index_analyzer` became `analyzer` with 2.0, `position_offset_gap` `position_increment_gap`; a search analyzer needs an analyzer.',
  edit(field, entry) {
    const members = new Map(Object.entries(field))
    const rename = (from: string, to: string): void => {
      const value = members.get(from)
      if (value === undefined) return
      members.delete(from)
      entry.note('changed', from, value, members.has(to) ? undefined : value, `is called ${to} since 2.0`)
      if (!members.has(to)) members.set(to, value)
    }
    rename('index_analyzer', 'analyzer')
    rename('position_offset_gap', 'position_increment_gap')
    if (members.has('search_analyzer') && !members.has('analyzer')) {
      members.set('analyzer', 'default')
      entry.note('changed', 'analyzer', undefined, 'default', 'a search analyzer needs an analyzer beside it since 2.0')
    }
    return jsonObject(members)
  },
}

const BOOLEANS = [
  'store',
  'index',
  'doc_values',
  'enabled',
  'coerce',
  'ignore_malformed',
  'norms',
  'include_in_parent',
  'include_in_root',
  'fielddata',
  'eager_global_ordinals',
  'preserve_separators',
  'preserve_position_increments',
]

/** Booleans had many spellings until 5.0. */
export const booleanSpelling: FieldRule = {
  kind: 'field',
  name: 'boolean-spelling',
  summary: 'Booleans spelt `yes`, `no`, `on`, `off`, `1` or `0`, legal until 5.0, become true and false.',
  edit(field, entry) {
    let edited = field
    for (const name of BOOLEANS) {
      const value = field[name]
      if (value === undefined || typeof value === 'boolean' || value === 'true' || value === 'false') continue
      const after = booleanOf(value)
      if (after === undefined) continue
      entry.note('changed', name, value, after, 'only true and false are booleans since 6.0')
      edited = withMember(edited, name, after)
    }
    return edited
  },
}

/** What is indexed per term. */
export const indexOptions: FieldRule = {
  kind: 'field',
  name: 'index-options',
  summary: 'Keywords index documents or frequencies only; a position gap needs positions; multi-fields copy nothing.',
  edit(field, entry, { place }) {
    const options = field['index_options']
    let edited = field
    const drop = (name: string, reason: string): void => {
      entry.note('dropped', name, field[name], undefined, reason)
      edited = withoutMembers(edited, name)
    }
    if (field['type'] === 'keyword' && (options === 'positions' || options === 'offsets')) {
      drop('index_options', 'a keyword has one term and no positions')
    }
    if (
      field['type'] === 'text' &&
      (options === 'docs' || options === 'freqs') &&
      field['position_increment_gap'] !== undefined
    ) {
      drop('position_increment_gap', 'there are no positions in this index_options')
    }
    if (place === 'multi-field' && field['copy_to'] !== undefined) {
      drop('copy_to', 'a multi-field cannot copy its values')
    }
    return edited
  },
}
