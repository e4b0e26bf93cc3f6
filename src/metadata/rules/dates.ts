import type { JsonValue } from '../../codec/json-value.ts'
import { withMember } from '../json-edit.ts'
import { toJavaFormat } from '../joda-format.ts'
import type { LedgerEntry } from '../ledger.ts'
import type { FieldRule, MappingRule } from '../rule.ts'
import type { VersionRange } from '../version-range.ts'

const JODA: VersionRange = { distribution: 'elasticsearch', before: '7.0' }

/** Formats of date fields. */
export const dateFormats: FieldRule = {
  kind: 'field',
  name: 'date-formats',
  summary: 'Patterns of Joda time, up to 6.x, are rewritten for java.time; names in camelCase become snake_case.',
  source: JODA,
  edit(field, entry) {
    const format = field['format']
    if (typeof format !== 'string') return field
    return withMember(field, 'format', translated(format, 'format', entry))
  },
}

/** Numbers in date fields were milliseconds, whatever the format, until 2.0. */
export const numericDates: FieldRule = {
  kind: 'field',
  name: 'numeric-dates',
  summary: 'Until 2.0 a number in a date field counted milliseconds whatever the format; the format has to say so now.',
  source: { distribution: 'elasticsearch', before: '2.0' },
  edit(field, entry) {
    const format = field['format']
    if (field['type'] !== 'date' || typeof format !== 'string' || format.includes('epoch_')) return field
    const epoch = field['numeric_resolution'] === 'seconds' ? 'epoch_second' : 'epoch_millis'
    const after = `${format}||${epoch}`
    entry.note('changed', 'format', format, after, 'numbers were accepted beside the format')
    return withMember(field, 'format', after)
  },
}

/** Formats in which dates are recognised. */
export const dynamicDateFormats: MappingRule = {
  kind: 'mapping',
  name: 'dynamic-date-formats',
  summary:
    'Formats for recognising dates in new fields are rewritten in the same way; `date_formats` was their name in 1.x.',
  source: JODA,
  edit(mapping, entry) {
    const formats = mapping['dynamic_date_formats']
    if (!Array.isArray(formats)) return mapping
    const edited = (formats as readonly JsonValue[]).map((format, index) =>
      typeof format === 'string' ? translated(format, `dynamic_date_formats.${index}`, entry) : format,
    )
    return withMember(mapping, 'dynamic_date_formats', edited)
  },
}

function translated(format: string, member: string, entry: LedgerEntry): string {
  const { format: after, warnings } = toJavaFormat(format)
  if (after !== format) {
    entry.note(warnings.length > 0 ? 'approximated' : 'changed', member, format, after, reasonOf(warnings))
  } else if (warnings.length > 0) {
    entry.note('kept-different', member, format, after, reasonOf(warnings))
  }
  return after
}

function reasonOf(warnings: readonly string[]): string {
  return ['dates are read by java.time since 7.0', ...warnings].join('; ')
}
