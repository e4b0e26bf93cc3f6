import type { JsonObject } from '../../codec/json-value.ts'
import { fieldType, missingType } from '../field-types.ts'
import { json, jsonObject, textMember, withoutMembers } from '../json-edit.ts'
import type { FieldRule } from '../rule.ts'
import { isAtLeast, productName } from '../version-range.ts'

/** What keeps the values of any field in the source without looking at them. */
const DISABLED = json({ type: 'object', enabled: false }) as JsonObject

/** The last word on types: what the target would refuse is replaced, and is a problem to be decided. */
export const unsupportedTypes: FieldRule = {
  kind: 'field',
  name: 'unsupported-types',
  summary: 'A field of a type that the target lacks keeps its values in the source but can no longer be searched.',
  edit(field, entry, { target, options, place }) {
    const type = textMember(field, 'type')
    if (type === undefined || type.startsWith('{')) return field
    const missing = missingType(type, target)
    if (missing === undefined) return field
    const drop = options.unsupportedFields === 'drop' || place !== 'property'
    const after = drop ? undefined : DISABLED
    entry.note(drop ? 'dropped' : 'approximated', '', field, after, missing)
    const choices = place === 'property' ? '`unsupportedFields: disable | drop`, or' : 'drop it on the source, or'
    entry.problem('', missing, `${choices} map the field on the target beforehand`)
    return after
  },
}

/** Parameters that began after the first OpenSearch. */
const PARAMETER_SINCE: readonly { readonly name: string; readonly since: string; readonly types?: RegExp }[] = [
  { name: 'skip_list', since: '3.2' },
  { name: 'ignore_malformed', since: '2.0', types: /_range$/ },
  { name: 'positive_score_impact', since: '2.0', types: /^rank_features$/ },
]

/** The last word on parameters. */
export const unknownParameters: FieldRule = {
  kind: 'field',
  name: 'unknown-parameters',
  summary:
    'Parameters that the type does not take on the target are left out, because one of them would refuse the mapping.',
  edit(field, entry, { target }) {
    const type = textMember(field, 'type') ?? 'object'
    const known = fieldType(type)?.parameters
    if (known === undefined) return field
    const late = PARAMETER_SINCE.filter(
      ({ since, types }) => !isAtLeast(target, since) && (types === undefined || types.test(type)),
    ).map(({ name }) => name)
    const refused = Object.keys(field).filter((name) => !known.has(name) || late.includes(name))
    for (const name of refused) {
      entry.note('dropped', name, field[name], undefined, `${type} has no parameter ${name} in ${productName(target)}`)
    }
    return refused.length === 0 ? field : withoutMembers(field, ...refused)
  },
}

/** `flattened` is called `flat_object`. */
export const flattened: FieldRule = {
  kind: 'field',
  name: 'flattened',
  summary: '`flattened` is called `flat_object` from OpenSearch 2.7 on and takes no parameters.',
  target: { distribution: 'opensearch', from: '2.7' },
  edit(field, entry, { place }) {
    if (field['type'] !== 'flattened' || place === 'multi-field') return field
    entry.note('changed', 'type', 'flattened', 'flat_object', 'the same type under another name')
    for (const [name, value] of Object.entries(field)) {
      if (name !== 'type') entry.note('dropped', name, value, undefined, 'flat_object takes no parameters')
    }
    return jsonObject([['type', 'flat_object']])
  },
}

/** Types of Elasticsearch for which OpenSearch has another that takes the same values. */
const NEAREST: Readonly<Record<string, { readonly type: string; readonly reason: string }>> = {
  wildcard: { type: 'keyword', reason: 'wildcard queries work on keyword as well, only slower on long values' },
  constant_keyword: { type: 'keyword', reason: 'keyword stores the value of each document instead of one for all' },
  counted_keyword: { type: 'keyword', reason: 'keyword does not count repeated values' },
  version: { type: 'keyword', reason: 'sorts and ranges follow letters, not version numbers' },
  match_only_text: { type: 'text', reason: 'text stores positions and norms as well' },
  pattern_text: { type: 'text', reason: 'text stores whole messages' },
  annotated_text: { type: 'text', reason: 'annotations become part of the text' },
  unsigned_long: { type: 'double', reason: 'values above 2^53 lose precision in searches, not in the source' },
  icu_collation_keyword: { type: 'keyword', reason: 'sorts follow code points, not the rules of a language' },
  semantic_text: { type: 'text', reason: 'text is searched by words, not by meaning' },
}

/** Characters of four bytes that fit into the 32766 bytes of a term. */
const LONGEST_KEYWORD = 8191

/** The nearest type where the same one is missing. */
export const nearestType: FieldRule = {
  kind: 'field',
  name: 'nearest-type',
  summary: 'Where the target lacks a type, one that takes the same values stands in for it.',
  edit(field, entry, { target }) {
    const type = textMember(field, 'type')
    const nearest = type === undefined ? undefined : NEAREST[type]
    if (type === undefined || nearest === undefined) return field
    const missing = missingType(type, target)
    if (missing === undefined) return field
    entry.note('approximated', 'type', type, nearest.type, `${missing}; ${nearest.reason}`)
    const members = Object.entries(field).map(
      ([name, value]) => [name, name === 'type' ? nearest.type : value] as const,
    )
    if (type !== 'wildcard' || field['ignore_above'] !== undefined) return jsonObject(members)
    entry.note('changed', 'ignore_above', undefined, LONGEST_KEYWORD, 'longer values would refuse their documents')
    return jsonObject([...members, ['ignore_above', LONGEST_KEYWORD]])
  },
}
