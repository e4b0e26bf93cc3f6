import type { JsonObject, JsonValue } from '../codec/json-value.ts'
import { compileGlob } from '../core/patterns.ts'
import type { Translated } from './change.ts'
import { flattenSettings, settingsBody, type SettingValue } from './flat-settings.ts'
import { json, jsonObject, objectMember, withMember, withoutMembers } from './json-edit.ts'
import { Ledger, type LedgerEntry } from './ledger.ts'

/** Changes to indices that a configuration asks for, on top of what the versions need: first removed, then set. */
export interface Wishes {
  /** Full names of settings (`index.` may be left out), globs allowed; values by full name. */
  readonly settings?: {
    readonly remove: readonly string[]
    readonly set: Readonly<Record<string, string | number | boolean>>
  }
  /** Dotted names of fields; mappings by dotted name. */
  readonly mappings?: {
    readonly remove: readonly string[]
    readonly set: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
}

const EMPTY = jsonObject([])

/** Applies the wishes of a configuration to a translated index; every change is listed with the others. Pure and idempotent. */
export function applyWishes(translated: Translated, { settings, mappings }: Wishes): Translated {
  const ledger = new Ledger()
  let { body } = translated
  if (settings !== undefined) {
    body = withMember(body, 'settings', wishedSettings(body, settings, ledger.entry('configuration', 'settings')))
  }
  if (mappings !== undefined) {
    const entry = ledger.entry('configuration', 'mappings')
    let mapping = objectMember(body, 'mappings') ?? EMPTY
    for (const field of mappings.remove) mapping = removeField(mapping, field.split('.'), field, entry)
    for (const [field, wanted] of Object.entries(mappings.set)) {
      // From the configuration's YAML, so its values are those of JSON.
      mapping = setField(mapping, field.split('.'), json(wanted as JsonValue), field, entry)
    }
    body = withMember(body, 'mappings', mapping)
  }
  return { ...translated, body, changes: [...translated.changes, ...ledger.changes] }
}

function wishedSettings(
  body: JsonObject,
  { remove, set }: NonNullable<Wishes['settings']>,
  entry: LedgerEntry,
): JsonObject {
  const flat = new Map<string, SettingValue>(flattenSettings(objectMember(body, 'settings') ?? EMPTY))
  const unwanted = remove.map((pattern) => compileGlob(fullName(pattern)))
  for (const [name, value] of flat) {
    if (!unwanted.some((matches) => matches(name))) continue
    flat.delete(name)
    entry.note('dropped', name, value, undefined, 'the configuration removes it')
  }
  for (const [short, value] of Object.entries(set)) {
    const name = fullName(short)
    const before = flat.get(name)
    if (before === String(value)) continue
    flat.set(name, String(value))
    entry.note('changed', name, before, String(value), 'the configuration sets it')
  }
  return settingsBody(flat)
}

function fullName(name: string): string {
  return name.startsWith('index.') ? name : `index.${name}`
}

function removeField(mapping: JsonObject, path: readonly string[], field: string, entry: LedgerEntry): JsonObject {
  const [name = '', ...rest] = path
  const properties = objectMember(mapping, 'properties')
  const before = properties?.[name]
  if (properties === undefined || before === undefined) return mapping
  if (rest.length === 0) {
    entry.note('dropped', field, before, undefined, 'the configuration removes it')
    return withMember(mapping, 'properties', withoutMembers(properties, name))
  }
  const child = objectMember(properties, name)
  if (child === undefined) return mapping
  return withMember(mapping, 'properties', withMember(properties, name, removeField(child, rest, field, entry)))
}

function setField(
  mapping: JsonObject,
  path: readonly string[],
  wanted: JsonValue,
  field: string,
  entry: LedgerEntry,
): JsonObject {
  const [name = '', ...rest] = path
  const properties = objectMember(mapping, 'properties') ?? EMPTY
  if (rest.length === 0) {
    entry.note('changed', field, properties[name], wanted, 'the configuration sets it')
    return withMember(mapping, 'properties', withMember(properties, name, wanted))
  }
  const child = setField(objectMember(properties, name) ?? EMPTY, rest, wanted, field, entry)
  return withMember(mapping, 'properties', withMember(properties, name, child))
}
