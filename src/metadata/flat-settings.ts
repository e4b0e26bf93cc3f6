import { stringifyJson } from '../codec/json-exact.ts'
import { isJsonObject } from '../codec/json-value.ts'
import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { jsonObject } from './json-edit.ts'

/** A setting is a text or a list of texts. */
export type SettingValue = string | readonly string[]

/** Settings by their full dotted names. */
export type FlatSettings = ReadonlyMap<string, SettingValue>

/**
 * Settings of an index or a template in one form: dotted names that begin with `index.`, scalars as text, the lists that
 * clusters up to 5.x spell `name.0`, `name.1`, … put together; nulls left out.
 */
export function flattenSettings(settings: JsonObject): FlatSettings {
  const flat = new Map<string, SettingValue>()
  collect(settings, '', flat)
  return joinNumbered(flat)
}

/** Settings as the `settings` member of a request: dotted names in alphabetic order. */
export function settingsBody(settings: FlatSettings): JsonObject {
  return jsonObject([...settings].sort(([left], [right]) => (left < right ? -1 : 1)))
}

function collect(settings: JsonObject, prefix: string, into: Map<string, SettingValue>): void {
  for (const [name, value] of Object.entries(settings)) {
    const path = prefix + name
    if (value === null) continue
    if (isJsonObject(value)) collect(value, `${path}.`, into)
    else into.set(indexed(path), Array.isArray(value) ? value.map(textOf) : textOf(value))
  }
}

function indexed(path: string): string {
  return path.startsWith('index.') ? path : `index.${path}`
}

function joinNumbered(flat: Map<string, SettingValue>): Map<string, SettingValue> {
  const joined = new Map<string, SettingValue>()
  for (const [name, value] of flat) {
    const list = /^(.+)\.\d{1,6}$/.exec(name)?.[1]
    if (list === undefined || typeof value !== 'string' || !flat.has(`${list}.0`)) joined.set(name, value)
    else if (name === `${list}.0`) joined.set(list, numbered(flat, list))
  }
  return joined
}

function numbered(flat: ReadonlyMap<string, SettingValue>, list: string): string[] {
  const items: string[] = []
  for (let item = flat.get(`${list}.0`); typeof item === 'string'; item = flat.get(`${list}.${items.length}`))
    items.push(item)
  return items
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : stringifyJson(value)
}
