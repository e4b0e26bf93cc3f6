import { isJsonObject } from '../codec/json-value.ts'
import type { JsonValue } from '../codec/json-value.ts'
import type { MetadataFields } from './metadata-fields.ts'

/** Settings by their full dotted names. */
export type FlatSettings = ReadonlyMap<string, string | readonly string[]>

/**
 * Settings in one form whatever generation wrote them: dotted names, nested objects taken apart, scalars as text, and the
 * lists that clusters up to 5.x spell `name.0`, `name.1`, … put together. Nulls are left out. `BLOB_CORRUPT` for values
 * that no setting can have.
 */
export function flatSettings(fields: MetadataFields): FlatSettings {
  const flat = new Map<string, string | readonly string[]>()
  collect(fields.entries(), '', fields, flat)
  return joinNumbered(flat)
}

/** One setting as text; undefined when it is missing or a list. */
export function settingText(settings: FlatSettings, name: string): string | undefined {
  const value = settings.get(name)
  return typeof value === 'string' ? value : undefined
}

function collect(
  entries: Iterable<[string, JsonValue]>,
  prefix: string,
  fields: MetadataFields,
  into: Map<string, string | readonly string[]>,
): void {
  // The blob's decoder bounds the depth.
  for (const [name, value] of entries) {
    const path = prefix + name
    if (value === null) continue
    if (Array.isArray(value))
      into.set(
        path,
        value.map((item: JsonValue) => textOf(item, path, fields)),
      )
    else if (isJsonObject(value)) collect(Object.entries(value), `${path}.`, fields, into)
    else into.set(path, textOf(value, path, fields))
  }
}

function joinNumbered(flat: Map<string, string | readonly string[]>): Map<string, string | readonly string[]> {
  const groups = new Map<string, Map<number, string>>()
  for (const [name, value] of flat) {
    const match = /^(.+)\.(0|[1-9]\d{0,5})$/.exec(name)
    if (match === null || typeof value !== 'string' || flat.has(match[1]!)) continue
    const group = groups.get(match[1]!) ?? new Map<number, string>()
    groups.set(match[1]!, group.set(Number(match[2]), value))
  }
  for (const [name, group] of groups) {
    const values = Array.from({ length: group.size }, (_, index) => group.get(index))
    if (!values.every((value) => value !== undefined)) continue
    for (let index = 0; index < values.length; index++) flat.delete(`${name}.${index}`)
    flat.set(name, values)
  }
  return flat
}

function textOf(value: JsonValue, path: string, fields: MetadataFields): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value === null) return ''
  throw fields.corrupt(`setting ${path} is neither text nor a list of texts`)
}
