import { isJsonObject, type JsonObject } from '../codec/json-value.ts'
import { booleanOf, objectMember } from './json-edit.ts'
import type { SourceMapping } from './source-index.ts'
import type { TranslateOptions } from './translate-options.ts'

/** Metadata fields of 1.x and 2.x that hold a time of each document outside of its source. */
export const TIME_NAMES = ['_timestamp', '_ttl'] as const

/** One of {@link TIME_NAMES}. */
export type TimeName = (typeof TIME_NAMES)[number]

/** A date field that takes the values of a metadata field. */
export interface TimeField {
  readonly from: TimeName
  readonly name: string
}

/** The decisions about times. */
export type TimeOptions = Pick<TranslateOptions, 'timestampField' | 'ttlField'>

/**
 * The date fields that the mappings of an index get for its times: the same for whoever translates the mapping and whoever fills
 * the fields in documents. None for what is not switched on, not wanted, or called as a field that is there already.
 */
export function timeFieldsOf(mappings: readonly SourceMapping[], options: TimeOptions): readonly TimeField[] {
  return TIME_NAMES.flatMap((from) => {
    const name = wantedTimeField(from, options)
    const on = mappings.some(({ mapping }) => isTimeOn(mapping, from))
    const taken = name !== false && mappings.some(({ mapping }) => hasField(mapping, name))
    return name === false || !on || taken ? [] : [{ from, name }]
  })
}

/** The name that the options give the field for these values; false when they are not wanted. */
export function wantedTimeField(from: TimeName, { timestampField, ttlField }: TimeOptions): string | false {
  return from === '_timestamp' ? timestampField : ttlField
}

/** True when the mapping switches the metadata field on. */
export function isTimeOn(mapping: JsonObject, from: TimeName): boolean {
  const value = mapping[from]
  return isJsonObject(value) && booleanOf(value['enabled']) === true
}

function hasField(mapping: JsonObject, name: string): boolean {
  return objectMember(mapping, 'properties')?.[name] !== undefined
}
