import type { JsonObject, JsonValue } from '../../codec/json-value.ts'
import { booleanOf, jsonObject, objectMember, textMember, withMember, withoutMembers } from '../json-edit.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { MappingRule, RuleContext } from '../rule.ts'
import { isTimeOn, TIME_NAMES, timeFieldsOf, wantedTimeField, type TimeName } from '../time-fields.ts'
import { isAtLeast } from '../version-range.ts'

/** `_timestamp` and `_ttl` ended with 5.0. */
export const timestampAndTtl: MappingRule = {
  kind: 'mapping',
  name: 'timestamp-and-ttl',
  summary:
    '`_timestamp` and `_ttl` ended with 5.0; documents get their stored values in date fields of the same names.',
  edit(mapping, entry, context) {
    return TIME_NAMES.reduce((edited, name) => withoutTime(edited, name, entry, context), mapping)
  },
}

/** The options that name the fields. */
const OPTION: Readonly<Record<TimeName, string>> = { _timestamp: 'timestampField', _ttl: 'ttlField' }

function withoutTime(mapping: JsonObject, from: TimeName, entry: LedgerEntry, context: RuleContext): JsonObject {
  const value = mapping[from]
  if (value === undefined) return mapping
  const rest = withoutMembers(mapping, from)
  const on = isTimeOn(mapping, from)
  const field = timeFieldsOf([{ type: '', mapping }], context.options).find((one) => one.from === from)
  if (field === undefined || !isStored(mapping, from, context)) {
    entry.note('dropped', from, value, undefined, `${from} was removed in 5.0`)
    if (on) noteLoss(mapping, from, field !== undefined, entry, context)
    return rest
  }
  const date = dateField(objectMember(mapping, from))
  const { name } = field
  entry.note('changed', from, value, undefined, `${from} was removed in 5.0; documents get its values in ${name}`)
  entry.note('changed', `properties.${name}`, undefined, date, `takes the values of ${from}; new documents get none`)
  entry.transform({ kind: 'time', from, field: name })
  if (from === '_ttl') {
    const decision = `delete documents whose ${name} has passed, by query or with a policy of state management`
    entry.problem(from, 'documents no longer expire by themselves', decision)
  }
  const fields = objectMember(rest, 'properties') ?? jsonObject([])
  return withMember(rest, 'properties', withMember(fields, name, date))
}

/** `_timestamp` was stored by itself from 2.0 on only. */
function isStored(mapping: JsonObject, from: TimeName, { source }: RuleContext): boolean {
  const standard = from === '_ttl' || isAtLeast(source, '2.0')
  return booleanOf(objectMember(mapping, from)?.['store']) ?? standard
}

function noteLoss(
  mapping: JsonObject,
  from: TimeName,
  isFree: boolean,
  entry: LedgerEntry,
  context: RuleContext,
): void {
  const lost = from === '_ttl' ? 'documents no longer expire' : 'the times of indexing are not carried over'
  const name = wantedTimeField(from, context.options)
  const path = textMember(objectMember(mapping, from) ?? jsonObject([]), 'path')
  if (name === false) entry.problem(from, lost, `\`${OPTION[from]}\` names a field that gets them`, 'every document')
  else if (!isFree) {
    entry.problem(`properties.${name}`, `a field has that name already: ${lost}`, `choose another \`${OPTION[from]}\``)
  } else if (path === undefined || path === from) {
    const detail = `its values are indexed but not stored (\`store: false\`), so ${lost}, except where documents have them in their source`
    entry.problem(from, detail, 'write them into a date field of the documents on the source', 'every document')
  }
}

/** Takes numbers as they are stored, and texts as the metadata field took them; what a document called so itself harms nothing. */
function dateField(old: JsonObject | undefined): JsonObject {
  const format = old && textMember(old, 'format')
  const members: [string, JsonValue][] = [
    ['type', 'date'],
    ...(format === undefined ? [] : [['format', withEpoch(format)] as [string, JsonValue]]),
    ['ignore_malformed', true],
  ]
  return jsonObject(members)
}

function withEpoch(format: string): string {
  return format.includes('epoch_') ? format : `${format}||epoch_millis`
}
